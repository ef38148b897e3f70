## objective = __sgdl_objective__ (kind, fields)
##
## The struct of an objective of that kind, which the core checks, and counts its parameters and examples.
function objective = __sgdl_objective__ (kind, fields)
  objective = struct ("type", "sgd_objective", "dim", [], "n_examples", [], "kind", kind);
  for [value, name] = fields
    objective.(name) = value;
  endfor
  [objective.dim, n_examples] = __sgdl__ ("check_objective", objective);
  if (n_examples > 0)
    objective.n_examples = n_examples;
  endif
endfunction
