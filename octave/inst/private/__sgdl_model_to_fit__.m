## [model, noise_known] = __sgdl_model_to_fit__ (hyper, H, opt)
##
## The model that data are held against: `hyper` itself where it is one, else that of hyperparameters with `H`: a
## Hessian, its eigenvalues (then x is along the modes) or a problem. opt: dynamics, sampling, n_examples.
function [model, noise_known] = __sgdl_model_to_fit__ (hyper, H, opt)
  noise_known = true;
  if (isstruct (hyper) && isfield (hyper, "type") && strcmp (hyper.type, "sgd_model"))
    if (! isempty (H))
      error ("sgdlangevin:bad_argument", "`H`: expected [] with a model as `hyper`, got a value of class %s",
             class (H));
    endif
    model = hyper;
  else
    __sgdl__ ("expect_type", hyper, "hyper", {"sgd_hyper", "sgd_model"});
    if (isempty (H))
      error ("sgdlangevin:bad_argument", "`H`: expected a Hessian, its eigenvalues or a problem, got []");
    elseif (isstruct (H))
      problem = H;
    elseif (isvector (H) && ! isscalar (H))
      problem = sgd_spectrum (H, "sigma2", 1);
      noise_known = false;
    else
      problem = sgd_quadratic (H, "sigma2", 1);
      noise_known = false;
    endif
    model = sgd_model (problem, hyper, "dynamics", opt.dynamics, "sampling", opt.sampling, ...
                       "n_examples", opt.n_examples);
  endif
  __sgdl_check_model__ (model);
endfunction
