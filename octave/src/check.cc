// Checks of samples: order of a method, a sample against a Gaussian.

#include "glue.h"

#include <algorithm>

#include "sgdl_simulate.h"

namespace sgdlangevin
{
  // (model, method, steps, levels, nsim, seed): struct of sgdl_order.
  SGDLANGEVIN_ENTRY (method_order)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    int method = option (ctx, args(1), "method", {"exact", "sgd", "minibatch", "baoab", "obabo", "euler"});
    ptrdiff_t steps = whole_number (args(2), "steps", 1), levels = whole_number (args(3), "levels", 2);
    ptrdiff_t paths = whole_number (args(4), "nsim", 2);
    octave_idx_type n = std::min<ptrdiff_t> (levels, 64);   // the core refuses more
    ColumnVector step (n), strong (n), strong_se (n), weak (n);
    sgdl_order order = {step.fortran_vec (), strong.fortran_vec (), strong_se.fortran_vec (),
                        weak.fortran_vec (), 0, 0, 0};
    ctx.check (sgdl_method_order (ctx, &model.core, static_cast<sgdl_method> (method), steps, levels, paths,
                                  static_cast<uint64_t> (whole_number (args(5), "seed", 0)), &order));
    octave_scalar_map map;
    map.assign ("step", step);
    map.assign ("strong", strong);
    map.assign ("strong_se", strong_se);
    map.assign ("weak", weak);
    map.assign ("strong_order", order.strong_order);
    map.assign ("strong_order_se", order.strong_order_se);
    map.assign ("weak_order", order.weak_order);
    return ovl (map);
  }

  // (x, mean, covariance): struct of sgdl_gaussian_check.
  SGDLANGEVIN_ENTRY (check_sample)
  {
    call_context ctx;
    Matrix x = real_matrix (args(0), "x");
    octave_idx_type d = x.columns ();
    NDArray mean = real_vector (args(1), "mean", d);
    Matrix covariance = square_matrix (args(2), "covariance", d);
    sgdl_gaussian_check check;
    ctx.check (sgdl_check_gaussian (ctx, x.rows (), d, x.data (), mean.data (), covariance.data (), &check));
    octave_scalar_map map;
    map.assign ("mean_statistic", check.mean_statistic);
    map.assign ("mean_p", check.mean_p);
    map.assign ("covariance_statistic", check.covariance_statistic);
    map.assign ("covariance_p", check.covariance_p);
    map.assign ("distance_statistic", check.distance_statistic);
    map.assign ("distance_p", check.distance_p);
    map.assign ("p_value", check.p_value);
    return ovl (map);
  }
}
