## model = __sgdl_density_model__ (problem, hyper, options, drop_negative)
##
## The model of a spectral density, or of an operator with noise: no modes, and the report is that of the nodes.
function model = __sgdl_density_model__ (problem, hyper, opt, drop_negative)
  problem = with_noise (problem);
  if (strcmp (opt.device, "cuda"))
    error ("sgdlangevin:unsupported", ...
           "`device` = \"cuda\": the theory of a spectral density runs on the CPU; use \"auto\" or \"cpu\"");
  endif
  if (strcmp (opt.noise, "multiplicative"))
    error ("sgdlangevin:unsupported", ...
           "`noise` = \"multiplicative\": not for a spectral density; use noise = \"constant\"");
  endif
  n_examples = opt.n_examples;
  if (! isempty (problem.n_examples))
    if (! isempty (n_examples) && ! isequal (n_examples, problem.n_examples))
      error ("sgdlangevin:bad_argument", "`n_examples` = %g: expected %d, those of the spectral density, or []",
             n_examples, problem.n_examples);
    endif
    n_examples = problem.n_examples;
  endif
  model = struct ("type", "sgd_model", "problem", problem, "hyper", hyper, "dynamics", opt.dynamics, ...
                  "sampling", opt.sampling, "noise", opt.noise, "n_examples", n_examples, ...
                  "drop_last", __sgdl__ ("flag", opt.drop_last, "drop_last"), "device", opt.device, "backend", "cpu", ...
                  "dim", problem.dim, "eigenvalues", [], "vectors", [], "minimiser", [], ...
                  "gradient_noise", [], "sigma2", problem.sigma2, "rank", [], "report", [], ...
                  "multiplicative", [], "drop_negative", drop_negative);
  checked = __sgdl__ ("model_report", model);
  found = __sgdl__ ("density_describe", problem, hyper);
  worst_kappa = found.largest + hyper.weight_decay;
  past_limit = hyper.lr >= found.lr_limit;
  text = "stable below %g (largest eigenvalue of H + weight_decay I: %g)";
  if (past_limit && strcmp (model.dynamics, "sgd"))
    error ("sgdlangevin:unstable", ["`lr` = %g: SGD diverges; it is " text], hyper.lr, found.lr_limit,
           worst_kappa);
  elseif (past_limit)
    warning ("sgdlangevin:unstable", ["`lr` = %g: SGD itself diverges; it is " text], hyper.lr, found.lr_limit,
             worst_kappa);
  endif
  model.report = struct ("n_flat", found.n_flat, "n_flat_noisy", NaN, "n_saddle", found.n_negative, ...
                         "n_past_limit", double (past_limit), "lr_limit", found.lr_limit, ...
                         "worst_kappa", worst_kappa, "langevin_error", found.langevin_error, ...
                         "epoch_steps", checked.epoch_steps, "remainder", checked.remainder);
endfunction

function problem = with_noise (problem)
  if (strcmp (problem.type, "sgd_operator"))
    if (isempty (problem.noise) && isempty (problem.sigma2))
      error ("sgdlangevin:unsupported", ...
             ["`problem` is an operator without gradient noise: give sgd_operator() `noise` or `sigma2`, or ", ...
              "make the density yourself, sgd_density (operator, \"noise\", noise)"]);
    endif
    problem = sgd_density (problem, "counts", isempty (problem.noise));
  endif
  if (! __sgdl_has_part__ (problem, true))
    error ("sgdlangevin:unsupported", ...
           "`problem` is a spectral density without gradient noise: give sgd_density() `noise` or `sigma2`");
  endif
endfunction
