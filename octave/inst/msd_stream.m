## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{stream} =} msd_stream (@var{frames})
## @deftypefnx {} {@var{stream} =} msd_stream (@var{frames}, @var{name}, @var{value}, @dots{})
## Mean squared displacement of data that do not fit memory.
##
## A stream keeps what the time-averaged MSD of one path needs of data that come in parts: msd_update adds
## some, and msd of the stream gives the MSD so far, with standard errors from blocks as if all had been in
## memory at once. Streams over disjoint coordinates, or over different paths, combine with msd_merge.
##
## @strong{Arguments}
##
## @table @var
## @item frames
## frames of a path, at least 3
## @item lags
## as in msd
## @item by
## what comes bit by bit: @qcode{"coordinates"} (default: each update brings all frames of some more of them)
## or
## @qcode{"frames"} (each update brings the frames that follow; the last ones, as many as the largest lag, are
## kept)
## @item method
## by coordinates: @qcode{"fft"}, or @qcode{"gram"}: the Gram matrix of the frames by dsyrk, frames^2 flops a
## coordinate whatever the lags; @qcode{"auto"} (default) takes it up to 1024 frames.  Each coordinate is
## taken from its chord first; the rounding left is bounded in @code{bound}
## @item record
## steps from one frame to the next; default 1
## @item accuracy
## as in msd, for "fft"
## @item memory
## bytes that the stream may keep; default 2^30
## @end table
##
## @strong{Value}: a struct with @code{type = "msd_stream"}, a value like any other: it can be saved, and sent
## to other processes.  Fields frames, lags, by, method, record, done (frames so far), dim (coordinates so
## far), n_paths, and what has been added up.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:too_short}.
##
## @strong{Source}: THEORY section 8 of the project.  Cost: "fft" as msd; "gram" 8 frames^2 bytes; by frames
## 0.3 ns a number and lag, 8 bytes times largest lag times coordinates.
##
## @example
## walk = cumsum (randn (200, 50));
## stream = msd_stream (200);
## for first = 1:10:50
##   stream = msd_update (stream, walk(:,first:first+9));
## endfor
## max (abs (msd (stream).msd ./ msd (walk).msd - 1))     # rounding
## @end example
## @seealso{msd_update, msd_merge, msd}
## @end deftypefn

function stream = msd_stream (frames, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("msd_stream", {"lags", []; "by", {"coordinates", "frames"};
                                         "method", {"auto", "fft", "gram"}; "record", 1;
                                         "accuracy", {"default", "full"}; "memory", 2 ^ 30}, varargin);
  if (! (isnumeric (frames) && isscalar (frames) && frames == fix (frames) && frames >= 1))
    error ("sgdlangevin:bad_argument", "`frames`: expected a whole number >= 1, got %s",
           disp (frames)(1:end-1));
  elseif (frames < 3)
    error ("sgdlangevin:too_short", "`frames` = %d: expected at least 3", frames);
  endif
  positive = @(x) isnumeric (x) && isscalar (x) && isfinite (x) && x > 0;
  if (! positive (opt.record))
    error ("sgdlangevin:bad_argument", "`record`: expected a finite number > 0");
  elseif (! positive (opt.memory))
    error ("sgdlangevin:bad_argument", "`memory`: expected a number of bytes");
  endif
  lags = opt.lags;
  if (isempty (lags))
    lags = __sgdl__ ("log_lags", 1, floor ((frames - 1) / 2), 10);
  endif
  lags = check_lags (__sgdl__ ("matrix", lags, "lags")(:), frames);
  method = opt.method;
  needed = 16 * frames ^ 2;
  if (strcmp (opt.by, "frames") && ! strcmp (method, "auto"))
    error ("sgdlangevin:bad_argument", "`method` = \"%s\": expected none by frames", method);
  elseif (strcmp (method, "auto"))
    small = strcmp (opt.by, "coordinates") && frames <= 1024 && needed <= opt.memory;
    method = {"fft", "gram"}{1 + small};
  endif
  if (strcmp (method, "gram") && needed > opt.memory)
    error ("sgdlangevin:bad_argument",
           "`memory` = %.10g bytes: expected at least %.0f for the Gram matrix of %d frames", opt.memory, needed,
           frames);
  endif
  stream = struct ("type", "msd_stream", "frames", double (frames), "lags", lags, "by", opt.by, "method",
                   method,
                   "record", double (opt.record), "full", strcmp (opt.accuracy, "full"),
                   "memory", double (opt.memory), "done", 0, "dim", 0, "tally", zeros (25 * numel (lags), 1),
                   "gram", [], "before", [], "bound", [], "n_paths", 1);
endfunction

function lags = check_lags (lags, frames)
  bad = find (! (lags == fix (lags) & lags >= 1 & lags <= frames - 1), 1);
  if (bad)
    error ("sgdlangevin:bad_argument", "`lags[%d]` = %.10g: expected an integer from 1 to %d (in frames)",
           bad,
           lags(bad), frames - 1);
  elseif (any (diff (lags) <= 0))
    error ("sgdlangevin:bad_argument", "`lags`: expected strictly increasing lags");
  endif
endfunction

%!demo
%! walk = cumsum (randn (200, 50));
%! stream = msd_stream (200);
%! for first = 1:10:50
%!   stream = msd_update (stream, walk(:,first:first+9));
%! endfor
%! sgd_plot (msd (stream));

%!shared walk, expected
%! walk = 1e3 + cumsum (cos ((1:160)' * (1:23)), 1) + (1:160)' / 7;
%! expected = msd (walk);
%!test   # by coordinates
%! for method = {"auto", "fft", "gram"}
%!   stream = msd_update (msd_stream (160, "method", method{1}), walk(:,1:9));
%!   result = msd (msd_update (stream, walk(:,10:23)));
%!   assert (result.msd, expected.msd, -1e-10);
%!   assert (result.se, expected.se, -1e-8);
%!   assert (result.n, expected.n);
%!   assert (result.dim, 23);
%!   assert (isempty (result.bound), strcmp (method{1}, "fft"));
%! endfor
%!test   # by frames
%! stream = msd_stream (160, "by", "frames", "record", 3);
%! for part = {1:100, 101, 102:160}
%!   stream = msd_update (stream, walk(part{1},:));
%! endfor
%! result = msd (stream);
%! assert (result.msd, expected.msd, -1e-12);
%! assert (result.se, expected.se, -1e-9);
%! assert (result.lag, 3 * expected.lag);
%! assert (rows (stream.before), max (stream.lags));
%!error <Invalid call> msd_stream ()
%!error id=sgdlangevin:too_short msd_stream (2)
%!error <`frames`: expected a whole number .= 1, got 2.5> msd_stream (2.5)
%!error <`lags\[2\]` = 160: expected an integer from 1 to 159> msd_stream (160, "lags", [1, 160])
%!error <strictly increasing> msd_stream (160, "lags", [2, 1])
%!error <`memory` = 1000 bytes: expected at least 409600 for the Gram matrix of 160 frames>
%! msd_stream (160, "method", "gram", "memory", 1000)
%!error <`memory`: expected a number of bytes> msd_stream (160, "memory", -1)
%!error <`record`: expected a finite number> msd_stream (160, "record", 0)
%!error <`method` = "gram": expected none by frames> msd_stream (160, "by", "frames", "method", "gram")
%!error <did you mean "frames"> msd_stream (160, "by", "frame")
%!error <the stream holds 0 of 160 frames> msd (msd_stream (160))
%!error <`se`: expected "blocks" or "paths"> msd (msd_stream (160), "se", "gaussian")
%!error <`lags`: expected none> msd (msd_stream (160), "lags", 1)
