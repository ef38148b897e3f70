## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{stream} =} msd_merge (@var{x}, @var{y})
## @deftypefnx {} {@var{stream} =} msd_merge (@var{x}, @var{y}, "over", @var{over})
## Combine two streams of the mean squared displacement.
##
## @strong{Arguments}
##
## @table @var
## @item x, y
## from msd_stream, with the same frames, lags, by and record
## @item over
## @qcode{"coordinates"} (default: disjoint coordinates of the same paths) or @qcode{"paths"} (different paths
## with the same coordinates)
## @end table
##
## @strong{Value}: a stream of both; over paths, it takes no more data.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}.
##
## Cost: that of adding what the streams keep.
##
## @example
## part = @@() msd_update (msd_stream (100), cumsum (randn (100, 5)));
## msd (msd_merge (part (), part ())).msd(1)      # about 10
## @end example
## @seealso{msd_stream, msd_update, msd}
## @end deftypefn

function stream = msd_merge (x, y, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  opt = __sgdl_options__ ("msd_merge", {"over", {"coordinates", "paths"}}, varargin);
  __sgdl__ ("expect_type", x, "x", {"msd_stream"});
  __sgdl__ ("expect_type", y, "y", {"msd_stream"});
  for field = {"frames", "lags", "by", "record"}
    if (! isequal (x.(field{1}), y.(field{1})))
      error ("sgdlangevin:bad_argument", "`y`: expected the `%s` of `x`", field{1});
    endif
  endfor
  if (strcmp (opt.over, "paths"))
    stream = merge_paths (x, y);
  else
    stream = merge_coordinates (x, y);
  endif
endfunction

function x = merge_coordinates (x, y)
  if (x.n_paths != y.n_paths)
    error ("sgdlangevin:bad_argument", "`y` holds %d paths: expected %d", y.n_paths, x.n_paths);
  endif
  if (strcmp (x.method, "gram") && strcmp (y.method, "gram") && x.n_paths == 1)
    if (isempty (x.gram))
      x.gram = y.gram;
    elseif (! isempty (y.gram))
      x.gram += y.gram;
    endif
  else
    [tally, x_bound] = __sgdl_tallies__ (x);
    [added, y_bound] = __sgdl_tallies__ (y);
    x.tally = tally + added;
    x.bound = larger (x_bound, y_bound);
    x.method = "fft";
    x.gram = [];
    x.before = [];
  endif
  x.dim += y.dim;
  x.done = max (x.done, y.done);
endfunction

function x = merge_paths (x, y)
  [tally, x_bound] = __sgdl_tallies__ (x);
  [added, y_bound] = __sgdl_tallies__ (y);
  if (x.dim != y.dim)
    error ("sgdlangevin:bad_argument", "`y` has %d coordinates: expected %d", y.dim, x.dim);
  endif
  x.tally = [tally; added];
  x.bound = larger (x_bound, y_bound);
  x.n_paths += y.n_paths;
  x.gram = [];
  x.before = [];
endfunction

function bound = larger (a, b)
  if (isempty (a))
    bound = b;
  elseif (isempty (b))
    bound = a;
  else
    bound = max (a, b);
  endif
endfunction

%!demo
%! part = @() msd_update (msd_stream (100), cumsum (randn (100, 5)));
%! msd (msd_merge (part (), part ())).msd(1)

%!shared x, fill
%! x = cumsum (cos (reshape (1:64*6*3, 64, 6, 3) .^ 1.3), 1);
%! fill = @(y, varargin) msd_update (msd_stream (64, varargin{:}), y);
%!test   # coordinates, whatever the method
%! for methods = {"gram", "fft", "gram"; "gram", "fft", "fft"}
%!   parts = msd_merge (fill (x(:,1:2,1), "method", methods{1}), fill (x(:,3:6,1), "method", methods{2}));
%!   assert (msd (parts).msd, msd (x(:,:,1)).msd, -1e-11);
%!   assert (msd (parts).dim, 6);
%! endfor
%! parts = msd_merge (msd_stream (64), fill (x(:,:,1)));
%! assert (msd (parts).msd, msd (x(:,:,1)).msd, -1e-11);
%!test   # paths
%! all = msd_merge (fill (x(:,:,1)), fill (x(:,:,2)), "over", "paths");
%! all = msd_merge (all, fill (x(:,:,3)), "over", "paths");
%! assert (msd (all).msd, msd (x).msd, -1e-11);
%! assert (msd (all).n, msd (x).n);
%! for k = 1:6
%!   all = msd_merge (all, fill (x(:,:,1)), "over", "paths");
%! endfor
%! assert (msd (all).se_method, "paths");
%! assert (msd (all).se, msd (cat (3, x, repmat (x(:,:,1), [1, 1, 6]))).se, -1e-9);
%! fail ("msd_update (all, 1)", "`stream` holds 9 paths: expected a stream of one");
%! fail ("msd_merge (all, fill (x(:,:,1)))", "`y` holds 1 paths: expected 9");
%!test   # by frames
%! whole = msd_merge (fill (x(:,1:2,1), "by", "frames"), fill (x(:,3:6,1), "by", "frames"));
%! assert (msd (whole).msd, msd (x(:,:,1)).msd, -1e-12);
%!error <Invalid call> msd_merge (1)
%!error <`y`: expected the value of msd_stream> msd_merge (msd_stream (9), 1)
%!error <`y`: expected the `frames` of `x`> msd_merge (msd_stream (9), msd_stream (10))
%!error <`y`: expected the `lags` of `x`> msd_merge (msd_stream (9), msd_stream (9, "lags", 1))
%!error <the stream holds 0 of 64 frames> msd_merge (msd_stream (64), fill (x(:,:,1)), "over", "paths")
%!error <`y` has 2 coordinates: expected 6> msd_merge (fill (x(:,:,1)), fill (x(:,1:2,1)), "over", "paths")
%!error <did you mean "paths"> msd_merge (msd_stream (9), msd_stream (9), "over", "path")
