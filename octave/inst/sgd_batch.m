## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{batch} =} sgd_batch (@var{model}, @var{step}, @var{seed})
## @deftypefnx {} {@var{batch} =} sgd_batch (@dots{}, @var{name}, @var{value}, @dots{})
## The examples that sgd_simulate with method "minibatch" uses at a step.
##
## @strong{Arguments}
##
## @table @var
## @item model
## from sgd_model, of a problem with examples
## @item step
## counted from 1: the step from state step - 1 to state step
## @item seed
## that of the run
## @item path
## which path; default 1
## @item batch_size
## where the run has another than the model at this step
## @end table
##
## @strong{Value}: a row of examples counted from 1, in the order in which they are summed.  Without
## replacement and by epochs no example comes twice; the last batch of an epoch may be smaller.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:unsupported} (no examples).
##
## @strong{Source}: Philox4x32-10 keyed by seed, path and step.  Cost: of the size of the batch, by epochs N.
##
## @example
## model = sgd_model (sgd_regression (randn (50, 2), randn (50, 1)), sgd_hyper (0.1, 0.9, 0, 8));
## sgd_batch (model, 1, 42)
## @end example
## @seealso{sgd_simulate, sgd_gradient}
## @end deftypefn

function batch = sgd_batch (model, step, seed, varargin)
  if (nargin < 3)
    print_usage ();
  endif
  __sgdl__ ("expect_type", model, "model", {"sgd_model"});
  opt = __sgdl_options__ ("sgd_batch", {"path", 1; "batch_size", []}, varargin);
  if (isempty (model.n_examples))
    error ("sgdlangevin:unsupported", "`model`: expected one of a problem with examples, this has none");
  endif
  if (isempty (opt.batch_size))
    opt.batch_size = model.hyper.batch_size;
  endif
  batch = __sgdl__ ("batch", model.n_examples, opt.batch_size, model.sampling, model.drop_last, seed,
                    opt.path, step);
endfunction

%!demo
%! model = sgd_model (sgd_regression (randn (50, 2), randn (50, 1)), sgd_hyper (0.1, 0.9, 0, 8));
%! sgd_batch (model, 1, 42)

%!shared X, y, hyper, model
%! X = reshape (sin ((1:40) .^ 1.4), 20, 2);
%! y = cos ((1:20)');
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 6);
%! model = @(varargin) sgd_model (sgd_regression (X, y), hyper, "dynamics", "sgd", varargin{:});
%!test   # epochs are permutations
%! epoch = model ("sampling", "epoch");
%! batches = arrayfun (@(k) sgd_batch (epoch, k, 3), 1:8, "UniformOutput", false);
%! assert (cellfun (@numel, batches), [6, 6, 6, 2, 6, 6, 6, 2]);
%! assert (sort ([batches{1:4}]), 1:20);
%! assert (sort ([batches{5:8}]), 1:20);
%! assert (! isequal (batches{1}, batches{5}));
%! assert (numel (sgd_batch (model ("sampling", "epoch", "drop_last", true), 4, 3)), 6);
%!test   # without replacement; paths and seeds differ
%! without = model ("sampling", "without");
%! assert (numel (unique (sgd_batch (without, 5, 3))), 6);
%! assert (! isequal (sgd_batch (without, 5, 3), sgd_batch (without, 5, 3, "path", 2)));
%! assert (! isequal (sgd_batch (without, 5, 3), sgd_batch (without, 5, 4)));
%! assert (numel (sgd_batch (without, 5, 3, "batch_size", 11)), 11);
%!test   # they are what the simulation uses
%! for sampling = {"replacement", "without", "epoch"}
%!   example = model ("sampling", sampling{1});
%!   run = sgd_simulate (example, 12, "nsim", 2, "seed", 7, "method", "minibatch", "theta0", [1, -1]);
%!   theta = [1; -1];
%!   v = [0; 0];
%!   for k = 1:12
%!     batch = sgd_batch (example, k, 7, "path", 2);
%!     v = 0.9 * v - sgd_gradient (example.problem, theta, batch) - 0.01 * theta;
%!     theta += 0.05 * v;
%!     assert (run.theta(k+1,:,2)', theta, 1e-12);
%!   endfor
%! endfor

%!error <Invalid call> sgd_batch (model (), 1)
%!error <`model`: expected the value of sgd_model\(\)> sgd_batch (1, 2, 3)
%!error <`model`: expected one of a problem with examples>
%! sgd_batch (sgd_model (sgd_quadratic (1, "sigma2", 1), hyper), 1, 1)
%!error <`step` = 0: expected a whole number .= 1> sgd_batch (model (), 0, 1)
%!error <`seed` = -1: expected a whole number .= 0> sgd_batch (model (), 1, -1)
%!error <`path` = 0: expected a whole number .= 1> sgd_batch (model (), 1, 1, "path", 0)
%!error <`batch_size` = 0.5: expected a whole number> sgd_batch (model (), 1, 1, "batch_size", 0.5)
%!error <`batch_size`> sgd_batch (model ("sampling", "without"), 1, 1, "batch_size", 21)
%!error <did you mean `path`> sgd_batch (model (), 1, 1, "paths", 2)
