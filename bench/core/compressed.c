/* MSD and exponent at 1,000 log-spaced steps to 10^6 for 10^6 eigenvalues: compressed spectrum against the
 * exp/cos closed form per eigenvalue and step, threaded, rates and amplitudes computed beforehand. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>

#include "bench.h"

enum { STEPS = 1000 };

typedef struct problem {
  sgdl_context ctx;
  sgdl_model model;
  double steps[STEPS], msd[STEPS], exponent[STEPS], direct[STEPS], direct_exponent[STEPS];
  double *amplitude, *decay, *rate; /* decay = gamma eta; rate > 0: frequency, < 0: -q, per step           */
} problem;

static void compressed(void *data)
{
  problem *p = data;
  bench_check(&p->ctx, sgdl_msd_theory(&p->ctx, &p->model, STEPS, p->steps, SGDL_START_STATIONARY, NULL, NULL,
                                       SGDL_FORM_MODEL, p->msd, p->exponent, NULL));
}

static void closed_form(void *data)
{
  problem *p = data;
  const ptrdiff_t d = p->model.dim;
  const double g = *p->decay;
#pragma omp parallel for schedule(dynamic)
  for (int i = 0; i < STEPS; i++) {
    double k = p->steps[i], fallen = 0, slope = 0, envelope = exp(-g * k);
    for (ptrdiff_t l = 0; l < d; l++) {
      double r = p->rate[l], C, s, w2;
      if (r > 0) {
        C = envelope * cos(r * k);
        s = envelope * sin(r * k) / r;
        w2 = g * g + r * r;
      } else {
        double slow = exp(-(g + r) * k), fast = exp(-(g - r) * k);
        C = (slow + fast) / 2;
        s = (fast - slow) / (2 * r);
        w2 = g * g - r * r;
      }
      fallen += p->amplitude[l] * (1 - C - g * s);
      slope += p->amplitude[l] * w2 * s;
    }
    p->direct[i] = 2 * fallen;
    p->direct_exponent[i] = k * slope / fallen;
  }
}

int main(int argc, char **argv)
{
  static problem p;
  ptrdiff_t d = argc > 1 ? atol(argv[1]) : 1000000;
  int repeats = argc > 2 ? atoi(argv[2]) : 3;
  double eta = 0.1, beta = 0.9, largest = 4, *rho = bench_doubles(d), *noise = bench_doubles(d);
  sgdl_context_init(&p.ctx);
  p.model = (sgdl_model){.dim = d, .hyper = {eta, beta, 0, 32}, .dynamics = SGDL_LANGEVIN, .rho = rho,
                         .noise = noise, .sigma2 = -1};
  p.amplitude = bench_doubles(d);
  p.decay = bench_doubles(d);
  p.rate = bench_doubles(d);
  for (ptrdiff_t l = 0; l < d; l++) { /* eight decades, both sides of critical damping */
    rho[l] = largest * pow(10, -8.0 * (double)l / (double)d);
    noise[l] = rho[l];
    double drag = (1 - beta) / (1 + beta), squared = 2 * eta * rho[l] / (1 + beta) - drag * drag;
    p.decay[l] = drag;
    p.rate[l] = squared > 0 ? sqrt(squared) : -sqrt(-squared);
    p.amplitude[l] = eta * noise[l] / (2 * 32 * (1 - beta) * rho[l]);
  }
  for (int i = 0; i < STEPS; i++) p.steps[i] = round(pow(10, 6.0 * i / (STEPS - 1)));

  bench_case cases[2] = {{.run = compressed, .data = &p}, {.run = closed_form, .data = &p}};
  snprintf(cases[0].name, sizeof cases[0].name, "msd_theory core d=%td", d);
  snprintf(cases[1].name, sizeof cases[1].name, "exp/cos closed form d=%td", d);
  bench_run(cases, 2, repeats);
  double worst = 0, worst_exponent = 0;
  for (int i = 0; i < STEPS; i++) {
    worst = fmax(worst, fabs(p.msd[i] / p.direct[i] - 1));
    worst_exponent = fmax(worst_exponent, fabs(p.exponent[i] - p.direct_exponent[i]));
  }
  printf("check\tcompressed msd, relative to the closed form\t%.2g\n", worst);
  printf("check\tcompressed exponent, absolute\t%.2g\n", worst_exponent);
  return 0;
}
