## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{result} =} msd_transform (@var{x}, @var{f})
## A function of the mean squared displacement with its standard error.
##
## @var{f} of the MSD at the lags measured, with the covariance of its elements: that of @var{f} of the
## bootstrap's replicates where there are any, else by the delta method,
##
## @example
## cov f = J V J',   V = vcov of the MSD, J the Jacobian of f by central differences
## @end example
##
## @noindent
## Lags that do not change @var{f} may have no error; others make the answer NaN.
##
## @strong{Arguments}
##
## @table @var
## @item x
## from msd, one curve, with its covariance
## @item f
## a function of the n x 1 vector msd that returns numbers
## @end table
##
## @strong{Value}: a struct with @code{type = "msd_transform"}, @code{estimate}, @code{se} (columns),
## @code{vcov},
## @code{method} (@qcode{"delta"} or @qcode{"bootstrap"}).
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:callback}.  Cost: 2 calls of @var{f} a
## lag, or one a replicate.
##
## @example
## measured = msd (cumsum (randn (5000, 1)), "lags", [1, 10], "se", "gaussian");
## fit = msd_transform (measured, @@(m) log10 (m(2) / m(1)));
## [fit.estimate, fit.se]                       # about 1
## @end example
## @seealso{msd}
## @end deftypefn

function result = msd_transform (x, f)
  if (nargin != 2)
    print_usage ();
  endif
  __sgdl__ ("expect_type", x, "x", {"msd"});
  if (! is_function_handle (f))
    error ("sgdlangevin:bad_argument", "`f`: expected a function handle");
  elseif (columns (x.msd) > 1)
    error ("sgdlangevin:bad_argument", "`x` has %d curves: expected one", columns (x.msd));
  elseif (isempty (x.vcov))
    error ("sgdlangevin:bad_argument", "`x` holds no covariance: expected msd with `se` and covariance = true");
  endif
  estimate = call (f, x.msd, 0);
  if (! isempty (x.replicates))
    values = zeros (numel (estimate), columns (x.replicates));
    for r = 1:columns (x.replicates)
      values(:,r) = call (f, x.replicates(:,r), numel (estimate));
    endfor
    usable = find (diag (x.vcov) > 0, 1);
    scale = x.vcov(usable,usable) / var (x.replicates(usable,:));
    covariance = scale * cov (values');
    method = "bootstrap";
  else
    jacobian = jacobian_of (f, x.msd, numel (estimate));
    used = any (jacobian != 0, 1);
    covariance = jacobian(:,used) * x.vcov(used,used) * jacobian(:,used)';
    method = "delta";
  endif
  result = struct ("type", "msd_transform", "estimate", estimate, "se", sqrt (diag (covariance)),
                   "vcov", covariance, "method", method);
endfunction

function value = call (f, msd, n)
  try
    value = f (msd);
  catch err
    error ("sgdlangevin:callback", "`f` failed: %s", err.message);
  end_try_catch
  if (! isnumeric (value) || isempty (value) || (n > 0 && numel (value) != n))
    error ("sgdlangevin:callback", "`f`: expected %s, got a value of class %s with %d elements",
           {"numbers", sprintf("%d numbers", n)}{1 + (n > 0)}, class (value), numel (value));
  endif
  value = double (value(:));
endfunction

function jacobian = jacobian_of (f, msd, n)
  jacobian = zeros (n, numel (msd));
  for l = find (msd > 0)'
    h = eps ^ (1 / 3) * msd(l);
    shift = zeros (size (msd));
    shift(l) = h;
    jacobian(:,l) = (call (f, msd + shift, n) - call (f, msd - shift, n)) / (2 * h);
  endfor
endfunction

%!demo
%! measured = msd (cumsum (randn (5000, 1)), "lags", [1, 10], "se", "gaussian");
%! fit = msd_transform (measured, @(m) log10 (m(2) / m(1)))

%!shared measured
%! measured = msd (cumsum (cos ((1:500)' .^ 1.5 * [1, 2])), "lags", [1, 5, 20, 300]);
%!test   # linear functions exactly; a lag without error does not matter where it is not used
%! A = [1, 2, 0, 0; 0, 0, -3, 0];
%! result = msd_transform (measured, @(m) A * m);
%! assert (result.estimate, A * measured.msd);
%! assert (result.vcov, A(:,1:3) * measured.vcov(1:3,1:3) * A(:,1:3)', -1e-8);
%! assert (result.se, sqrt (diag (result.vcov)));
%! assert (msd_transform (measured, @(m) m(4)).se, NaN);
%!test   # replicates
%! boot = msd (cumsum (cos ((1:500)' .^ 1.5)), "lags", [1, 5], "se", "bootstrap", "n_boot", 60, "seed", 1);
%! result = msd_transform (boot, @(m) m);
%! assert (result.vcov, boot.vcov, -1e-10);
%! assert (result.method, "bootstrap");
%!error <Invalid call> msd_transform (1)
%!error <`x`: expected the value of msd> msd_transform (1, @sin)
%!error <`f`: expected a function handle> msd_transform (measured, 1)
%!error <`x` holds no covariance> msd_transform (msd (cumsum (ones (50, 1)), "se", false), @(m) m)
%!error <`x` has 2 curves: expected one> msd_transform (msd (cumsum (ones (50, 2)), "per", "coordinate"), @(m) m)
%!error id=sgdlangevin:callback msd_transform (measured, @(m) error ("no"))
%!error <`f`: expected numbers, got a value of class char> msd_transform (measured, @(m) "a")
