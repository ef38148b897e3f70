## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{stream} =} msd_update (@var{stream}, @var{data})
## Add data to a stream of the mean squared displacement.
##
## @strong{Arguments}
##
## @table @var
## @item stream
## from msd_stream, of one path
## @item data
## finite numbers: by coordinates frames x any number, by frames any number x coordinates; a vector is one
## coordinate, or one frame
## @end table
##
## @strong{Value}: the stream with these data.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite} (gaps, too: streams have
## none).
##
## Cost: see msd_stream.
##
## @example
## stream = msd_update (msd_stream (100), cumsum (randn (100, 5)));
## msd (stream).msd(1)                          # about 5
## @end example
## @seealso{msd_stream, msd_merge, msd}
## @end deftypefn

function stream = msd_update (stream, data)
  if (nargin != 2)
    print_usage ();
  endif
  __sgdl__ ("expect_type", stream, "stream", {"msd_stream"});
  if (stream.n_paths > 1)
    error ("sgdlangevin:bad_argument", "`stream` holds %d paths: expected a stream of one", stream.n_paths);
  endif
  data = __sgdl__ ("matrix", data, "data");
  if (isempty (data))
    error ("sgdlangevin:bad_argument", "`data`: expected some numbers, got a %d x %d matrix", rows (data),
           columns (data));
  endif
  if (strcmp (stream.by, "frames"))
    stream = add_frames (stream, data);
  else
    stream = add_coordinates (stream, data);
  endif
endfunction

function stream = add_coordinates (stream, data)
  if (isrow (data))
    data = data(:);
  endif
  if (rows (data) != stream.frames)
    error ("sgdlangevin:bad_argument", "`data` has %d frames: expected all %d of the path", rows (data),
           stream.frames);
  endif
  if (strcmp (stream.method, "gram"))
    stream.gram = __sgdl__ ("gram_coordinates", stream.gram, stream.frames, data);
  else
    stream.tally = __sgdl__ ("tally_coordinates", stream.tally, stream.frames, data, stream.full,
                             stream.lags);
  endif
  stream.dim += columns (data);
  stream.done = stream.frames;
endfunction

function stream = add_frames (stream, data)
  if (stream.done > 0 && columns (data) != stream.dim && numel (data) == stream.dim)
    data = data(:)';
  endif
  if (stream.done > 0 && columns (data) != stream.dim)
    error ("sgdlangevin:bad_argument", "`data` has %d coordinates: expected %d as before", columns (data),
           stream.dim);
  endif
  last = max (stream.lags);
  needed = 8 * last * columns (data);
  if (needed > stream.memory)
    error ("sgdlangevin:bad_argument", "`memory` = %.10g bytes: expected at least %.0f to keep %d frames of %d coordinates",
           stream.memory, needed, last, columns (data));
  endif
  if (stream.done == 0)
    stream.before = zeros (0, columns (data));
  endif
  stream.tally = __sgdl__ ("tally_frames", stream.tally, stream.frames, stream.done, stream.before, data,
                           stream.lags);
  stream.done += rows (data);
  stream.dim = columns (data);
  if (rows (data) < last)
    data = [stream.before; data];
  endif
  stream.before = data(max (1, end - last + 1):end,:);
endfunction

%!demo
%! stream = msd_update (msd_stream (100), cumsum (randn (100, 5)));
%! msd (stream).msd(1)

%!test   # a vector is one coordinate, or one frame
%! y = (1:9) .^ 2;
%! assert (msd (msd_update (msd_stream (9, "lags", 2), y)).msd, msd (y, "lags", 2).msd, -1e-13);
%! stream = msd_stream (3, "lags", 1, "by", "frames");
%! for k = 1:3
%!   stream = msd_update (stream, [k, 2 * k]);
%! endfor
%! assert (msd (stream).msd, 5);
%!error <Invalid call> msd_update (1)
%!error <`stream`: expected the value of msd_stream> msd_update (1, 2)
%!error <`data` has 4 frames: expected all 9 of the path> msd_update (msd_stream (9), ones (4, 2))
%!error <`data`: expected some numbers, got a 0 x 3 matrix> msd_update (msd_stream (9), ones (0, 3))
%!error <`data`: expected a numeric matrix, got a character> msd_update (msd_stream (9), "abc")
%!error id=sgdlangevin:not_finite msd_update (msd_stream (9), [NaN; ones(8, 1)])
%!error <coordinate 1\]` = NaN: expected finite numbers> msd_update (msd_stream (9, "method", "fft"), [NaN; ones(8, 1)])
%!error <`data` has 2 coordinates: expected 3 as before>
%! msd_update (msd_update (msd_stream (9, "by", "frames"), ones (4, 3)), ones (4, 2))
%!error <`x` has 10 frames after 0> msd_update (msd_stream (9, "by", "frames"), ones (10, 3))
%!error <expected at least 3200 to keep 4 frames of 100 coordinates>
%! msd_update (msd_stream (9, "by", "frames", "memory", 3000), ones (1, 100))
