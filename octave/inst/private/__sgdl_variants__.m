## variants = __sgdl_variants__ (model)
##
## The model under other assumptions, as rows {name, model}: the Langevin equation first, then
## the exact recursion and what the model has beyond it.
function variants = __sgdl_variants__ (model)
  white = model.sampling;
  if (strcmp (white, "epoch"))
    white = "replacement";
  endif
  constant = model;
  if (! isempty (model.multiplicative))
    constant.gradient_noise = model.multiplicative.constant_noise;
  endif
  variants = {"Langevin", vary(constant, "langevin", white)};
  if (model.report.n_past_limit > 0)
    return;
  endif
  variants(end+1,:) = {"exact SGD", vary(constant, "sgd", white)};
  if (strcmp (model.sampling, "epoch"))
    variants(end+1,:) = {"by epochs", vary(constant, "sgd", "epoch")};
  endif
  if (! isempty (model.multiplicative))
    variants(end+1,:) = {"weight-dependent", vary(model, "sgd", white)};
  endif
endfunction

function model = vary (model, dynamics, sampling)
  model.dynamics = dynamics;
  model.sampling = sampling;
endfunction
