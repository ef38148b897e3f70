## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{pairs} =} sgd_eigenpairs (@var{operator})
## @deftypefnx {} {@var{pairs} =} sgd_eigenpairs (@var{operator}, @var{name}, @var{value}, @dots{})
## The largest and the smallest (most negative) eigenvalues of a Hessian known by its products.
##
## A thick-restart block Lanczos iteration, in which every vector is orthogonalised twice against all before
## it, until
##
## @example
## |H v - rho v| <= tolerance max |rho|
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item operator
## from sgd_operator
## @item top, bottom
## how many of the largest (default 6) and of the smallest (default 0)
## @item tolerance
## default 1e-8
## @item block
## columns of a product, default 4; an eigenvalue of a higher multiplicity than this may be found too few
## times
## @item basis
## vectors kept, default 2 (top + bottom) + 8 block, at least 32
## @item max_products
## columns multiplied at most, default 200 (top + bottom) + 4000
## @item seed
## of the vectors to start from, a whole number; default drawn by rand
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_eigenpairs"} and
##
## @table @code
## @item values
## the top largest, then the bottom smallest, each in descending order
## @item vectors
## d x (top + bottom), orthonormal
## @item residual
## |H v - rho v| of each
## @item top, bottom, tolerance, seed, dim
## as given
## @item n_products, n_converged, n_restarts
## columns multiplied, eigenpairs that are good, restarts
## @item spread
## max |rho|
## @item complete
## false where it was stopped
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}.  @strong{Warnings}, with what was found so far as the value:
## @code{sgdlangevin:no_convergence}, @code{sgdlangevin:interrupted} (Ctrl-C), @code{sgdlangevin:callback} (the
## operator's function failed).
##
## @strong{Source}: Wu, Simon (2000), SIAM Journal on Matrix Analysis and Applications 22.  Cost: the products, and
## 8 d basis flops for each; memory d (basis + 2 block) numbers.
##
## @example
## X = sin ((1:200)' * (1:50) .^ 0.7) ./ (1:50);
## sgd_eigenpairs (sgd_operator ("X", X), "top", 3, "seed", 1).values
## @end example
## @seealso{sgd_operator, sgd_density}
## @end deftypefn

function pairs = sgd_eigenpairs (operator, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  __sgdl__ ("expect_type", operator, "operator", {"sgd_operator"});
  opt = __sgdl_options__ ("sgd_eigenpairs", {"top", 6; "bottom", 0; "tolerance", 1e-8; "block", []; "basis", [];
                                             "max_products", []; "seed", []}, varargin);
  opt = __sgdl_pairs_asked__ (operator, opt);
  out = __sgdl__ ("extreme_eigenpairs", operator, opt);
  pairs = struct ("type", "sgd_eigenpairs", "values", out.values, "vectors", out.vectors,
                  "residual", out.residual, "top", opt.top, "bottom", opt.bottom, "tolerance", opt.tolerance,
                  "n_products", out.n_products, "n_converged", out.n_converged, ...
                  "n_restarts", out.n_restarts, "spread", out.spread, ...
                  "complete", strcmp (out.status, "ok"), "seed", opt.seed, "dim", operator.dim);
  if (strcmp (out.status, "interrupted"))
    warning ("sgdlangevin:interrupted", "interrupted after %d products: %d of %d eigenpairs have converged",
             out.n_products, out.n_converged, opt.top + opt.bottom);
  elseif (! pairs.complete)
    warning (["sgdlangevin:" out.status], "%s", out.message);
  endif
endfunction

%!demo
%! X = sin ((1:200)' * (1:50) .^ 0.7) ./ (1:50);
%! sgd_plot (sgd_eigenpairs (sgd_operator ("X", X), "top", 6, "seed", 1));

%!shared H, operator
%! X = reshape (sin ((1:1200) .^ 1.1), 40, 30) .* (1:30) .^ -0.8;
%! H = X' * X / 40 - 0.05 * eye (30);
%! operator = sgd_operator (@(V) H * V, 30);
%!test   # against eig, both ends
%! pairs = sgd_eigenpairs (operator, "top", 4, "bottom", 2, "seed", 1);
%! rho = sort (eig (H), "descend");
%! assert (pairs.values, rho([1:4, 29:30]), 1e-10);
%! assert (pairs.vectors' * pairs.vectors, eye (6), 1e-12);
%! assert (norm (H * pairs.vectors - pairs.vectors * diag (pairs.values), "columns")', zeros (6, 1), ...
%!         1.1e-8 * pairs.spread);
%! assert ({pairs.complete, pairs.n_converged, pairs.type}, {true, 6, "sgd_eigenpairs"});
%! names = {"type", "values", "vectors", "residual", "top", "bottom", "tolerance", "n_products", "n_converged", ...
%!          "n_restarts", "spread", "complete", "seed", "dim"};
%! assert (fieldnames (pairs)', names);
%! assert (sgd_eigenpairs (operator, "top", 4, "bottom", 2, "seed", 1).vectors, pairs.vectors);
%!test   # what was found so far
%! warning ("off", "sgdlangevin:no_convergence", "local");
%! wide = sgd_operator (@(V) (1:400)' .* V, 400);
%! pairs = sgd_eigenpairs (wide, "top", 2, "max_products", 44, "tolerance", 1e-13, "seed", 1);
%! assert (pairs.complete, false);
%! assert (pairs.n_converged < 2);
%!warning id=sgdlangevin:no_convergence
%! sgd_eigenpairs (sgd_operator (@(V) (1:400)' .* V, 400), "top", 2, "max_products", 44, "tolerance", 1e-13);

%!error <Invalid call> sgd_eigenpairs ()
%!error <`operator`: expected the value of sgd_operator\(\), got a 30 x 30 double array> sgd_eigenpairs (H)
%!error <`top` \+ `bottom` = 31: expected from 1 to the dimension, 30> sgd_eigenpairs (operator, "top", 31)
%!error <`top` \+ `bottom` = 0: expected from 1> sgd_eigenpairs (operator, "top", 0)
%!error <`top` = -1: expected a whole number> sgd_eigenpairs (operator, "top", -1)
%!error <`tolerance` = 0: expected a number . 0> sgd_eigenpairs (operator, "tolerance", 0)
%!error <`block` = 0: expected a whole number .= 1> sgd_eigenpairs (operator, "block", 0)
%!error <`seed` = 1.5: expected a whole number> sgd_eigenpairs (operator, "seed", 1.5)
%!error <did you mean `bottom`> sgd_eigenpairs (operator, "botom", 1)
