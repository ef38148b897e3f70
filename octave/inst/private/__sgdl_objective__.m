## objective = __sgdl_objective__ (kind, fields)
##
## The struct of an objective: the fields given, all others [].  The core checks it and counts parameters
## and examples.
function objective = __sgdl_objective__ (kind, fields)
  objective = struct ("type", "sgd_objective", "kind", kind, "dim", [], "n_examples", [], "gradient", [],
                      "hvp", [], "loss", [], "covariance", [], "Sigma", [], "X", [], "y", [],
                      "n_classes", [], "hidden", []);
  for [value, name] = fields
    objective.(name) = value;
  endfor
  [objective.dim, n_examples] = __sgdl__ ("check_objective", objective);
  if (n_examples > 0)
    objective.n_examples = n_examples;
  endif
endfunction
