## start = __sgdl_start__ (model, options)
##
## The options start, theta0, v0 and cov0 as one struct for the core.
function start = __sgdl_start__ (model, options)
  start = struct ("start", options.start, "theta0", options.theta0, "v0", options.v0, "cov0", options.cov0);
  if (isempty (model.rank))
    return;
  endif
  if (strcmp (start.start, "gaussian"))
    __sgdl_refuse_wide__ (model, "start = \"gaussian\"", "start = \"point\"");
  endif
  if (! isempty (start.theta0))
    __sgdl__ ("wide_point", model.vectors, start.theta0);   # its length and numbers
    start.theta0 = __sgdl_along__ (model, double (start.theta0(:)) - model.minimiser);
  endif
  start.v0 = __sgdl_along__ (model, start.v0);
  ## One number stands for all that no example sees: position and velocity cannot both point there,
  ## in directions of their own.
  if (outside (start.theta0) && outside (start.v0))
    __sgdl_refuse_wide__ (model, "`v0` and `theta0` both outside of the span of the examples", "v0 = []");
  endif
endfunction

function yes = outside (point)
  yes = ! isempty (point) && point(end) > 1e-10 * norm (point);
endfunction
