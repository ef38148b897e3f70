## plot_trajectory (x, opt)
##
## Coordinates of one path against step.
function plot_trajectory (x, opt)
  if (isempty (x.theta))
    error ("sgdlangevin:bad_argument",
           "`x` holds no trajectory: it was recorded to a folder (see read_trajectory) or in summaries only");
  endif
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
  labels = arrayfun (@(i) sprintf ("%s %d", kind, i), coordinates(:)', "UniformOutput", false);
  if (isfield (x, "observe") && ! isempty (x.observe))
    labels = observed (x, kind, coordinates);
  endif
  newplot ();
  handles = plot (x.step, x.theta(:,coordinates,opt.path));
  legend (handles, labels, "location", "northeastoutside");
  xlabel ("step");
  ylabel (kind);
  title ("SGD trajectory");
endfunction

## Names of what was observed: some coordinates, or projections.
function labels = observed (x, kind, which_ones)
  numbers = which_ones(:)';
  if (isrow (x.observe))
    numbers = x.observe(which_ones);
  else
    kind = "direction";
  endif
  labels = arrayfun (@(i) sprintf ("%s %d", kind, i), numbers, "UniformOutput", false);
endfunction
