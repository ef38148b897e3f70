## plot_phase_plane (state, opt)
##
## Position and velocity along eigenvector opt.mode, with the ellipse that holds opt.level
## of the stationary law.
function plot_phase_plane (state, opt)
  if (isempty (state.theta))
    error ("sgdlangevin:bad_argument", "`x`: expected a state with covariances, trace_only = false");
  endif
  model = state.model;
  if (isempty (model.rank))
    check_index (opt.mode, "mode", model.dim);
  else
    check_index (opt.mode, "mode", model.rank);
  endif
  check_level (opt.level);
  w = mode_vector (model, opt.mode);
  u = w;
  if (strcmp (state.coordinates, "modes"))
    u = double ((1:rows (state.theta))' == opt.mode);
  endif
  variances = [u' * state.theta * u, u' * state.cross * u; u' * state.cross * u, u' * state.velocity * u];
  ellipse = ellipse_points (variances, opt.level);

  newplot ();
  handles = names = {};
  hold ("on");
  if (! isempty (opt.trajectory))
    path = along_mode (opt.trajectory, model, opt.mode, w);
    handles = {plot(path(:,1), path(:,2), "color", sgd_colour ("trajectory"))};
    names = {"trajectory"};
  endif
  handles{end+1} = plot (ellipse(1,:), ellipse(2,:), "linewidth", 3, "color", sgd_colour ("theory"));
  names{end+1} = sprintf ("predicted, %g%% of the time", 100 * opt.level);
  plot (0, 0, "k+");
  hold ("off");
  box ("on");
  ylim (ylim () + [0, 0.25 * diff(ylim ())]);   # room for the legend
  legend ([handles{:}], names, "location", "northeast");
  xlabel (sprintf ("position along mode %d, from the minimiser", opt.mode));
  ylabel ("velocity (per unit time lr x step)");
  title (sprintf ("Phase plane of mode %d (curvature %.3g)", opt.mode,
                  model.eigenvalues(opt.mode) + model.hyper.weight_decay));
endfunction

function w = mode_vector (model, mode)
  if (isempty (model.vectors))
    w = zeros (model.dim, 1);
    w(mode) = 1;
  else
    w = model.vectors(:,mode);
  endif
endfunction

## The contour of a bivariate normal at the origin that holds the share `level` of it.
function points = ellipse_points (covariance, level)
  angle = linspace (0, 2 * pi, 200);
  [vectors, values] = eig (covariance);
  radius = sqrt (-2 * log1p (-level) * max (diag (values), 0));
  points = vectors * (radius .* [cos(angle); sin(angle)]);
endfunction

## Position from the minimiser and velocity along a mode; paths are kept apart by a gap.
function path = along_mode (run, model, mode, w)
  __sgdl__ ("expect_type", run, "trajectory", {"sgd_simulate", "sgd_trajectory"});
  if (isempty (run.velocity))
    error ("sgdlangevin:bad_argument", "`trajectory`: expected one with velocities (velocity = true)");
  elseif (columns (run.theta) != model.dim)
    error ("sgdlangevin:bad_argument", "`trajectory`: expected %d coordinates, got %d", model.dim,
           columns (run.theta));
  endif
  centre = w' * model.minimiser;
  if (isfield (run, "coordinates") && strcmp (run.coordinates, "modes"))
    w = double ((1:model.dim)' == mode);
    centre = 0;
  endif
  path = [];
  for p = 1:size (run.theta, 3)
    path = [path; run.theta(:,:,p) * w - centre, run.velocity(:,:,p) * w; NaN, NaN];
  endfor
endfunction
