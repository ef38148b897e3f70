## summary_operator (x)
##
## Hessians by their products and what probes found of them, in words.
function text = summary_operator (x)
  switch (x.type)
    case "sgd_operator"
      text = operator_text (x);
    case "sgd_noise"
      text = says ("Gradient noise: %s", noise_words (x));
    case "sgd_eigenpairs"
      text = eigenpairs_text (x);
    case "sgd_density"
      text = density_text (x);
    case "sgd_trace"
      text = trace_text (x);
  endswitch
endfunction

function text = operator_text (x)
  switch (x.kind)
    case "function"
      kind = "a function";
    case "native"
      kind = sprintf ("compiled function %s", x.hvp.symbol);
    case "matrix"
      kind = {"a matrix", "a sparse matrix"}{1 + issparse(x.hvp)};
    case "data"
      kind = sprintf ("X'X/N of %d examples", x.n_examples);
    case "low_rank"
      kind = sprintf ("rank %d plus %.4g I", numel (x.values), x.bulk);
    otherwise
      kind = "an objective";
  endswitch
  noise = "";
  if (! isempty (x.sigma2))
    noise = sprintf (", noise %.4g H", x.sigma2);
  elseif (! isempty (x.noise))
    noise = sprintf (", noise: %s", noise_words (x.noise));
  endif
  text = says ("Hessian by products (%s), %s%s", kind, plural (x.dim, "parameter"), noise);
endfunction

function text = noise_words (x)
  switch (x.kind)
    case "factor"
      text = sprintf ("of rank %d", columns (x.factor));
    case "diagonal"
      text = "diagonal";
    otherwise
      text = sprintf ("gradients of %s", plural (x.n_examples, "example"));
  endswitch
endfunction

function text = eigenpairs_text (x)
  state = "";
  if (! x.complete)
    state = sprintf (" (%d converged)", x.n_converged);
  endif
  text = [says("%s of %s%s: %s", plural (numel (x.values), "eigenpair"), plural (x.dim, "parameter"), state, ...
               plural (x.n_products, "product")), table({"eigenvalue", "residual"}, [x.values, x.residual])];
endfunction

function text = trace_text (x)
  with = {"", " times the gradient noise"}{1 + x.noise};
  text = says ("Traces of functions of the Hessian%s", with);
  names = x.f;
  if (! iscellstr (names))
    names = {"function"};
  endif
  for i = 1:numel (names)
    text = [text, says("  %-12s %s", names{i}, value_with_error (x.value(i), x.se(i)))];
  endfor
endfunction

function text = density_text (x)
  report = __sgdl__ ("density_describe", x, sgd_hyper (1));
  text = sprintf ("The Hessian of %s has eigenvalues from %.4g to %.4g", plural (x.dim, "parameter"),
                  report.smallest, report.largest);
  if (__sgdl_has_part__ (x, false))
    [both, ~] = __sgdl__ ("density_trace", x, false, {"identity", "square"}, [0, 0]);
    text = [text, says(", trace %s.", value_with_error (x.trace, x.se)), ...
            says("Its curvature sits in about %.3g directions; %.3g modes are flat, %.3g negative.", ...
                 both(1)^2 / both(2), report.n_flat, report.n_negative)];
    if (! isempty (x.eigenvalues))
      text = [text, says("The %s known exactly hold %.1f%% of the trace.", ...
                         plural (numel (x.eigenvalues), "eigenvalue"), 100 * sum (x.eigenvalues) / x.trace)];
    endif
  else
    text = [text, says(".")];
  endif
  if (__sgdl_has_part__ (x, true))
    text = [text, says("Gradient noise: trace %s, %.2g%% of it along flat and %.2g%% along negative modes.", ...
                       value_with_error (report.noise_trace, report.noise_trace_se), ...
                       100 * report.flat_noise / report.noise_trace, ...
                       100 * report.negative_noise / report.noise_trace)];
  endif
  if (report.largest > 0)
    text = [text, says("SGD without momentum and weight decay is stable below lr = %.4g; with momentum b, 1 + b times that.", ...
                       2 / report.largest)];
  endif
  text = [text, says("Found by %d products with the Hessian%s.", x.n_products, ...
                     {", before it was INTERRUPTED", ""}{1 + x.complete})];
endfunction
