## start = __sgdl_start__ (options)
##
## The options start, theta0, v0 and cov0 as one struct for the core.
function start = __sgdl_start__ (options)
  start = struct ("start", options.start, "theta0", options.theta0, "v0", options.v0, "cov0", options.cov0);
endfunction
