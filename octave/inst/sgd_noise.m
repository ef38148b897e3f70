## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{noise} =} sgd_noise (@var{name}, @var{value}, @dots{})
## Gradient noise in a form that needs no d x d matrix, for spectral densities.
##
## @example
## Sigma = (1/N) sum_i (g_i - g)(g_i - g)',   Sigma = F F',   or   Sigma = diag (s)
## @end example
##
## @noindent
## Give exactly one of @var{gradients}, @var{factor} and @var{diagonal}.  (Noise proportional to the Hessian
## is @code{sigma2} of sgd_density.)
##
## @strong{Arguments}
##
## @table @var
## @item gradients
## gradients of the examples at the minimiser: N x d, one example a row, full or sparse; or a function handle:
## @code{gradients (examples)} returns the rows of those examples (a row of indices from 1), for gradients
## that do not fit memory; it is asked for all of them in order, once for a block of probes
## @item factor
## F, d x r
## @item diagonal
## s, d variances >= 0
## @item n_examples
## N, for a function
## @item centred
## false: the mean gradient g is not subtracted; default true
## @item chunk
## how many examples a call of the function is for; default as many as 64 MB hold
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_noise"} and the fields @code{kind}
## (@qcode{"gradients"}, @qcode{"factor"} or @qcode{"diagonal"}; from sgd_operator also
## @qcode{"objective"}), @code{gradients}, @code{factor}, @code{diagonal}, @code{n_examples},
## @code{centred}, @code{chunk}.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}; values are looked at by sgd_density.
##
## @strong{Source}: arXiv 2107.09133, gradient noise.  Cost: none here; 2 N d flops a probe for gradients.
##
## @example
## X = [ones(20, 1), sin((1:20)')];
## y = (1:20)' / 10;
## residuals = y - X * (X \ y);
## noise = sgd_noise ("gradients", -residuals .* X);
## @end example
## @seealso{sgd_density, sgd_operator}
## @end deftypefn

function noise = sgd_noise (varargin)
  opt = __sgdl_options__ ("sgd_noise", {"gradients", []; "factor", []; "diagonal", []; "n_examples", [];
                                        "centred", true; "chunk", []}, varargin);
  given = {"gradients", "factor", "diagonal"};
  given = given(! cellfun (@(name) isempty (opt.(name)), given));
  if (numel (given) != 1)
    got = "none";
    if (! isempty (given))
      got = strjoin (given, " and ");
    endif
    error ("sgdlangevin:bad_argument", "`gradients`, `factor`, `diagonal`: expected exactly one of them, got %s",
           got);
  endif
  n_examples = opt.n_examples;
  if (is_function_handle (opt.gradients))
    if (isempty (n_examples))
      error ("sgdlangevin:bad_argument",
             "`n_examples`: expected the number of examples, which a function does not tell");
    endif
    n_examples = __sgdl_count__ (n_examples, "n_examples", 1);
  elseif (! isempty (n_examples))
    error ("sgdlangevin:bad_argument", "`n_examples`: expected [] unless `gradients` is a function handle");
  elseif (! isempty (opt.gradients))
    if (! issparse (opt.gradients))
      opt.gradients = __sgdl__ ("matrix", opt.gradients, "gradients");
    endif
    n_examples = rows (opt.gradients);
  endif
  for name = {"factor", "diagonal"}
    if (! isempty (opt.(name{1})))
      opt.(name{1}) = __sgdl__ ("matrix", opt.(name{1}), name{1});
    endif
  endfor
  if (! isempty (opt.chunk))
    opt.chunk = __sgdl_count__ (opt.chunk, "chunk", 1);
  endif
  noise = struct ("type", "sgd_noise", "kind", given{1}, "gradients", opt.gradients, "factor", opt.factor,
                  "diagonal", opt.diagonal(:), "n_examples", n_examples,
                  "centred", __sgdl__ ("flag", opt.centred, "centred"), "chunk", opt.chunk);
endfunction

%!demo
%! noise = sgd_noise ("diagonal", [1; 2; 3]);
%! sgd_summary (noise)

%!test
%! noise = sgd_noise ("gradients", single ([1, 2; 3, 4; 5, 7]), "centred", false);
%! assert ({noise.kind, noise.n_examples, noise.centred, class(noise.gradients)},
%!         {"gradients", 3, false, "double"});
%! names = {"type", "kind", "gradients", "factor", "diagonal", "n_examples", "centred", "chunk"};
%! assert (fieldnames (noise)', names);
%! assert (sgd_noise ("factor", [1; 2]).kind, "factor");
%! assert (sgd_noise ("diagonal", [1, 2]).diagonal, [1; 2]);
%! assert (sgd_noise ("gradients", @(i) ones (numel (i), 2), "n_examples", 9, "chunk", 4).chunk, 4);

%!error <`gradients`, `factor`, `diagonal`: expected exactly one of them, got none> sgd_noise ()
%!error <got factor and diagonal> sgd_noise ("factor", 1, "diagonal", 1)
%!error <`n_examples`: expected the number of examples> sgd_noise ("gradients", @(i) i)
%!error <`n_examples`: expected \[\] unless> sgd_noise ("gradients", eye (2), "n_examples", 2)
%!error <`n_examples` = 0: expected a whole number> sgd_noise ("gradients", @(i) i, "n_examples", 0)
%!error <`chunk` = 1.5: expected a whole number> sgd_noise ("diagonal", 1, "chunk", 1.5)
%!error <`centred`: expected true or false> sgd_noise ("diagonal", 1, "centred", "x")
%!error <`factor`: expected a numeric matrix, got a character vector> sgd_noise ("factor", "x")
%!error <did you mean `diagonal`> sgd_noise ("diagnal", 1)
