/* The fit of one mode: prewhitened by the map of its own estimates, refitted until these settle; then errors
 * that know epochs, and limits of curvature and damping by profile likelihood. See sgdl_stats.h and
 * whittle.h. */
#include "fit.h"

#include <math.h>
#include <string.h>

#include "../stats/dense.h"
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

/* Variance of the score: its information, and, as a run by epochs is only periodically stationary, the
 * covariance of ordinates that have something in common (mode_density.h), at this curvature and phi. */
static void score_variance(const sgdl_fit_job *a, int n, double kappa, double phi,
                           const sgdl_whittle_work *work, double *B)
{
  const sgdl_whittle *w = &a->whittle;
  const sgdl_frame_law step = sgdl_step_law_of(&a->density, kappa, phi);
  double M = (double)a->density.noise.steps, D[SGDL_WHITTLE_MOST] = { 1 }, E[SGDL_WHITTLE_MOST] = { 1 };
  memset(B, 0, sizeof(double) * (size_t)(n * n));
  for (ptrdiff_t j = w->first; j <= w->last; j++) {
    double at = 2 * PI * (double)j / (double)w->n;
    for (int p = 1; p < n; p++) D[p] = work->expected[p][j];
    for (int p = 0; p < n * n; p++) B[p] += w->n_paths * D[p % n] * D[p / n];
    if (!sgdl_epoch_coherent(&a->density, at)) continue;
    for (ptrdiff_t g = 1; g < a->density.noise.steps; g++) {
      double there = fmod(at + 2 * PI * (double)g * a->options->every / M, 2 * PI);
      if (there > PI) there = 2 * PI - there;
      ptrdiff_t k = (ptrdiff_t)round(there * (double)w->n / (2 * PI));
      if (k < w->first || k > w->last) continue;
      double c = w->n_paths * sgdl_epoch_coherence(&a->density, &step, at, g);
      if (c == 0) continue;
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

/* ---- limits of curvature and damping --------------------------------------------------------------- */

/* One of the two held and walked along; the other, where fitted, at its best. */
typedef struct {
  mode_user user;
  const sgdl_whittle_fit *best;
  double start;             /* log kappa or phi at the maximum                                 */
  int is_curvature, n_free;
  double free_start;
} profile;

static profile open_profile(const mode_user *fitted, const sgdl_whittle_fit *best, double kappa, double phi,
                            int is_curvature)
{
  profile p = { .user = *fitted, .best = best, .is_curvature = is_curvature };
  p.user.kappa = kappa;
  p.user.phi = phi;
  if (is_curvature) p.user.curvature = 0; else p.user.damping = 0;
  p.start = is_curvature ? log(kappa) : phi;
  p.n_free = p.user.curvature + p.user.damping;
  p.free_start = p.user.curvature ? log(kappa) : phi;
  return p;
}

/* Signed root of twice the fall of the profile likelihood from its maximum, nearly linear in the logarithm.
 * */
static double profile_root(profile *p, double at, sgdl_whittle_fit *there, sgdl_whittle_work *work)
{
  double kappa, phi;
  if (p->is_curvature) p->user.kappa = exp(at); else p->user.phi = at;
  shape_values(&p->user, there->parameters + 1, &kappa, &phi);
  if (!sgdl_mode_density_stable(&p->user.a->density, kappa, phi))
    return INFINITY;
  sgdl_whittle_maximise(&p->user.a->whittle, mode_density, &p->user, there, work);
  double fall = fmax(0, p->best->log_likelihood - there->log_likelihood);
  return (at < p->start ? -1 : 1) * sqrt(2 * fall);
}

/* Where the root is `target`, by the secant method from the Wald limit; -Inf where it is not reached above
 * `lowest`. */
static double profile_limit(profile *p, double se, double target, double lowest, sgdl_whittle_work *work)
{
  const int most = 15;
  sgdl_whittle_fit there = { .n_shape = p->n_free };
  double from = p->start, below = 0, at = p->start + target * se, longest = fmin(3, 4 * se);
  there.parameters[1] = p->free_start;
  for (int i = 0; i < most; i++) {
    if (at < lowest) at = lowest;
    double root = profile_root(p, at, &there, work);
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

/* Limits, in the logarithm, at twice the fall that the score's true variance asks for; curvature held at the
 * flattest: variance NaN, lower limit -Inf. */
static void profile_limits(profile *p, double information_variance, double variance, sgdl_whittle_work *work,
                           double limits[2])
{
  const double plain_enough = 0.05; /* se of the logarithm below which Wald says the same */
  const sgdl_fit_job *a = p->user.a;
  double z = sgdl_normal_quantile(0.5 + 0.5 * a->options->level), se = sqrt(variance);
  limits[0] = limits[1] = NAN;
  if (!p->best->converged) return;
  if (se < plain_enough) {
    limits[0] = p->start - z * se;
    limits[1] = p->start + z * se;
    return;
  }
  int held = isnan(se);
  double target = held ? z : z * sqrt(variance / information_variance);
  double plain = held ? 1 : sqrt(information_variance);
  double lowest = p->is_curvature ? log(flattest(a)) : -INFINITY;
  limits[0] = held ? -INFINITY : profile_limit(p, plain, -target, lowest, work);
  limits[1] = profile_limit(p, plain, target, -INFINITY, work);
}

static void put_limits(const mode_user *user, const sgdl_whittle_fit *w, const double information[9],
                       sgdl_whittle_work *work, sgdl_mode_fit *fit)
{
  const sgdl_fit_options *o = user->a->options;
  if (o->curvature) {
    profile p = open_profile(user, w, fit->kappa, fit->phi, 1);
    profile_limits(&p, information[4], fit->covariance[4], work, fit->kappa_limits);
    for (int side = 0; side < 2; side++) fit->kappa_limits[side] = exp(fit->kappa_limits[side]);
  }
  if (o->damping) {
    profile p = open_profile(user, w, fit->kappa, fit->phi, 0);
    profile_limits(&p, information[8], fit->covariance[8], work, fit->phi_limits);
  }
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

/* Likewise of the signed roots; under epochs a root is scaled to unit variance, and its mean with it. */
static void put_roots(const mode_user *o, const sgdl_whittle_root *root, const double information[9],
                      sgdl_mode_fit *fit)
{
  int place[3] = { 0, o->curvature ? 1 : -1, o->damping ? 1 + o->curvature : -1 };
  for (int p = 0; p < 3; p++) {
    if (place[p] < 0) continue;
    double inflation = fit->covariance[4 * p] / information[4 * p];
    fit->power[p] = root->power[place[p]];
    fit->mean[p] = inflation > 0 ? sqrt(inflation) * root->mean[place[p]] : 0;
  }
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

/* Likelihood ratio of the fit to the theory with nothing fitted; under epochs scaled to the mean of its
 * degrees of freedom. */
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

/* Standard error of log curvature that the theory expects of such a record: no data in it. */
static double expected_error(const sgdl_fit_job *a, double theory_kappa, sgdl_whittle_work *work)
{
  double phi = sgdl_phi_of_momentum(a->model->hyper.momentum), kappa = starting_curvature(a, theory_kappa);
  double at[SGDL_WHITTLE_MOST] = { 0, log(kappa), phi }, score[SGDL_WHITTLE_MOST];
  double C[SGDL_WHITTLE_MOST * SGDL_WHITTLE_MOST], B[SGDL_WHITTLE_MOST * SGDL_WHITTLE_MOST];
  mode_user user = { .a = a, .curvature = 1, .damping = a->options->damping, .phi = phi,
                     .filter = sgdl_frame_law_of(&a->density, kappa, phi) };
  int n = 2 + user.damping;
  double value = sgdl_whittle_value(&a->whittle, mode_density, &user, n - 1, at, work, score, C);
  if (!isfinite(value) || !sgdl_dense_inverse(n, C)) return INFINITY;
  if (a->density.noise.epoch) {
    score_variance(a, n, kappa, phi, work, B);
    sandwich(n, C, B);
  }
  return sqrt(C[1 + n]);
}

void sgdl_fit_mode(const sgdl_fit_job *a, ptrdiff_t m, double theory_kappa, double theory_strength,
                   double *series, sgdl_whittle_work *work, sgdl_mode_fit *fit)
{
  const sgdl_fit_options *o = a->options;
  mode_user user = { .a = a, .curvature = o->curvature, .damping = o->damping,
                     .kappa = starting_curvature(a, theory_kappa),
                     .phi = sgdl_phi_of_momentum(a->model->hyper.momentum) };
  sgdl_whittle_fit w = { 0 };
  sgdl_whittle_root root;
  double phi = user.phi, kappa = user.kappa;
  fit_in_passes(a, m, &user, &kappa, &phi, &w, series, work);
  int n = 1 + w.n_shape;
  double information[9];
  spread_covariance(&user, &w, information);
  *fit = (sgdl_mode_fit){ .log_noise = w.parameters[0], .kappa = kappa, .phi = phi,
                          .log_likelihood = w.log_likelihood, .converged = w.converged };
  sgdl_whittle_portmanteau(&a->whittle, work, n, a->n_bands, a->edges, fit->band_means, &fit->chi_squared,
                           &fit->df);
  sgdl_whittle_second_order(&a->whittle, mode_density, &user, &w, work, &root);
  double inflation = 1;
  if (a->density.noise.epoch && w.converged) {
    double B[SGDL_WHITTLE_MOST * SGDL_WHITTLE_MOST];
    score_variance(a, n, kappa, phi, work, B);
    inflation = product_trace(n, w.covariance, B) / n;
    sandwich(n, w.covariance, B);
  }
  against_theory(&user, &w, theory_kappa, theory_strength, inflation, work, fit);
  spread_covariance(&user, &w, fit->covariance);
  if (o->curvature && !user.curvature)
    fit->covariance[4] = NAN;
  put_roots(&user, &root, information, fit);
  put_limits(&user, &w, information, work, fit);
  if (o->curvature)
    fit->expected_error = expected_error(a, theory_kappa, work);
}
