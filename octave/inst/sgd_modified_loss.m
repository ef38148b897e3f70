## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{loss} =} sgd_modified_loss (@var{model})
## The modified loss Phi that SGD samples from, and the matrix of its probability current.
##
## @example
## p(z) ~ exp (-inverse_temperature Phi(z)),   Phi(z) = z' U z / 2,   z = (theta - minimiser, v)
## current J(z) = -Q U z p(z)
## @end example
##
## @noindent
## U is the inverse of B = inverse_temperature x stationary covariance; Q = (A B - B A')/2
## is antisymmetric, with the drift matrix A = (D + Q) U of the Langevin equation.  Where
## the noise is singular U is a generalised inverse on the subspace that noise reaches.
##
## The effective loss L, what theta alone descends at this learning rate, momentum and weight
## decay once velocities are integrated out, has
##
## @example
## p(theta) ~ exp (-inverse_temperature L(theta)),  L'' = inv (inverse_temperature cov (theta))
## @end example
##
## @noindent
## which is a K H^-1 for Sigma = sigma2 H (isotropic without weight decay) and a K for
## Sigma = sigma2 I (the training loss again), a = 2/(lr (1 + momentum) sigma2).  For general noise
## its minimiser is that of the training loss with weight decay, but its valleys are not.
##
## @strong{Argument}: @var{model}, from sgd_model with dynamics "langevin".
##
## @strong{Value}: a struct with @code{type = "sgd_modified_loss"} and
##
## @table @code
## @item U, Q
## 2d x 2d, order theta then v
## @item effective_hessian
## d x d, the Hessian of the effective loss
## @item inverse_temperature
## batch_size (1 - momentum^2)
## @item minimiser
## d x 1
## @item rank
## dimension of the subspace that noise reaches, 2d when regular
## @item dim
## d
## @item model
## the model
## @end table
##
## @strong{Errors}: @code{sgdlangevin:unsupported} (dynamics "sgd"), @code{sgdlangevin:flat},
## @code{sgdlangevin:saddle}.
##
## @strong{Source}: arXiv 2107.09133, modified loss and probability currents; for noise
## sigma2 H, Phi = [(theta - mu)' K H^-1 (theta - mu)/(lr (1 + momentum)) + v' H^-1 v/2]/sigma2.
## Cost: one Cholesky factorisation of 2d x 2d and products; memory 8 d^2.
##
## @example
## model = sgd_model (sgd_quadratic (eye (2), "sigma2", 1), sgd_hyper (0.1, 0.9));
## loss = sgd_modified_loss (model);
## sgd_modified_loss_value (loss, [1, 0])      # 1/(lr (1 + momentum)) = 5.2632
## @end example
## @seealso{sgd_modified_loss_value, sgd_modified_loss_section, sgd_current}
## @end deftypefn

function loss = sgd_modified_loss (model)
  if (nargin < 1)
    print_usage ();
  endif
  __sgdl_check_model__ (model);
  __sgdl_refuse_wide__ (model, "sgd_modified_loss", "sgd_quadratic() with H = X'X/N if d is small");
  [~, on_device] = __sgdl_device__ (model);
  [U, Q, effective, rank] = __sgdl__ ("modified_loss", model);
  loss = struct ("type", "sgd_modified_loss", "U", U, "Q", Q, "effective_hessian", effective,
                 "inverse_temperature", model.hyper.inverse_temperature, "minimiser", model.minimiser,
                 "rank", rank, "dim", model.dim, "model", model);
endfunction

%!demo
%! model = sgd_model (sgd_quadratic ([2, 0.3; 0.3, 1], "sigma2", 1), sgd_hyper (0.1, 0.9));
%! section = sgd_modified_loss_section (sgd_modified_loss (model), [1, 0, 0, 0], [0, 0, 1, 0]);
%! sgd_plot (section);

%!shared H, Sigma, hyper, model
%! H = [2, 0.3; 0.3, 1];
%! Sigma = [1, 0.4; 0.4, 2];
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 32);
%! model = sgd_model (sgd_quadratic (H, "Sigma", Sigma), hyper);
%!test   # A = (D + Q) U
%! loss = sgd_modified_loss (model);
%! a = 1 / hyper.mass;  c = hyper.damping;
%! A = [zeros(2), -eye(2); a*(H + 0.01*eye (2)), c*eye(2)];
%! D = blkdiag (zeros (2), c * Sigma);
%! assert ((D + loss.Q) * loss.U, A, 1e-13 * norm (A));
%! assert (loss.Q, -loss.Q', 1e-15 * norm (loss.Q));
%! assert (loss.rank, 4);
%! assert (loss.inverse_temperature, hyper.inverse_temperature);
%! assert (loss.effective_hessian * sgd_stationary (model).theta * hyper.inverse_temperature, eye (2), 1e-12);
%!test   # the paper's closed form for noise sigma2 H
%! loss = sgd_modified_loss (sgd_model (sgd_quadratic (H, "sigma2", 3), hyper));
%! K = H + 0.01 * eye (2);
%! assert (loss.U, blkdiag (2 * K / H / (0.05 * 1.9), inv (H)) / 3, 1e-13 * norm (loss.U));
%! assert (loss.Q, 3 * [zeros(2), -H; H, zeros(2)], 1e-13 * norm (loss.Q));
%! assert (loss.effective_hessian, 2 * K / H / (0.05 * 1.9 * 3), 1e-13 * norm (loss.U));
%!test   # noise that reaches one of two modes
%! loss = sgd_modified_loss (sgd_model (sgd_spectrum ([2, 1], "noise", [1, 0]), hyper));
%! assert (loss.rank, 2);
%! assert (loss.U([2, 4],:), zeros (2, 4));

%!error <Invalid call> sgd_modified_loss ()
%!error <`model`: expected the value of sgd_model\(\)> sgd_modified_loss (1)
%!error id=sgdlangevin:unsupported
%! sgd_modified_loss (sgd_model (sgd_quadratic (H, "sigma2", 1), hyper, "dynamics", "sgd"))
%!error <`dynamics` = "sgd">
%! sgd_modified_loss (sgd_model (sgd_quadratic (H, "sigma2", 1), hyper, "dynamics", "sgd"))
%!error id=sgdlangevin:saddle sgd_modified_loss (sgd_model (sgd_spectrum ([1, -1], "noise", [1, 1]), hyper))
%!error id=sgdlangevin:flat
%! sgd_modified_loss (sgd_model (sgd_spectrum ([1, 0], "noise", [1, 1]), sgd_hyper (0.1)))
%!error id=sgdlangevin:unsupported
%! sgd_modified_loss (sgd_model (sgd_quadratic (H, "sigma2", 1), hyper, "decompose", false))
