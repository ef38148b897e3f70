## rgb = sgd_colour (role)
##
## Okabe and Ito's colours, told apart by colour-blind readers; the same roles as in R.
function rgb = sgd_colour (role)
  colours = struct ("theory", [213, 94, 0], "measured", [0, 114, 178], "trajectory", [86, 180, 233],
                    "reference", [102, 102, 102], "current", [0, 158, 115], "other", [204, 121, 167],
                    "fourth", [0, 0, 0], "fifth", [230, 159, 0]);
  rgb = colours.(role) / 255;
endfunction
