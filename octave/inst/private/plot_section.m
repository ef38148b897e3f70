## plot_section (x, opt)
##
## Contours of the modified loss over those of the training loss; a trajectory under them,
## the current as short streamlines over them.
function plot_section (x, opt)
  newplot ();
  handles = {};
  names = {};
  hold ("on");
  if (! isempty (opt.trajectory))
    path = in_section (x, opt.trajectory);
    handles{end+1} = plot (path(:,1), path(:,2), "color", sgd_colour ("trajectory"));
    names{end+1} = "trajectory";
  endif
  contour (x.x, x.y, x.training_loss', 8, "linestyle", "--", "linecolor", sgd_colour ("reference"));
  contour (x.x, x.y, x.value', 8, "linewidth", 2, "linecolor", sgd_colour ("theory"));
  handles{end+1} = plot ([NaN, NaN], [NaN, NaN], "--", "color", sgd_colour ("reference"));
  handles{end+1} = plot ([NaN, NaN], [NaN, NaN], "linewidth", 2, "color", sgd_colour ("theory"));
  names = [names, {"training loss", "modified loss"}];
  if (opt.streamlines && (any (x.current_x(:)) || any (x.current_y(:))))
    draw_current (x);
    handles{end+1} = plot ([NaN, NaN], [NaN, NaN], "color", sgd_colour ("current"));
    names{end+1} = "current";
  endif
  hold ("off");
  box ("on");
  axis ([x.x(1), x.x(end), x.y(1), x.y(end)]);
  legend ([handles{:}], names, "location", "northeastoutside");
  xlabel ("distance along direction 1");
  ylabel ("distance along direction 2");
  title ("Modified loss and current");
endfunction

## A trajectory in the coordinates of the section.
function path = in_section (x, trajectory)
  if (isnumeric (trajectory) && columns (trajectory) == 2 && ndims (trajectory) == 2)
    path = trajectory;
    return;
  endif
  __sgdl__ ("expect_type", trajectory, "trajectory", {"sgd_simulate", "sgd_trajectory"});
  d = rows (x.origin) / 2;
  if (columns (trajectory.theta) != d
      || (isfield (trajectory, "coordinates") && strcmp (trajectory.coordinates, "modes")))
    error ("sgdlangevin:bad_argument", "`trajectory`: expected %d parameters, not modes", d);
  endif
  path = [];
  for p = 1:size (trajectory.theta, 3)
    along = (trajectory.theta(:,:,p) - x.origin(1:d)') * x.directions(1:d,:);
    if (! isempty (trajectory.velocity))
      along += (trajectory.velocity(:,:,p) - x.origin(d+1:end)') * x.directions(d+1:end,:);
    endif
    path = [path; along; NaN, NaN];
  endfor
endfunction

## Streamlines from a sparse grid, a fifth of the window long, each with an arrow head.
function draw_current (x)
  span = [x.x(end) - x.x(1), x.y(end) - x.y(1)];
  u = x.current_x' / span(1);
  v = x.current_y' / span(2);
  speed = hypot (u, v);
  speed(speed == 0) = 1;
  unit = linspace (0, 1, numel (x.x));
  [seed_x, seed_y] = meshgrid (0.1:0.2:0.9);
  for i = 1:numel (seed_x)
    line = streamline_from (unit, u ./ speed, v ./ speed, [seed_x(i), seed_y(i)]);
    if (rows (line) > 2)
      draw_arrow ([x.x(1), x.y(1)] + line .* span, span);
    endif
  endfor
endfunction

## Midpoint rule along a field of unit length over the unit square.
function line = streamline_from (unit, u, v, start)
  step = 0.01;
  line = start;
  field = @(p) [interp2(unit, unit, u, p(1), p(2)), interp2(unit, unit, v, p(1), p(2))];
  for k = 1:20
    middle = line(end,:) + step / 2 * field (line(end,:));
    next = line(end,:) + step * field (middle);
    if (! all (isfinite (next)) || any (next < 0 | next > 1))
      break;
    endif
    line(end+1,:) = next;
  endfor
endfunction

function draw_arrow (line, span)
  plot (line(:,1), line(:,2), "linewidth", 1.2, "color", sgd_colour ("current"));
  tip = line(end,:) ./ span;
  back = line(end-2,:) ./ span - tip;
  back *= 0.025 / norm (back);
  turn = @(angle) [cos(angle), -sin(angle); sin(angle), cos(angle)] * back';
  barbs = [tip + turn(0.45)'; tip; tip + turn(-0.45)'] .* span;
  plot (barbs(:,1), barbs(:,2), "linewidth", 1.2, "color", sgd_colour ("current"));
endfunction
