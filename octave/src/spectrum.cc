// What a trajectory shows: autocovariances, power spectra, ringing.

#include "glue.h"

namespace sgdlangevin
{
  // (model, lags, direction or [], modes): theta, velocity, cross (n), modes_theta, modes_velocity
  // (n x d or []).
  SGDLANGEVIN_ENTRY (autocorrelation)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type d = model.core.dim;
    NDArray lags = real_vector (args(1), "lags"), direction = real_vector (args(2), "direction", d, true);
    octave_idx_type n = lags.numel ();
    ColumnVector theta (n), velocity (n), cross (n);
    Matrix modes_theta, modes_velocity;
    bool modes = flag (args(3), "modes");
    if (modes)
      {
        modes_theta.resize (n, d);
        modes_velocity.resize (n, d);
      }
    ctx.check (sgdl_autocorrelation (ctx, &model.core, n, lags.data (), data_or_null (direction),
                                     theta.fortran_vec (), velocity.fortran_vec (), cross.fortran_vec (),
                                     modes ? modes_theta.fortran_vec () : nullptr,
                                     modes ? modes_velocity.fortran_vec () : nullptr));
    return ovl (theta, velocity, cross, modes_theta, modes_velocity);
  }

  // (model, freq, direction or [], modes): theta, velocity (n), per_mode (n x d or []).
  SGDLANGEVIN_ENTRY (power_spectrum)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type d = model.core.dim;
    NDArray freq = real_vector (args(1), "freq"), direction = real_vector (args(2), "direction", d, true);
    octave_idx_type n = freq.numel ();
    ColumnVector theta (n), velocity (n);
    Matrix per_mode;
    if (flag (args(3), "modes"))
      per_mode.resize (n, d);
    ctx.check (sgdl_power_spectrum (ctx, &model.core, n, freq.data (), data_or_null (direction),
                                    theta.fortran_vec (), velocity.fortran_vec (),
                                    per_mode.isempty () ? nullptr : per_mode.fortran_vec ()));
    return ovl (theta, velocity, per_mode);
  }

  // (model): frequency of the peak, its width, quality (d each).
  SGDLANGEVIN_ENTRY (ringing)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type d = model.core.dim;
    ColumnVector frequency (d), width (d), quality (d);
    ctx.check (sgdl_ringing (ctx, &model.core, frequency.fortran_vec (), width.fortran_vec (),
                             quality.fortran_vec ()));
    return ovl (frequency, width, quality);
  }
}
