## Values of tests/reference/ou_cases.json, computed independently at 50 digits, met to a relative 1e-11 in
## the norm over the joint 2d x 2d matrix. No case needs an exception: the closed forms do not lose digits to
## the condition number. Run from this folder by run.sh.

%!function reference = read_case (name)
%!  persistent cases;
%!  if (isempty (cases))
%!    cases = jsondecode (fileread (fullfile ("..", "reference", "ou_cases.json"))).cases;
%!    if (! iscell (cases))
%!      cases = num2cell (cases);
%!    endif
%!  endif
%!  reference = cases{cellfun (@(c) strcmp (c.name, name), cases)};
%!endfunction
%!function model = model_of (reference, dynamics)
%!  hyper = sgd_hyper (reference.lr, reference.momentum, reference.weight_decay, reference.batch_size);
%!  model = sgd_model (sgd_quadratic (reference.H, "Sigma", reference.Sigma), hyper, "dynamics", dynamics);
%!endfunction
%!function close_to (value, expected)
%!  assert (size (value), size (expected));
%!  distance = norm (value - expected, "fro") / norm (expected, "fro");
%!  assert (distance < 1e-11, "relative distance %g", distance);
%!endfunction
%!function C = joint (theta, cross, velocity)
%!  C = [theta, cross; cross', velocity];
%!endfunction
%!function check_stationary (name, dynamics)
%!  reference = read_case (name);
%!  expected = reference.(dynamics);
%!  state = sgd_stationary (model_of (reference, dynamics));
%!  close_to (joint (state.theta, state.cross, state.velocity), joint (expected.P, expected.R, expected.W));
%!  close_to (state.trace.theta, trace (expected.P));
%!  close_to (state.trace.velocity, trace (expected.W));
%!  assert (all (state.exists));
%!endfunction
%!function check_transient (name, dynamics)
%!  reference = read_case (name);
%!  model = model_of (reference, dynamics);
%!  path = sgd_transient (model, reference.steps, reference.theta_dev, "v0", reference.v0);
%!  prediction = sgd_msd (model, reference.steps);
%!  for k = 1:numel (reference.steps)
%!    expected = reference.(dynamics).transient(k);
%!    assert (path.step(k), expected.step);
%!    close_to ([path.mean_theta(:,k); path.mean_velocity(:,k)], expected.mean(:));
%!    close_to (joint (path.theta(:,:,k), path.cross(:,:,k), path.velocity(:,:,k)), expected.cov_from_point);
%!    close_to (prediction.msd(k), expected.msd_stationary);
%!  endfor
%!endfunction
%!function check_modified_loss (name)
%!  reference = read_case (name);
%!  loss = sgd_modified_loss (model_of (reference, "langevin"));
%!  close_to (loss.U, reference.langevin.U);
%!  close_to (loss.Q, reference.langevin.Q);
%!  z0 = [reference.theta_dev(:); reference.v0(:)];
%!  close_to (sgd_modified_loss_value (loss, z0), reference.langevin.Phi_at_z0);
%!endfunction

%!test check_stationary ("isotropic-noise-2d", "langevin")
%!test check_transient ("isotropic-noise-2d", "langevin")
%!test check_stationary ("isotropic-noise-2d", "sgd")
%!test check_transient ("isotropic-noise-2d", "sgd")
%!test check_modified_loss ("isotropic-noise-2d")
%!test check_stationary ("hessian-noise-3d", "langevin")
%!test check_transient ("hessian-noise-3d", "langevin")
%!test check_stationary ("hessian-noise-3d", "sgd")
%!test check_transient ("hessian-noise-3d", "sgd")
%!test check_modified_loss ("hessian-noise-3d")
%!test check_stationary ("general-noise-3d", "langevin")
%!test check_transient ("general-noise-3d", "langevin")
%!test check_stationary ("general-noise-3d", "sgd")
%!test check_transient ("general-noise-3d", "sgd")
%!test check_modified_loss ("general-noise-3d")
%!test check_stationary ("critical-damping", "langevin")
%!test check_transient ("critical-damping", "langevin")
%!test check_stationary ("critical-damping", "sgd")
%!test check_transient ("critical-damping", "sgd")
%!test check_modified_loss ("critical-damping")
%!test check_stationary ("no-momentum", "langevin")
%!test check_transient ("no-momentum", "langevin")
%!test check_stationary ("no-momentum", "sgd")
%!test check_transient ("no-momentum", "sgd")
%!test check_modified_loss ("no-momentum")
%!test check_stationary ("heavy-momentum", "langevin")
%!test check_transient ("heavy-momentum", "langevin")
%!test check_stationary ("heavy-momentum", "sgd")
%!test check_transient ("heavy-momentum", "sgd")
%!test check_modified_loss ("heavy-momentum")
%!test check_stationary ("ill-conditioned", "langevin")
%!test check_transient ("ill-conditioned", "langevin")
%!test check_stationary ("ill-conditioned", "sgd")
%!test check_transient ("ill-conditioned", "sgd")
%!test check_modified_loss ("ill-conditioned")
