## __sgdl_refuse_density__ (model, what)
##
## Raises for what needs single modes or d x d matrices where the model is of a spectral density.
function __sgdl_refuse_density__ (model, what)
  if (! strcmp (model.problem.type, "sgd_density"))
    return;
  endif
  error ("sgdlangevin:unsupported", ...
         ["%s of a spectral density, which has no modes: sgd_msd, sgd_stationary with trace_only, ", ...
          "sgd_autocorrelation, sgd_power_spectrum and sgd_trace need none; all else needs the Hessian, as in ", ...
          "sgd_quadratic (sgd_hessian_product (operator, eye (d)), \"Sigma\", Sigma)"], what);
endfunction
