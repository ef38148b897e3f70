/* One Brownian motion for all step sizes. Over an interval so short that nothing decays or turns by more than
 * 1/4, the kernels exp(-A t) of all modes are polynomials of degree 8 to rounding: the noise is drawn as its
 * first Legendre moments, independent normals, and every response is a sum over them. Longer intervals
 * compose exactly. */
#include "brownian.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/random.h"
#include "../model/mode_pair.h"

enum { TAYLOR_TERMS = 24, MOST_SPLITS = 10 };

/* ---- kernels ---- */

/* kernel[3k + f] = int_0^T f(t) p_k(t) dt, p_k the orthonormal Legendre polynomials on [0, T], for f = E12, E22
 * and exp(-rate t), from their Taylor series: int t^n p_k = sqrt((2k+1) T) T^n n!^2/((n-k)!(n+k+1)!). */
static void mode_kernels(double stiffness, double damping, double rate, double T, double *kernel)
{
  double term[SGDL_RESPONSE] = {0.0, 1.0, 1.0}; /* of n-th order: derivative at 0 times T^n */
  double weight[SGDL_LEGENDRE];                 /* n!/((n-k)!(n+k+1)!)                      */
  memset(kernel, 0, SGDL_RESPONSE * SGDL_LEGENDRE * sizeof *kernel);
  for (int n = 0; n < TAYLOR_TERMS; n++) {
    for (int k = 0; k < SGDL_LEGENDRE && k <= n; k++) {
      if (k < n)
        weight[k] *= (double)n / ((double)(n - k) * (n + k + 1));
      else
        weight[k] = k == 0 ? 1.0 : weight[k - 1] / (2 * k + 1);
      for (int f = 0; f < SGDL_RESPONSE; f++) kernel[3 * k + f] += weight[k] * term[f];
    }
    double x = term[0], v = term[1];
    term[0] = T * v;
    term[1] = -T * (stiffness * x + damping * v);
    term[2] *= -T * rate;
  }
  for (int k = 0; k < SGDL_LEGENDRE; k++)
    for (int f = 0; f < SGDL_RESPONSE; f++) kernel[3 * k + f] *= sqrt((2 * k + 1) * T);
}

static sgdl_status make_tables(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                               sgdl_brownian *b)
{
  const sgdl_hyper *h = &model->hyper;
  sgdl_hyper_derived physical;
  sgdl_hyper_derive(h, &physical);
  const ptrdiff_t kernel_size = SGDL_RESPONSE * SGDL_LEGENDRE;
  SGDL_TRY(sgdl_alloc(ctx, &b->kernels, sgdl_times(kernel_size, b->d), "the kernels of the modes"));
  SGDL_TRY(sgdl_alloc(ctx, &b->maps, sgdl_times(4 * (b->octaves + 1), b->d), "the maps of the modes"));
  SGDL_TRY(sgdl_alloc(ctx, &b->decay, b->octaves, "the maps of the modes"));
  for (ptrdiff_t i = 0; i < b->d; i++) {
    mode_kernels(modes->kappa[i] / physical.mass, physical.damping, b->rate, b->interval,
                 b->kernels + kernel_size * i);
    for (int o = 0; o <= b->octaves; o++)
      sgdl_mode_map(SGDL_LANGEVIN, h, modes->kappa[i], ldexp(1.0, o - b->octaves),
                    b->maps + 4 * (i + o * b->d));
  }
  for (int o = 0; o < b->octaves; o++) b->decay[o] = exp(-b->rate * ldexp(b->interval, o));
  return SGDL_OK;
}

sgdl_status sgdl_brownian_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                               int at_least, double rate, uint64_t seed, sgdl_brownian *brownian)
{
  const sgdl_hyper *h = &model->hyper;
  double stiffest = 0.0, speed = 2.0 / (h->lr * (1.0 + h->momentum));
  int splits;
  *brownian = (sgdl_brownian){.d = model->dim, .seed = seed, .rate = rate};
  for (ptrdiff_t i = 0; i < model->dim; i++) stiffest = fmax(stiffest, fabs(modes->kappa[i]));
  sgdl_pair_base_steps(SGDL_LANGEVIN, h, stiffest, ldexp(1.0, -at_least), &splits);
  if (splits > MOST_SPLITS)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "the finest step is more than %d times the shortest time of the model (momentum %g, "
                     "largest curvature %g): expected more `levels` or a smaller learning rate",
                     1 << (MOST_SPLITS - 1), h->momentum, stiffest);
  brownian->octaves = at_least + splits;
  brownian->interval = ldexp(h->lr, -brownian->octaves);
  SGDL_TRY(sgdl_gaussian_noise(ctx, model, speed * speed * h->lr * modes->noise.scale, &brownian->law));
  return make_tables(ctx, model, modes, brownian);
}

void sgdl_brownian_free(sgdl_brownian *brownian)
{
  sgdl_gaussian_free(&brownian->law);
  free(brownian->kernels);
  free(brownian->maps);
  free(brownian->decay);
  *brownian = (sgdl_brownian){0};
}

/* ---- drawing and composing ---- */

ptrdiff_t sgdl_brownian_scratch(const sgdl_brownian *brownian, ptrdiff_t n)
{
  return sgdl_times(2 * SGDL_LEGENDRE, sgdl_times(brownian->d, n));
}

void sgdl_brownian_draw(const sgdl_brownian *brownian, ptrdiff_t path, uint64_t first, ptrdiff_t n,
                        double *scratch, double *response)
{
  ptrdiff_t d = brownian->d, moments = SGDL_LEGENDRE * d;
  double *dB = scratch + moments * n;
  sgdl_normals_tile(brownian->seed, SGDL_STREAM_NOISE, (uint64_t)path, first, moments, n, scratch);
  sgdl_gaussian_colour(&brownian->law, SGDL_LEGENDRE * n, scratch, dB);
  for (ptrdiff_t s = 0; s < n; s++, dB += moments)
    for (ptrdiff_t i = 0; i < d; i++, response += SGDL_RESPONSE) {
      const double *kernel = brownian->kernels + SGDL_RESPONSE * moments / d * i;
      response[0] = response[1] = response[2] = 0.0;
      for (int k = 0; k < SGDL_LEGENDRE; k++)
        for (int f = 0; f < SGDL_RESPONSE; f++) response[f] += kernel[3 * k + f] * dB[i + k * d];
    }
}

void sgdl_brownian_compose(const sgdl_brownian *brownian, int octave, ptrdiff_t n, double *response)
{
  ptrdiff_t d = brownian->d, width = SGDL_RESPONSE * d;
  double decay = brownian->decay[octave];
  for (ptrdiff_t s = 0; s < n / 2; s++)
    for (ptrdiff_t i = 0; i < d; i++) {
      const double *E = brownian->maps + 4 * (i + octave * d);
      const double *early = response + 2 * s * width + SGDL_RESPONSE * i, *late = early + width;
      double x = E[0] * early[0] + E[2] * early[1] + late[0];
      double v = E[1] * early[0] + E[3] * early[1] + late[1];
      double u = decay * early[2] + late[2];
      double *whole = response + s * width + SGDL_RESPONSE * i;
      whole[0] = x;
      whole[1] = v;
      whole[2] = u;
    }
}
