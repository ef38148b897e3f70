## plot_transient (x, opt)
##
## Mean path of some parameters, between dashed lines two standard deviations away.
function plot_transient (x, opt)
  coordinates = opt.coordinates;
  if (isempty (coordinates))
    coordinates = 1:min (6, rows (x.mean_theta));
  endif
  check_index (coordinates, "coordinates", rows (x.mean_theta));
  sd = standard_deviations (x);
  [step, order] = sort (x.step);
  colours = lines (numel (coordinates));

  newplot ();
  hold ("on");
  handles = [];
  for i = 1:numel (coordinates)
    path = x.mean_theta(coordinates(i),order);
    handles(i) = plot (step, path, "linewidth", 3, "color", colours(i,:));
    if (! isempty (sd))
      reach = 2 * sd(coordinates(i),order);
      plot (step, [path - reach; path + reach], "--", "color", colours(i,:));
    endif
  endfor
  hold ("off");
  box ("on");
  legend (handles, arrayfun (@(i) sprintf ("parameter %d", i), coordinates(:)', "UniformOutput", false),
          "location", "northeastoutside");
  xlabel ("step");
  ylabel ("parameter (dashed: two standard deviations)");
  title ("Mean path from the start");
endfunction

## d x n, or [] where the variances are not there.
function sd = standard_deviations (x)
  sd = [];
  switch (x.covariance)
    case "diagonal"
      sd = sqrt (x.theta);
    case "full"
      sd = zeros (size (x.mean_theta));
      for k = 1:columns (sd)
        sd(:,k) = sqrt (diag (x.theta(:,:,k)));
      endfor
  endswitch
endfunction
