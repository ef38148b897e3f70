## [noise, sigma2] = __sgdl_noise_of__ (operator, noise, sigma2)
##
## Gradient noise as an operator or a density holds it: one of the two or neither; that of an objective with
## examples where none is given.
function [noise, sigma2] = __sgdl_noise_of__ (operator, noise, sigma2)
  if (! isempty (noise) && ! isempty (sigma2))
    error ("sgdlangevin:bad_argument", "`noise`, `sigma2`: expected at most one of them, got both");
  endif
  if (! isempty (sigma2))
    if (! (isnumeric (sigma2) && isreal (sigma2) && isscalar (sigma2)))
      error ("sgdlangevin:bad_argument", "`sigma2`: expected a number, got a value of class %s with %d elements",
             class (sigma2), numel (sigma2));
    elseif (! (isfinite (sigma2) && sigma2 >= 0))
      error ("sgdlangevin:bad_argument", "`sigma2` = %g: expected a finite number >= 0", sigma2);
    endif
    sigma2 = double (sigma2);
  endif
  if (! isempty (noise))
    __sgdl__ ("expect_type", noise, "noise", {"sgd_noise"});
    d = dimension (noise);
    if (! isempty (d) && d != operator.dim)
      error ("sgdlangevin:bad_argument", "`noise`: expected %s of %d parameters, got %d", noise.kind, ...
             operator.dim, d);
    endif
  elseif (isempty (sigma2) && ! isempty (operator.objective) && ! isempty (operator.n_examples))
    noise = noise_of_objective (operator);
  endif
endfunction

## Parameters that the noise is of; [] where a function does not tell.
function d = dimension (noise)
  d = [];
  switch (noise.kind)
    case "gradients"
      if (! is_function_handle (noise.gradients))
        d = columns (noise.gradients);
      endif
    case "factor"
      d = rows (noise.factor);
    case "diagonal"
      d = numel (noise.diagonal);
  endswitch
endfunction

## Gradients of single examples at theta.
function noise = noise_of_objective (operator)
  objective = operator.objective;
  theta = operator.theta;
  if (isfield (objective, "gradient"))   # a function of the user
    one = @(i) sgd_gradient (objective, theta, i)(:);
    rows_of = @(examples) cell2mat (arrayfun (one, examples(:)', "UniformOutput", false))';
    noise = sgd_noise ("gradients", rows_of, "n_examples", operator.n_examples);
    return;
  endif
  noise = sgd_noise ("diagonal", 1);
  noise.kind = "objective";
  noise.diagonal = [];
  noise.n_examples = operator.n_examples;
  noise.objective = objective;
  noise.theta = theta;
endfunction
