## modes = __sgdl_along__ (model, theta)
##
## A vector of parameters as the core takes it: along the modes where the model is in the modes of its
## examples.
function theta = __sgdl_along__ (model, theta)
  if (! isempty (theta) && ! isempty (model.rank))
    theta = __sgdl__ ("wide_point", model.vectors, theta);
  endif
endfunction
