## __sgdl_check_model__ (model)
##
## Raises unless `model` is the value of sgd_model and knows its modes.
function __sgdl_check_model__ (model)
  __sgdl__ ("expect_type", model, "model", {"sgd_model"});
  if (strcmp (model.problem.type, "sgd_objective"))
    error ("sgdlangevin:unsupported",
           ["`model`: expected one with modes, got that of an objective; sgd_quadratic_at (objective, ", ...
            "theta) is the quadratic problem at a point"]);
  endif
  __sgdl_refuse_density__ (model, "`model` is");
  if (isempty (model.eigenvalues))
    error ("sgdlangevin:unsupported",
           "`model` was made with decompose = false: make it with decompose = true");
  endif
endfunction
