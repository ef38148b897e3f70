/* The fit of one mode: prewhitened by the map of its own estimates, refitted until these settle; then errors that
 * know epochs, and limits of the curvature by profile likelihood. See sgdl_stats.h and whittle.h. */
#include "fit.h"

#include <math.h>
#include <string.h>

#include "../stats/quantile.h"

static const double PI = 3.14159265358979323846;

/* e[i] = x[i+2] - tr x[i+1] + det x[i], tr = 1 + det - g: little is left of it to leak. */
static void prewhiten(ptrdiff_t T, const double *x, const sgdl_frame_law *law, double *e)
{
  for (ptrdiff_t i = 0; i + 2 < T; i++)
    e[i] = (x[i + 2] - x[i + 1]) - law->det * (x[i + 1] - x[i]) + law->g * x[i + 1];
}

/* ---- one mode ------------------------------------------------------------------------------------- */

typedef struct {
  const sgdl_fit_job *a;
  int curvature, damping;   /* fitted                                                          */
  double kappa, phi;        /* where they are not                                              */
  sgdl_frame_law filter;
} mode_user;

static void shape_values(const mode_user *u, const double *shape, double *kappa, double *phi)
{
  int next = 0;
  *kappa = u->curvature ? exp(shape[next++]) : u->kappa;
  *phi = u->damping ? shape[next] : u->phi;
}

static int mode_density(void *user, const double *shape, double *f, double *const *gradient)
{
  const mode_user *u = user;
  double kappa, phi;
  int next = 0;
  shape_values(u, shape, &kappa, &phi);
  if (!sgdl_mode_density_stable(&u->a->density, kappa, phi) || fabs(phi) > 30)
    return 0;
  double *by_kappa = gradient && u->curvature ? gradient[next++] : NULL;
  double *by_phi = gradient && u->damping ? gradient[next] : NULL;
  sgdl_mode_density_at(&u->a->density, kappa, phi, &u->filter, f, by_kappa, by_phi);
  return 1;
}

/* ---- errors under epochs --------------------------------------------------------------------------- */

/* |D(w)|/M of an epoch, D the Dirichlet kernel. */
static double epoch_sum(double M, double w)
{
  double half = sin(w / 2);
  return fabs(half) < 1e-12 ? 1 : fabs(sin(M * w / 2) / (M * half));
}

/* What the noise of an epoch, whose steps sum to zero, gives two frequencies a whole number of cycles an epoch
 * apart in common: squared coherence (M u a a')^2/(S S'), a = |D|/M. */
static double epoch_coherence(const sgdl_noise *noise, double a, double b, double S, double other)
{
  double cross = (double)noise->steps * noise->u * a * b;
  return fmin(1, cross * cross / (S * other));
}

/* Variance of the score: its information, and, as a run by epochs is only periodically stationary, the
 * covariance of ordinates apart by multiples of a cycle an epoch (a step a frame; of noise alone, as the filter
 * is that of the fit). */
static void score_variance(const sgdl_fit_job *a, int n, const sgdl_whittle_work *work, double *B)
{
  const sgdl_whittle *w = &a->whittle;
  const sgdl_noise *noise = &a->density.noise;
  const double negligible = 0.01;
  double M = (double)noise->steps, D[SGDL_WHITTLE_MOST] = { 1 }, E[SGDL_WHITTLE_MOST] = { 1 };
  memset(B, 0, sizeof(double) * (size_t)(n * n));
  for (ptrdiff_t j = w->first; j <= w->last; j++) {
    double at = 2 * PI * (double)j / (double)w->n, sum = epoch_sum(M, at);
    for (int p = 1; p < n; p++) D[p] = work->expected[p][j];
    for (int p = 0; p < n * n; p++) B[p] += w->n_paths * D[p % n] * D[p / n];
    if (sum < negligible) continue;
    double S = sgdl_noise_spectrum(noise, at);
    for (ptrdiff_t h = 1; h < noise->steps; h++) {
      double there = at + 2 * PI * (double)h / M;
      if (there > PI) there = 2 * PI - there;
      ptrdiff_t k = (ptrdiff_t)round(fabs(there) * (double)w->n / (2 * PI));
      double other = epoch_sum(M, there);
      if (k < w->first || k > w->last || other < negligible) continue;
      double c = w->n_paths * epoch_coherence(noise, sum, other, S, sgdl_noise_spectrum(noise, fabs(there)));
      for (int p = 1; p < n; p++) E[p] = work->expected[p][k];
      for (int p = 0; p < n * n; p++) B[p] += c * D[p % n] * E[p / n];
    }
  }
}

static double product_trace(int n, const double *A, const double *B)
{
  double sum = 0;
  for (int p = 0; p < n; p++)
    for (int q = 0; q < n; q++) sum += A[p + n * q] * B[q + n * p];
  return sum;
}

/* C <- C B C */
static void sandwich(int n, double *C, const double *B)
{
  double CB[SGDL_WHITTLE_MOST * SGDL_WHITTLE_MOST], out[SGDL_WHITTLE_MOST * SGDL_WHITTLE_MOST];
  for (int p = 0; p < n; p++)
    for (int q = 0; q < n; q++) {
      CB[p + n * q] = 0;
      for (int k = 0; k < n; k++) CB[p + n * q] += C[p + n * k] * 0.5 * (B[k + n * q] + B[q + n * k]);
    }
  for (int p = 0; p < n; p++)
    for (int q = 0; q < n; q++) {
      out[p + n * q] = 0;
      for (int k = 0; k < n; k++) out[p + n * q] += CB[p + n * k] * C[k + n * q];
    }
  memcpy(C, out, sizeof(double) * (size_t)(n * n));
}

/* ---- limits of the curvature ----------------------------------------------------------------------- */

/* Signed root of twice the fall of the profile likelihood from its maximum, nearly linear in log curvature. */
static double profile_root(mode_user *user, const sgdl_whittle_fit *best, double log_best, double log_kappa,
                           sgdl_whittle_fit *profile, sgdl_whittle_work *work)
{
  user->kappa = exp(log_kappa);
  if (!sgdl_mode_density_stable(&user->a->density, user->kappa, user->damping ? profile->parameters[1] : user->phi))
    return INFINITY;
  sgdl_whittle_maximise(&user->a->whittle, mode_density, user, profile, work);
  double fall = fmax(0, best->log_likelihood - profile->log_likelihood);
  return (log_kappa < log_best ? -1 : 1) * sqrt(2 * fall);
}

/* Where the root is `target`, by the secant method from the Wald limit; -Inf where it is not reached above
 * `lowest`. */
static double profile_limit(mode_user *user, const sgdl_whittle_fit *best, double log_best, double se, double target,
                            double lowest, sgdl_whittle_work *work)
{
  const int most = 15;
  sgdl_whittle_fit profile = { .n_shape = user->damping };
  double from = log_best, below = 0, at = log_best + target * se, longest = fmin(3, 4 * se);
  profile.parameters[1] = best->parameters[best->n_shape]; /* damping, the last */
  for (int i = 0; i < most; i++) {
    if (at < lowest) at = lowest;
    double root = profile_root(user, best, log_best, at, &profile, work);
    if (at == lowest && root > target) return -INFINITY;
    if (!isfinite(root) || fabs(root - target) < 0.01) return at;
    double slope = (root - below) / (at - from);
    double step = slope > 0 ? (target - root) / slope : (target > 0 ? longest : -longest);
    from = at;
    below = root;
    at += fmax(-longest, fmin(longest, step));
  }
  return at;
}

/* A curvature that the record cannot tell from 0: a relaxation of a thousand records. */
static double flattest(const sgdl_fit_job *a)
{
  const sgdl_hyper *h = &a->model->hyper;
  return 1e-3 * (1 - h->momentum) / (h->lr * (double)a->T * a->options->every);
}

/* Limits at twice the fall that the score's true variance asks for; curvature held at the flattest: variance NaN,
 * lower limit 0. */
static void curvature_limits(const mode_user *fitted, const sgdl_whittle_fit *w, double kappa,
                             double information_variance, double variance, sgdl_whittle_work *work,
                             double limits[2])
{
  const double plain_enough = 0.05; /* se of the logarithm below which Wald says the same */
  double z = sgdl_normal_quantile(0.5 + 0.5 * fitted->a->options->level), se = sqrt(variance);
  mode_user user = *fitted;
  limits[0] = limits[1] = NAN;
  if (!w->converged) return;
  if (se < plain_enough) {
    limits[0] = kappa * exp(-z * se);
    limits[1] = kappa * exp(z * se);
    return;
  }
  int held = isnan(se);
  double target = held ? z : z * sqrt(variance / information_variance), plain = held ? 1 : sqrt(information_variance);
  user.curvature = 0;
  limits[0] = held ? 0 : exp(profile_limit(&user, w, log(kappa), plain, -target, log(flattest(fitted->a)), work));
  limits[1] = exp(profile_limit(&user, w, log(kappa), plain, target, -INFINITY, work));
}

/* ---- the fit --------------------------------------------------------------------------------------- */

/* The covariance of what was fitted, in the places of all three. */
static void spread_covariance(const mode_user *o, const sgdl_whittle_fit *from, double to[9])
{
  int place[3] = { 0, o->curvature ? 1 : -1, o->damping ? 1 + o->curvature : -1 }, n = 1 + from->n_shape;
  for (int p = 0; p < 3; p++)
    for (int q = 0; q < 3; q++)
      to[p + 3 * q] = place[p] < 0 || place[q] < 0 ? 0 : from->covariance[place[p] + n * place[q]];
}

/* True where a refit moved no logarithm by more than a twentieth of its standard error. */
static int settled(const double *before, const sgdl_whittle_fit *fit)
{
  int n = 1 + fit->n_shape;
  for (int p = 1; p < n; p++)
    if (!(fabs(fit->parameters[p] - before[p]) < 0.05 * sqrt(fit->covariance[p + n * p])))
      return 0;
  return 1;
}

/* log curvature cannot start at 0: a relaxation as long as the record. */
static double starting_curvature(const sgdl_fit_job *a, double kappa)
{
  return a->options->curvature ? fmax(kappa, 1e3 * flattest(a)) : kappa;
}

/* One maximum, of a curvature that does not fall below what the record can tell from 0; there it is held, and
 * its variance is not known. */
static void maximise(const sgdl_fit_job *a, mode_user *user, double *kappa, double *phi, sgdl_whittle_fit *w,
                     sgdl_whittle_work *work)
{
  int next = 1;
  if (user->curvature) w->parameters[next++] = log(*kappa);
  if (user->damping) w->parameters[next] = *phi;
  w->n_shape = user->curvature + user->damping;
  sgdl_whittle_maximise(&a->whittle, mode_density, user, w, work);
  shape_values(user, w->parameters + 1, kappa, phi);
  if (!user->curvature || *kappa > 10 * flattest(a))
    return;
  user->curvature = 0;
  user->kappa = *kappa = flattest(a);
  maximise(a, user, kappa, phi, w, work);
}

/* Prewhitened and fitted until the filter is that of the fit. */
static void fit_in_passes(const sgdl_fit_job *a, ptrdiff_t m, mode_user *user, double *kappa, double *phi,
                          sgdl_whittle_fit *w, double *series, sgdl_whittle_work *work)
{
  const int most_passes = 5;
  double before[SGDL_WHITTLE_MOST] = { 0 };
  for (int pass = 0; pass < most_passes; pass++) {
    user->filter = sgdl_frame_law_of(&a->density, *kappa, *phi);
    for (ptrdiff_t r = 0; r < a->n_paths; r++)
      prewhiten(a->T, a->path + a->T * (r + a->n_paths * m), &user->filter, series + r * (a->T - 2));
    sgdl_whittle_periodogram(&a->whittle, series, a->T - 2, work);
    maximise(a, user, kappa, phi, w, work);
    if (w->n_shape == 0 || !w->converged || (pass > 0 && settled(before, w)))
      return;
    memcpy(before, w->parameters, sizeof before);
  }
}

/* Likelihood ratio of the fit to the theory with nothing fitted; under epochs scaled to the mean of its degrees
 * of freedom. */
static void against_theory(const mode_user *fitted, const sgdl_whittle_fit *w, double kappa, double strength,
                           double inflation, sgdl_whittle_work *work, sgdl_mode_fit *fit)
{
  const sgdl_fit_job *a = fitted->a;
  double parameters[SGDL_WHITTLE_MOST] = { log(strength) };
  mode_user user = *fitted;
  fit->theory_chi_squared = NAN;
  fit->theory_df = 0;
  if (!w->converged || !(strength > 0)) return;
  user.curvature = user.damping = 0;
  user.kappa = kappa;
  user.phi = sgdl_phi_of_momentum(a->model->hyper.momentum);
  double there = sgdl_whittle_value(&a->whittle, mode_density, &user, 0, parameters, work, NULL, NULL);
  fit->theory_chi_squared = fmax(0, 2 * (w->log_likelihood - there) / inflation);
  fit->theory_df = 1 + a->options->curvature + a->options->damping;
}

void sgdl_fit_mode(const sgdl_fit_job *a, ptrdiff_t m, double theory_kappa, double theory_strength,
                   double *series, sgdl_whittle_work *work, sgdl_mode_fit *fit)
{
  const sgdl_fit_options *o = a->options;
  mode_user user = { .a = a, .curvature = o->curvature, .damping = o->damping,
                     .kappa = starting_curvature(a, theory_kappa),
                     .phi = sgdl_phi_of_momentum(a->model->hyper.momentum) };
  sgdl_whittle_fit w = { 0 };
  double phi = user.phi, kappa = user.kappa;
  fit_in_passes(a, m, &user, &kappa, &phi, &w, series, work);
  int n = 1 + w.n_shape;
  double information_variance = w.covariance[user.curvature ? 1 + n : 0];
  *fit = (sgdl_mode_fit){ .log_noise = w.parameters[0], .kappa = kappa, .phi = phi,
                          .log_likelihood = w.log_likelihood, .converged = w.converged };
  sgdl_whittle_portmanteau(&a->whittle, work, n, a->n_bands, a->edges, fit->band_means, &fit->chi_squared,
                           &fit->df);
  double inflation = 1;
  if (a->density.noise.epoch && w.converged && a->density.every == 1) {
    double B[SGDL_WHITTLE_MOST * SGDL_WHITTLE_MOST];
    score_variance(a, n, work, B);
    inflation = product_trace(n, w.covariance, B) / n;
    sandwich(n, w.covariance, B);
  }
  against_theory(&user, &w, theory_kappa, theory_strength, inflation, work, fit);
  spread_covariance(&user, &w, fit->covariance);
  if (o->curvature && !user.curvature)
    fit->covariance[4] = NAN;
  if (o->curvature)
    curvature_limits(&user, &w, kappa, information_variance, fit->covariance[4], work, fit->kappa_limits);
}
