## [tally, bound] = __sgdl_tallies__ (stream)
##
## The tallies of the paths of a stream, side by side, and the bound of their rounding ([] where there is
## none).
function [tally, bound] = __sgdl_tallies__ (stream)
  if (stream.dim == 0 || stream.done < stream.frames)
    error ("sgdlangevin:bad_argument", "the stream holds %d of %d frames of %d coordinates: expected all of some",
           stream.done, stream.frames, stream.dim);
  endif
  if (isempty (stream.gram))
    tally = stream.tally;
    bound = stream.bound;
  else
    [tally, bound] = __sgdl__ ("gram_tally", stream.gram, stream.frames, stream.lags);
  endif
endfunction
