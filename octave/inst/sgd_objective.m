## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{objective} =} sgd_objective (@var{gradient}, @var{dim})
## @deftypefnx {} {@var{objective} =} sgd_objective (@var{gradient}, @var{dim}, @var{name}, @var{value}, @dots{})
## Any loss, known by its gradients: a function of yours, or compiled C.
##
## @example
## L(theta) = (1/N) sum_i l_i(theta),   gradient (theta, batch) = mean of grad l_i(theta) over i in batch
## @end example
##
## @noindent
## Weight decay is not part of it; it belongs to sgd_hyper.
##
## @strong{Arguments}
##
## @table @var
## @item gradient
## function handle: @code{gradient (theta, batch)} with theta d x 1 and batch a row of examples
## counted from 1 returns the mean gradient over them, a vector of d; without @var{n_examples} it is
## @code{gradient (theta)}.  Or the value of sgd_native
## @item dim
## number of parameters d
## @item n_examples
## number of examples N; default none: then there are no minibatches
## @item hvp
## function handle: @code{hvp (theta, V)} returns the Hessian at theta times V (d x n)
## @item loss
## function handle: @code{loss (theta)} returns the mean loss
## @item covariance
## function handle: @code{covariance (theta)} returns the covariance of the gradient of one example, d x d
## @item Sigma
## that covariance where it is constant, d x d, positive semidefinite
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_objective"} and the fields @code{dim},
## @code{n_examples}, @code{kind} (@qcode{"callback"} or @qcode{"native"}), @code{gradient}, @code{hvp},
## @code{loss}, @code{covariance}, @code{Sigma}; absent ones are [].
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:io} (no such compiled
## function), @code{sgdlangevin:not_psd}, @code{sgdlangevin:not_symmetric}.  Functions are not called
## here.
##
## @strong{Source}: the recursion of PyTorch's SGD, with a gradient of your own.  Cost: none; a step of
## sgd_simulate calls @var{gradient} once a path, one path after another.
##
## @example
## rosenbrock = @@(x) [400 * x(1) * (x(1)^2 - x(2)) + 2 * (x(1) - 1); 200 * (x(2) - x(1)^2)];
## objective = sgd_objective (rosenbrock, 2, "Sigma", eye (2));
## model = sgd_model (objective, sgd_hyper (1e-4, 0.9, 0, 1));
## run = sgd_simulate (model, 500, "theta0", [-1, 1], "seed", 1);
## @end example
## @seealso{sgd_native, sgd_logistic, sgd_softmax, sgd_tanh_network, sgd_gradient, sgd_simulate}
## @end deftypefn

function objective = sgd_objective (gradient, dim, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  opt = __sgdl_options__ ("sgd_objective", {"n_examples", []; "hvp", []; "loss", []; "covariance", [];
                                            "Sigma", []}, varargin);
  kind = "callback";
  if (isstruct (gradient))
    __sgdl__ ("expect_type", gradient, "gradient", {"sgd_native"});
    kind = "native";
  else
    require_function (gradient, "gradient", "a function handle or the value of sgd_native()");
  endif
  for name = {"hvp", "loss", "covariance"}
    if (! isempty (opt.(name{1})))
      require_function (opt.(name{1}), name{1}, "a function handle");
    endif
  endfor
  given = struct ("dim", dim, "n_examples", opt.n_examples, "gradient", gradient, "hvp", opt.hvp,
                  "loss", opt.loss, "covariance", opt.covariance, "Sigma", opt.Sigma);
  objective = __sgdl_objective__ (kind, given);
  if (! isempty (opt.Sigma))
    [~, ~, objective.Sigma] = __sgdl__ ("check_quadratic", eye (objective.dim), [], opt.Sigma, []);
  endif
endfunction

function require_function (value, name, wanted)
  if (! is_function_handle (value))
    error ("sgdlangevin:bad_argument", "`%s`: expected %s, got a value of class %s", name, wanted,
           class (value));
  endif
endfunction

%!demo
%! double_well = @(x) [4 * x(1) * (x(1)^2 - 1); x(2)];
%! objective = sgd_objective (double_well, 2, "Sigma", eye (2));
%! model = sgd_model (objective, sgd_hyper (0.05, 0.9, 0, 2));
%! run = sgd_simulate (model, 4000, "theta0", [1, 0], "seed", 1);
%! sgd_plot (run, "coordinates", 1);

%!shared X, y, least_squares
%! X = [1, 0; 2, 1; -1, 3; 0, 1; 1, 1];
%! y = [1; 2; 0; -1; 2];
%! least_squares = @(theta, batch) X(batch,:)' * (X(batch,:) * theta - y(batch)) / numel (batch);
%!test
%! objective = sgd_objective (least_squares, 2, "n_examples", 5);
%! assert ({objective.type, objective.kind}, {"sgd_objective", "callback"});
%! assert ([objective.dim, objective.n_examples], [2, 5]);
%! assert ({objective.hvp, objective.loss, objective.covariance, objective.Sigma}, {[], [], [], []});
%! names = {"type", "dim", "n_examples", "kind", "gradient", "hvp", "loss", "covariance", "Sigma"};
%! assert (fieldnames (objective)', names);
%!test
%! objective = sgd_objective (@(theta) theta, int8 (3), "Sigma", single (eye (3)));
%! assert (objective.n_examples, []);
%! assert (objective.Sigma, eye (3));
%! assert (class (objective.dim), "double");

%!error <Invalid call> sgd_objective (least_squares)
%!error <`gradient`: expected a function handle or the value of sgd_native\(\), got a value of class double>
%! sgd_objective (1, 2)
%!error <`gradient`: expected the value of sgd_native\(\), got that of sgd_hyper\(\)>
%! sgd_objective (sgd_hyper (0.1), 2)
%!error <`dim` = 0: expected a whole number .= 1> sgd_objective (least_squares, 0)
%!error <`dim`: expected a number> sgd_objective (least_squares, [1, 2])
%!error <`n_examples` = 1.5: expected a whole number> sgd_objective (least_squares, 2, "n_examples", 1.5)
%!error <`hvp`: expected a function handle, got a value of class double>
%! sgd_objective (least_squares, 2, "hvp", 1)
%!error <`loss`: expected a function handle> sgd_objective (least_squares, 2, "loss", "x")
%!error <`covariance`: expected a function handle> sgd_objective (least_squares, 2, "covariance", {1})
%!error <`Sigma`: expected a 2 x 2 matrix, got 3 x 3> sgd_objective (least_squares, 2, "Sigma", eye (3))
%!error id=sgdlangevin:not_psd sgd_objective (least_squares, 2, "Sigma", -eye (2))
%!error id=sgdlangevin:not_symmetric sgd_objective (least_squares, 2, "Sigma", [1, 2; 0, 1])
%!error <sgd_objective has no argument `n_example`: did you mean `n_examples`>
%! sgd_objective (least_squares, 2, "n_example", 5)
