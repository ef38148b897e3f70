## result = __sgdl_msd_tally__ (stream, errors, covariance)
##
## The value of msd from a stream, or from the fields of one.
function result = __sgdl_msd_tally__ (stream, errors, covariance)
  if (errors > 3)
    error ("sgdlangevin:bad_argument", "`se`: expected \"blocks\" or \"paths\" (or true) of a stream");
  endif
  if (isempty (covariance))
    covariance = numel (stream.lags) ^ 2 <= 1e6;
  endif
  [tally, bound] = __sgdl_tallies__ (stream);
  [displacement, se, n, vcov] = __sgdl__ ("tally_result", tally, stream.frames, stream.lags, errors > 0,
                                          covariance);
  method = {"blocks", "paths"}{1 + (stream.n_paths >= 8)};
  if (errors == 0)
    method = "none";
  endif
  result = struct ("type", "msd", "lag", stream.record * stream.lags, "msd", displacement, "se", se, "n", n,
                   "average", "time-averaged", "dim", stream.dim, "n_paths", stream.n_paths,
                   "frames", stream.frames, "per", "total", "se_method", method, "vcov", vcov, "replicates", [],
                   "seed", [], "accuracy", "default", "missing", 0, "empty", 0, "redone", 0, "bound", bound, ...
                   "backend", "cpu");
endfunction
