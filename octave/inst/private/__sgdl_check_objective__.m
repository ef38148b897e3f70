## __sgdl_check_objective__ (objective)
##
## Raises unless `objective` is a loss known by its gradients: an objective or a regression.
function __sgdl_check_objective__ (objective)
  __sgdl__ ("expect_type", objective, "objective",
            {"sgd_objective", "sgd_logistic", "sgd_softmax", "sgd_tanh_network", "sgd_regression"});
endfunction
