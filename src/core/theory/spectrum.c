/* Power spectrum of theta and v: transfer function of each mode times the spectrum of the noise; and where it
 * peaks. THEORY sections 2, 4 and 6. */
#include "../model/modes.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

static const double PI = 3.14159265358979323846;

/* ---- transfer ---------------------------------------------------------------------------------------- */

/* theta over batch noise at angular frequency w a step; re, im up to a common phase. SGD:
 * eta/(e^{iw} - p + beta e^{-iw}); Langevin: a eta^2/(omega^2 - w^2 + i c w) in units of steps. */
static void transfer(const sgdl_model *model, double kappa, double w, double *re, double *im)
{
  double eta = model->hyper.lr, beta = model->hyper.momentum, u = eta * kappa;
  double gain = eta, stiffness, drag;
  if (model->dynamics == SGDL_SGD) {
    double half = sin(w / 2);
    stiffness = u - 2 * (1 + beta) * half * half;
    drag = (1 - beta) * sin(w);
  } else {
    double scale = 2 / (1 + beta);
    gain = scale * eta;
    stiffness = scale * u - w * w;
    drag = scale * (1 - beta) * w;
  }
  double size = stiffness * stiffness + drag * drag;
  *re = gain * stiffness / size;
  *im = -gain * drag / size;
}

/* |v over theta|^2: v[k+1] = (theta[k+1] - theta[k])/eta, or v = d theta/dt. */
static double speed_factor(const sgdl_model *model, double w)
{
  double rate = model->dynamics == SGDL_SGD ? 2 * sin(w / 2) : w;
  return rate * rate / (model->hyper.lr * model->hyper.lr);
}

/* ---- sums ---------------------------------------------------------------------------------------------- */

/* Total, or along a direction x: g' Sigma~ g* with g = x .* transfer. re, im: d each, the transfers. */
static double spectrum_sum(const sgdl_model *model, const sgdl_modes *modes, const double *along,
                           const double *re, const double *im)
{
  double sum = 0;
  for (ptrdiff_t j = 0; j < modes->d; j++) {
    double weight = along != NULL ? along[j] : 1;
    sum += weight * weight * modes->strength[j] * (re[j] * re[j] + im[j] * im[j]);
    if (along == NULL || !model->noise_is_full || weight == 0)
      continue;
    for (ptrdiff_t i = 0; i < j; i++)
      sum += 2 * weight * along[i] * sgdl_modes_noise(model, modes, i, j) * (re[i] * re[j] + im[i] * im[j]);
  }
  return sum;
}

static sgdl_status check_frequencies(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n,
                                     const double *freq)
{
  double largest = model->dynamics == SGDL_SGD ? 0.5 : INFINITY;
  if (n < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`freq` has length %td: expected at least one", n);
  SGDL_TRY(sgdl_check_finite(ctx, "freq", freq, n, 0));
  for (ptrdiff_t i = 0; i < n; i++)
    if (!(freq[i] > 0 && freq[i] <= largest))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`freq`[%td] = %g: expected cycles per step > 0%s", i + 1,
                       freq[i], isinf(largest) ? "" : " and at most 1/2");
  return SGDL_OK;
}

sgdl_status sgdl_power_spectrum(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *freq,
                                const double *direction, double *theta, double *velocity, double *per_mode)
{
  ptrdiff_t d = model->dim;
  int threads = sgdl_threads(ctx);
  sgdl_modes modes = { 0 };
  double *along = NULL, *work = NULL;
  sgdl_status status = SGDL_OK;

  SGDL_GET(check_frequencies(ctx, model, n, freq));
  SGDL_GET(sgdl_modes_init(ctx, model, &modes));
  SGDL_GET(sgdl_modes_no_saddle(ctx, &modes));
  SGDL_GET(sgdl_modes_direction(ctx, model, direction, &along));
  SGDL_GET(sgdl_alloc(ctx, &work, sgdl_times(2 * d, threads), "the spectra of the modes"));
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (ptrdiff_t s = 0; s < n; s++) {
    double w = 2 * PI * freq[s], noise = sgdl_noise_spectrum(&modes.noise, w);
    double *re = work + 2 * d * omp_get_thread_num(), *im = re + d;
    for (ptrdiff_t l = 0; l < d; l++) {
      transfer(model, modes.kappa[l], w, &re[l], &im[l]);
      if (per_mode != NULL)
        per_mode[s + l * n] = noise * modes.strength[l] * (re[l] * re[l] + im[l] * im[l]);
    }
    double S = noise * spectrum_sum(model, &modes, along, re, im);
    if (theta != NULL)
      theta[s] = S;
    if (velocity != NULL)
      velocity[s] = S * speed_factor(model, w);
  }
done:
  free(along);
  free(work);
  sgdl_modes_free(&modes);
  return status;
}

/* ---- ringing ------------------------------------------------------------------------------------ */

/* 1/|transfer|^2 is a parabola curve (y - peak)^2 + floor in y = sin^2(w/2) (SGD) or w^2 (Langevin): the
 * spectrum has fallen to half at peak -+ sqrt(floor/curve). */
typedef struct {
  double peak, half;   /* in y; half: NaN without an interior peak                             */
  double largest;      /* y of the highest frequency                                           */
} resonance;

static resonance resonance_of(const sgdl_model *model, double kappa)
{
  double beta = model->hyper.momentum, u = model->hyper.lr * kappa, width = 1 - beta;
  if (model->dynamics == SGDL_LANGEVIN) {
    double scale = 2 / (1 + beta), drag = scale * width, peak = scale * u - drag * drag / 2;
    return (resonance){ peak, drag * sqrt(peak + drag * drag / 4), INFINITY };
  }
  if (beta <= 0) /* no minimum inside: the end that is further */
    return (resonance){ u > 1 + beta ? 1 : 0, NAN, 1 };
  double peak = ((1 + beta) * u - width * width) / (8 * beta), off = u - 2 * (1 + beta) * peak;
  double floor = off * off + 4 * width * width * peak * (1 - peak);
  return (resonance){ peak, sqrt(floor / (16 * beta)), 1 };
}

static double cycles_per_step(const sgdl_model *model, double y)
{
  return model->dynamics == SGDL_SGD ? asin(sqrt(y)) / PI : sqrt(y) / (2 * PI);
}

sgdl_status sgdl_ringing(sgdl_context *ctx, const sgdl_model *model, double *frequency, double *width,
                         double *quality)
{
  sgdl_modes modes = { 0 };
  SGDL_TRY(sgdl_modes_init(ctx, model, &modes));
  for (ptrdiff_t l = 0; l < modes.d; l++) {
    resonance r = resonance_of(model, modes.kappa[l]);
    double low = r.peak - r.half, high = r.peak + r.half;
    int inside = low > 0 && high < r.largest;
    frequency[l] = cycles_per_step(model, fmin(fmax(r.peak, 0), r.largest));
    width[l] = inside ? cycles_per_step(model, high) - cycles_per_step(model, low) : NAN;
    quality[l] = frequency[l] / width[l];
    if (modes.kappa[l] < 0)
      frequency[l] = width[l] = quality[l] = NAN;
  }
  sgdl_modes_free(&modes);
  return SGDL_OK;
}
