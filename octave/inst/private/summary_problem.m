## summary_problem (x)
##
## Hyperparameters, problems and objectives in words.
function text = summary_problem (x)
  switch (x.type)
    case "sgd_hyper"
      text = hyper_text (x);
    case {"sgd_quadratic", "sgd_regression", "sgd_spectrum", "sgd_examples"}
      text = problem_text (x);
    case "sgd_objective"
      text = objective_text (x);
    case "sgd_native"
      text = native_text (x);
  endswitch
endfunction

function text = hyper_text (x)
  text = [says("SGD hyperparameters"), settings(x), ...
          says("  mass %.4g, damping %.4g per unit time, temperature %.4g", x.mass, x.damping, ...
               x.temperature)];
endfunction

function text = problem_text (x)
  switch (x.type)
    case "sgd_quadratic"
      noise = "Sigma (general)";
      if (isempty (x.Sigma))
        noise = sprintf ("%.4g H", x.sigma2);
      endif
      text = says ("Quadratic loss, %s, noise %s", plural (x.dim, "parameter"), noise);
    case "sgd_regression"
      text = says ("Linear regression, %d examples, %s, %s gradient noise", x.n_examples,
                   plural (x.dim, "parameter"), x.gradient_noise);
    case "sgd_examples"
      kind = "by products";
      if (! is_function_handle (x.hessian_factors))
        kind = sprintf ("of rank %d", size (x.hessian_factors, 3));
      endif
      text = says ("Loss by its %d examples, %s, Hessians %s", x.n_examples,
                   plural (x.dim, "parameter"), kind);
    otherwise
      noise = "given";
      if (isempty (x.noise))
        noise = sprintf ("%.4g rho", x.sigma2);
      endif
      text = says ("Spectrum of %s from %.4g down to %.4g, noise %s", plural (x.dim, "eigenvalue"),
                   x.rho(1), x.rho(end), noise);
  endswitch
endfunction

function text = objective_text (x)
  kinds = struct ("callback", "Objective by a function", "native", "Objective by a compiled function",
                  "logistic", "Logistic regression", "softmax", "Softmax regression",
                  "tanh_network", "Network of tanh units");
  text = kinds.(x.kind);
  if (isfield (x, "hidden"))
    text = [text, sprintf(" (%d hidden)", x.hidden)];
  endif
  if (! isempty (x.n_examples))
    text = [text, sprintf(", %s", plural (x.n_examples, "example"))];
  endif
  text = [text, says(", %s", plural (x.dim, "parameter"))];
  if (isfield (x, "gradient"))
    also = {"hvp", "loss", "covariance", "Sigma"};
    also = also(! cellfun (@(name) isempty (x.(name)), also));
    if (! isempty (also))
      text = [text, says("  with %s", strjoin (also, ", "))];
    endif
  endif
endfunction

function text = native_text (x)
  text = says ("Compiled gradient %s of %s", x.symbol, x.file);
endfunction
