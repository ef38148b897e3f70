## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{operator} =} sgd_operator (@var{hvp}, @var{dim})
## @deftypefnx {} {@var{operator} =} sgd_operator (@var{hvp})
## @deftypefnx {} {@var{operator} =} sgd_operator (@dots{}, @var{name}, @var{value}, @dots{})
## A Hessian too large to form, known by its products H V with blocks of vectors.
##
## Give exactly one of
##
## @example
## hvp, dim                   a function of yours, or a compiled one
## hvp                        a symmetric matrix, full or sparse
## hvp, "theta"               an objective with Hessian products, at a point
## "X"                        data, H = X'X/N
## "vectors", "values", "bulk"    H = U diag (rho) U' + bulk (I - U U')
## @end example
##
## sgd_eigenpairs finds the outermost eigenvalues, sgd_density the spectral density, from which
## sgd_model has the theory.
##
## @strong{Arguments}
##
## @table @var
## @item hvp
## function handle: @code{hvp (V)} returns H times the columns of V (d x m, m varies), d x m.  Or the
## value of sgd_native, a function
## @code{int f (ptrdiff_t dim, ptrdiff_t n, const double *V, double *HV)} that writes n columns and
## returns 0.  Or a symmetric d x d matrix.  Or from sgd_objective (with its @code{hvp}), sgd_logistic,
## sgd_softmax, sgd_tanh_network, sgd_regression
## @item dim
## number of parameters d, for a function
## @item X
## N x d, one example a row, full or sparse
## @item vectors
## orthonormal, d x r
## @item values
## their r eigenvalues, in any order
## @item bulk
## the eigenvalue of all other directions; default 0
## @item theta
## where an objective has its Hessian, vector of d
## @item noise
## gradient noise, from sgd_noise; default: of an objective with examples the covariance of their
## gradients at theta, of all else none (it can be given to sgd_density)
## @item sigma2
## instead of noise: a number >= 0 that says Sigma = sigma2 H
## @item tolerance
## functions are tried on three random vectors: |u'Hv - v'Hu| and |H (u + v) - H u - H v| may be this
## much of |H u| + |H v|; default 1e-6; single precision needs 1e-4; Inf: no product is tried
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_operator"} and the fields @code{dim},
## @code{n_examples}, @code{kind} (@qcode{"function"}, @qcode{"native"}, @qcode{"matrix"},
## @qcode{"objective"}, @qcode{"data"} or @qcode{"low_rank"}), @code{hvp}, @code{X}, @code{vectors},
## @code{values}, @code{bulk}, @code{objective}, @code{theta}, @code{noise}, @code{sigma2}; those that do
## not apply are [].  sgd_hessian_product multiplies.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:not_symmetric}, @code{sgdlangevin:callback} (a function that gives something
## unusable, or is not linear; its products are counted), @code{sgdlangevin:io},
## @code{sgdlangevin:unsupported} (an objective without products).
##
## @strong{Source}: arXiv 2107.09133; Pearlmutter (1994), Neural Computation 6, 147.  Cost of a product of m
## columns: that of the function; a matrix 2 d^2 m flops, sparse 2 for each entry and column; data 4 N d m,
## sparse 4 for each entry and column; low rank 4 d r m.
##
## @example
## springs = @@(V) 2 * V - [V(2:end,:); zeros(1, columns (V))] - [zeros(1, columns (V)); V(1:end-1,:)];
## operator = sgd_operator (springs, 500);
## sgd_hessian_product (operator, ones (500, 1))(1:3)
## @end example
## @seealso{sgd_eigenpairs, sgd_density, sgd_noise, sgd_quadratic}
## @end deftypefn

function operator = sgd_operator (varargin)
  if (nargin < 1)
    print_usage ();
  endif
  hvp = dim = [];
  if (! ischar (varargin{1}))
    hvp = varargin{1};
    varargin(1) = [];
    if (! isempty (varargin) && ! ischar (varargin{1}))
      dim = varargin{1};
      varargin(1) = [];
    endif
  endif
  opt = __sgdl_options__ ("sgd_operator", {"hvp", []; "dim", []; "X", []; "vectors", []; "values", [];
                                           "bulk", 0; "theta", []; "noise", []; "sigma2", [];
                                           "tolerance", 1e-6}, varargin);
  if (! (isnumeric (hvp) && isempty (hvp)))
    opt.hvp = hvp;
  endif
  if (! isempty (dim))
    opt.dim = dim;
  endif
  given = {"hvp", "X", "vectors"}([! isempty(opt.hvp), ! isempty(opt.X), ...
                                   ! isempty(opt.vectors) || ! isempty(opt.values)]);
  if (numel (given) != 1)
    got = "none";
    if (! isempty (given))
      got = strjoin (given, " and ");
    endif
    error ("sgdlangevin:bad_argument", "`hvp`, `X`, `vectors`: expected exactly one of them, got %s", got);
  endif
  operator = struct ("type", "sgd_operator", "dim", [], "n_examples", [], "kind", given{1}, "hvp", [],
                     "X", [], "vectors", [], "values", [], "bulk", [], "objective", [], "theta", [],
                     "noise", [], "sigma2", []);
  switch (given{1})
    case "X"
      operator = data_operator (operator, opt.X);
    case "vectors"
      operator = low_rank_operator (operator, opt);
    otherwise
      operator = product_operator (operator, opt);
  endswitch
  if (! isempty (opt.theta) && isempty (operator.objective))
    error ("sgdlangevin:bad_argument", "`theta`: expected [] unless `hvp` is an objective");
  endif
  if (! isempty (opt.dim) && ! isequal (opt.dim, operator.dim))
    error ("sgdlangevin:bad_argument", "`dim` = %g: expected %d, as given by `%s`, or []", opt.dim(1),
           operator.dim, given{1});
  endif
  check (operator, opt.tolerance);
  [operator.noise, operator.sigma2] = __sgdl_noise_of__ (operator, opt.noise, opt.sigma2);
endfunction

function operator = data_operator (operator, X)
  if (! issparse (X))
    X = __sgdl__ ("matrix", X, "X");
  endif
  operator.kind = "data";
  operator.X = X;
  [operator.n_examples, operator.dim] = size (X);
endfunction

function operator = low_rank_operator (operator, opt)
  vectors = __sgdl__ ("matrix", opt.vectors, "vectors");
  values = __sgdl__ ("matrix", opt.values, "values")(:);
  if (numel (values) != columns (vectors))
    error ("sgdlangevin:bad_argument", "`values`: expected a vector of length %d, got length %d",
           columns (vectors), numel (values));
  endif
  for name = {"vectors", "values"}
    if (! all (isfinite (opt.(name{1})(:))))
      error ("sgdlangevin:not_finite", "`%s`: expected finite numbers", name{1});
    endif
  endfor
  off = max (abs ((vectors' * vectors - eye (columns (vectors)))(:)));
  if (off > 1e-8)
    error ("sgdlangevin:bad_argument", "`vectors`: expected orthonormal columns, got U'U off the identity by %.3g",
           off);
  endif
  [values, order] = sort (values, "descend");
  operator.kind = "low_rank";
  operator.vectors = vectors(:,order);
  operator.values = values;
  operator.bulk = number (opt.bulk, "bulk");
  operator.dim = rows (vectors);
endfunction

function operator = product_operator (operator, opt)
  hvp = opt.hvp;
  type = "";
  if (isstruct (hvp) && isfield (hvp, "type"))
    type = hvp.type;
  endif
  if (is_function_handle (hvp) || strcmp (type, "sgd_native"))
    if (isempty (opt.dim))
      error ("sgdlangevin:bad_argument",
             "`dim`: expected the number of parameters, which a function does not tell");
    endif
    operator.kind = {"native", "function"}{1 + is_function_handle(hvp)};
    operator.hvp = hvp;
    operator.dim = __sgdl_count__ (opt.dim, "dim", 1);
  elseif (any (strcmp (type, {"sgd_objective", "sgd_regression"})))
    operator = objective_operator (operator, hvp, opt.theta);
  elseif (! (isnumeric (hvp) || islogical (hvp)))
    error ("sgdlangevin:bad_argument",
           ["`hvp`: expected a function handle, a symmetric matrix (full or sparse), an objective or the ", ...
            "value of sgd_native(), got a value of class %s"], class (hvp));
  else
    if (! issparse (hvp))
      hvp = __sgdl__ ("matrix", hvp, "hvp");
    endif
    if (rows (hvp) != columns (hvp))
      error ("sgdlangevin:bad_argument", "`hvp`: expected a square matrix, got %d x %d", rows (hvp),
             columns (hvp));
    endif
    operator.kind = "matrix";
    operator.hvp = hvp;
    operator.dim = rows (hvp);
  endif
endfunction

function operator = objective_operator (operator, objective, theta)
  if (isempty (theta))
    error ("sgdlangevin:bad_argument", "`theta`: expected the point where the objective has its Hessian");
  endif
  [operator.dim, n_examples] = __sgdl__ ("check_objective", objective);
  if (n_examples > 0)
    operator.n_examples = n_examples;
  endif
  operator.objective = objective;
  operator.theta = double (theta(:));
  operator.kind = "objective";
  if (isfield (objective, "hvp"))   # a function of the user
    if (isempty (objective.hvp))
      sgd_hessian_product (objective, theta, zeros (operator.dim, 1));   # says what is missing
    endif
    if (numel (operator.theta) != operator.dim)
      error ("sgdlangevin:bad_argument", "`theta`: expected a vector of length %d, got length %d", operator.dim,
             numel (operator.theta));
    endif
    point = operator.theta;
    operator.kind = "function";
    operator.hvp = @(V) objective.hvp (point, V);
  endif
endfunction

## Functions are tried; the core looks through everything else.
function check (operator, tolerance)
  tolerance = number (tolerance, "tolerance");
  if (! (tolerance > 0))
    error ("sgdlangevin:bad_argument", "`tolerance` = %g: expected a number > 0, or Inf", tolerance);
  endif
  if (! any (strcmp (operator.kind, {"function", "native"})))
    __sgdl__ ("operator_product", operator, zeros (operator.dim, 1));
  elseif (isfinite (tolerance))
    __sgdl__ ("operator_check", operator, 1, tolerance);
  endif
endfunction

function value = number (value, name)
  if (! (isnumeric (value) && isreal (value) && isscalar (value)))
    error ("sgdlangevin:bad_argument", "`%s`: expected a number, got a value of class %s and %d elements", name,
           class (value), numel (value));
  endif
  value = double (value);
endfunction

%!demo
%! H = diag ([3, 1, 0.1]);
%! operator = sgd_operator (@(V) H * V, 3);
%! sgd_hessian_product (operator, eye (3))

%!shared H, X, V
%! X = reshape (sin ((1:60) .^ 1.3), 12, 5);
%! H = X' * X / 12;
%! V = reshape (cos (1:15), 5, 3);
%!test   # the same products, however the Hessian is known
%! [U, rho] = eig (H);
%! regression = sgd_regression (X, (1:12)');
%! quadratic = sgd_objective (@(theta) H * theta, 5, "hvp", @(theta, V) H * V);
%! ways = {sgd_operator(@(V) H * V, 5), sgd_operator(H), sgd_operator(sparse (H)), sgd_operator("X", X), ...
%!         sgd_operator("X", sparse (X)), sgd_operator("vectors", U, "values", diag (rho)), ...
%!         sgd_operator(regression, "theta", zeros (5, 1)), sgd_operator(quadratic, "theta", 1:5)};
%! kinds = {"function", "matrix", "matrix", "data", "data", "low_rank", "objective", "function"};
%! for i = 1:numel (ways)
%!   assert (sgd_hessian_product (ways{i}, V), H * V, 1e-14);
%!   assert ({ways{i}.kind, ways{i}.dim, ways{i}.type}, {kinds{i}, 5, "sgd_operator"});
%! endfor
%! assert ([ways{4}.n_examples, ways{7}.n_examples], [12, 12]);
%! assert (ways{7}.noise.kind, "objective");
%! assert (ways{1}.noise, []);
%! names = {"type", "dim", "n_examples", "kind", "hvp", "X", "vectors", "values", "bulk", "objective", "theta", ...
%!          "noise", "sigma2"};
%! assert (fieldnames (ways{1})', names);
%!test   # low rank plus bulk, values in any order
%! [U, ~] = qr (V, 0);
%! operator = sgd_operator ("vectors", U, "values", [1, 3, 2], "bulk", 0.5);
%! assert (operator.values, [3; 2; 1]);
%! full_matrix = U * diag ([1, 3, 2]) * U' + 0.5 * (eye (5) - U * U');
%! assert (sgd_hessian_product (operator, V), full_matrix * V, 1e-14);
%!test   # options
%! operator = sgd_operator (@(V) H * V, 5, "sigma2", int8 (2), "tolerance", Inf);
%! assert (operator.sigma2, 2);
%! operator = sgd_operator ("hvp", single (H), "noise", sgd_noise ("diagonal", ones (5, 1)), "dim", 5);
%! assert (class (operator.hvp), "double");

%!error <Invalid call> sgd_operator ()
%!error <`hvp`, `X`, `vectors`: expected exactly one of them, got none> sgd_operator ("sigma2", 1)
%!error <expected exactly one of them, got hvp and X> sgd_operator (H, "X", X)
%!error <`dim`: expected the number of parameters> sgd_operator (@(V) V)
%!error <`dim` = 0: expected a whole number .= 1> sgd_operator (@(V) V, 0)
%!error <`dim` = 4: expected 5, as given by `X`> sgd_operator ("X", X, "dim", 4)
%!error <`hvp`: expected a function handle, .* got a value of class cell> sgd_operator ({1})
%!error <`hvp`: expected a square matrix, got 12 x 5> sgd_operator (X)
%!error <`theta`: expected \[\] unless `hvp` is an objective> sgd_operator (H, "theta", 1:5)
%!error <`theta`: expected the point where> sgd_operator (sgd_regression (X, (1:12)'))
%!error <`theta`: expected a vector of length 2, got length 3>
%! sgd_operator (sgd_objective (@(x) x, 2, "hvp", @(x, V) V), "theta", 1:3)
%!error <knows no Hessian products> sgd_operator (sgd_objective (@(x) x, 2), "theta", [1, 2])
%!error id=sgdlangevin:not_symmetric sgd_operator ([1, 2; 0, 1])
%!error id=sgdlangevin:not_symmetric sgd_operator (sparse ([1, 2; 0, 1]))
%!error id=sgdlangevin:not_symmetric sgd_operator (@(V) [1, 2; 0, 1] * V, 2)
%!error id=sgdlangevin:not_finite sgd_operator ("X", [1, NaN])
%!error id=sgdlangevin:callback sgd_operator (@(V) V .^ 2, 2)
%!error <`hvp`, product 1: expected a 2 x 3 matrix, got a number> sgd_operator (@(V) 1, 2)
%!error <`hvp`, product 1: expected finite numbers, got nan in row 1, column 1> sgd_operator (@(V) NaN (size (V)), 2)
%!error <my own words> sgd_operator (@(V) error ("my own words"), 2)
%!error <`values`: expected a vector of length 5, got length 2>
%! sgd_operator ("vectors", eye (5), "values", [1, 2])
%!error <`vectors`: expected orthonormal columns, got U'U off the identity by 5>
%! sgd_operator ("vectors", ones (5, 2), "values", [1, 2])
%!error <`values`: expected finite numbers> sgd_operator ("vectors", eye (2), "values", [1, NaN])
%!error <`bulk`: expected a number> sgd_operator ("vectors", eye (5), "values", 1:5, "bulk", [1, 2])
%!error <`tolerance` = 0: expected a number . 0, or Inf> sgd_operator (@(V) V, 2, "tolerance", 0)
%!error <`noise`, `sigma2`: expected at most one of them, got both>
%! sgd_operator (H, "noise", sgd_noise ("diagonal", ones (5, 1)), "sigma2", 1)
%!error <`sigma2` = -1: expected a finite number .= 0> sgd_operator (H, "sigma2", -1)
%!error <`noise`: expected diagonal of 5 parameters, got 3> sgd_operator (H, "noise", sgd_noise ("diagonal", 1:3))
%!error <`noise`: expected the value of sgd_noise\(\)> sgd_operator (H, "noise", 1)
%!error <did you mean `sigma2`> sgd_operator (H, "sigma", 1)
