## __sgdl_refuse_wide__ (model, what, instead)
##
## Raises for what needs all d parameters at once where the model is in the modes of its examples.
function __sgdl_refuse_wide__ (model, what, instead)
  if (! isempty (model.rank))
    error ("sgdlangevin:unsupported",
           "%s: not for a regression with fewer examples than parameters (%d for %d); use %s", what,
           model.n_examples, model.dim, instead);
  endif
endfunction
