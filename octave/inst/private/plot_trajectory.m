## plot_trajectory (x, opt)
##
## Coordinates of one path against step.
function plot_trajectory (x, opt)
  check_index (opt.path, "path", size (x.theta, 3));
  coordinates = opt.coordinates;
  if (isempty (coordinates))
    coordinates = 1:min (6, columns (x.theta));
  endif
  check_index (coordinates, "coordinates", columns (x.theta));
  kind = "parameter";
  if (isfield (x, "coordinates") && strcmp (x.coordinates, "modes"))
    kind = "mode";
  endif
  newplot ();
  handles = plot (x.step, x.theta(:,coordinates,opt.path));
  legend (handles, arrayfun (@(i) sprintf ("%s %d", kind, i), coordinates(:)', "UniformOutput", false),
          "location", "northeastoutside");
  xlabel ("step");
  ylabel (kind);
  title ("SGD trajectory");
endfunction
