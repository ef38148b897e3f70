## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{hyper} =} sgd_hyper (@var{lr})
## @deftypefnx {} {@var{hyper} =} sgd_hyper (@var{lr}, @var{momentum}, @var{weight_decay}, @var{batch_size})
## @deftypefnx {} {@var{hyper} =} sgd_hyper (@var{lr}, @var{name}, @var{value}, @dots{})
## Hyperparameters of stochastic gradient descent, checked, and what follows from them.
##
## The update of one step @var{k} with the gradient @var{g} of a batch is
##
## @example
## v(k+1)     = momentum v(k) - g(theta(k)) - weight_decay theta(k)
## theta(k+1) = theta(k) + lr v(k+1)
## @end example
##
## @noindent
## which is PyTorch's @code{SGD} with @code{dampening=0, nesterov=False} (its buffer is
## @code{-v}).
##
## @strong{Arguments} (numbers)
##
## @table @var
## @item lr
## learning rate, finite, > 0
## @item momentum
## in (-1, 1); default 0
## @item weight_decay
## >= 0; default 0
## @item batch_size
## examples in a batch, a whole number >= 1; default 1
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_hyper"}, the four arguments, and
##
## @table @code
## @item mass
## lr (1 + momentum)/2, of the particle that moves like the parameters
## @item damping
## 2 (1 - momentum)/(lr (1 + momentum)), per unit of time lr x steps
## @item inverse_temperature
## batch_size (1 - momentum^2)
## @item temperature
## its inverse
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite}.
##
## @strong{Source}: arXiv 2107.09133, the underdamped Langevin equation: mass and
## damping follow from matching one step of the recursion above to first order in lr.
## Cost: none.
##
## @example
## sgd_hyper (0.1, 0.9, 1e-4, 128).inverse_temperature   # 24.32
## @end example
## @seealso{sgd_model}
## @end deftypefn

function hyper = sgd_hyper (lr, varargin)
  table = {"momentum", 0; "weight_decay", 0; "batch_size", 1};
  leading = find ([cellfun(@ischar, varargin), true], 1) - 1;
  if (nargin < 1 || leading > rows (table))
    print_usage ();
  endif
  pairs = [table(1:leading,1)'; varargin(1:leading)];
  opt = __sgdl_options__ ("sgd_hyper", table, [pairs(:)', varargin(leading+1:end)]);
  [mass, damping, inverse_temperature, temperature] = ...
    __sgdl__ ("hyper", lr, opt.momentum, opt.weight_decay, opt.batch_size);
  hyper = struct ("type", "sgd_hyper", "lr", double (lr), "momentum", double (opt.momentum),
                  "weight_decay", double (opt.weight_decay), "batch_size", double (opt.batch_size),
                  "mass", mass, "damping", damping, "inverse_temperature", inverse_temperature,
                  "temperature", temperature);
endfunction

%!demo
%! hyper = sgd_hyper (0.1, 0.9, 1e-4, 128);
%! sgd_summary (hyper)

%!test
%! hyper = sgd_hyper (0.1, 0.9, 1e-4, 128);
%! assert (hyper.mass, 0.1 * 1.9 / 2, -eps);
%! assert (hyper.damping, 2 * 0.1 / (0.1 * 1.9), -4*eps);
%! assert (hyper.inverse_temperature, 128 * (1 - 0.81), -4*eps);
%! assert (hyper.temperature * hyper.inverse_temperature, 1, 2*eps);
%!test
%! hyper = sgd_hyper (single (0.5));
%! assert ([hyper.lr, hyper.momentum, hyper.weight_decay, hyper.batch_size], [0.5, 0, 0, 1]);
%! assert (class (hyper.lr), "double");

%!test   # by name
%! assert (sgd_hyper (0.1, "batch_size", 4, "momentum", 0.5), sgd_hyper (0.1, 0.5, 0, 4));
%! assert (sgd_hyper (0.1, 0.5, "batch_size", 4), sgd_hyper (0.1, 0.5, 0, 4));

%!error <Invalid call> sgd_hyper ()
%!error <Invalid call> sgd_hyper (1, 2, 3, 4, 5)
%!error <sgd_hyper has no argument `momentun`: did you mean `momentum`> sgd_hyper (0.1, "momentun", 0.9)
%!error id=sgdlangevin:bad_argument sgd_hyper (-0.1)
%!error <`lr` = -0.1: expected a finite number . 0> sgd_hyper (-0.1)
%!error <`lr`> sgd_hyper (0)
%!error <`lr`> sgd_hyper (NaN)
%!error <`lr`> sgd_hyper (Inf)
%!error <`lr`> sgd_hyper (NA)
%!error <`lr`: expected a number, got a character vector> sgd_hyper ("0.1")
%!error <`lr`: expected a number, got a double vector of length 2> sgd_hyper ([0.1, 0.2])
%!error <`lr`: expected a number, got an empty matrix> sgd_hyper ([])
%!error <`lr`: expected a number, got a complex number> sgd_hyper (1i)
%!error <`momentum` = 1> sgd_hyper (0.1, 1)
%!error <`momentum` = -1> sgd_hyper (0.1, -1)
%!error <`weight_decay` = -1> sgd_hyper (0.1, 0, -1)
%!error <`batch_size` = 0> sgd_hyper (0.1, 0, 0, 0)
%!error <`batch_size` = 1.5> sgd_hyper (0.1, 0, 0, 1.5)
