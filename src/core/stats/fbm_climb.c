/* Fisher scoring; see fbm_climb.h. It begins with Whittle's information, cheap and near enough; differences
 * of the exact scores then improve it (BFGS), so that few factorisations are needed. */
#include "fbm_climb.h"

#include <math.h>
#include <string.h>

enum { MOST_STEPS = 200, MOST_HALVINGS = 12 };

double sgdl_eta_of(double alpha) { return log(alpha / (2.0 - alpha)); }
double sgdl_alpha_of(double eta) { return 2.0 / (1.0 + exp(-eta)); }

/* Likelihood, score and information at p, the latter two about (eta, ratio). */
typedef struct hill {
  sgdl_fbm_point p;
  double score[2], information[4];
} hill;

static void take_information(const sgdl_climb *c, hill *h)
{
  const double slope = sgdl_eta_slope(h->p.alpha);
  sgdl_fbm_whittle_evaluate(c->whittle, !c->exact, &h->p, h->information);
  h->information[0] *= slope * slope;
  h->information[1] *= slope;
  h->information[2] *= slope;
}

static sgdl_status look(const sgdl_climb *c, hill *h, int with_information)
{
  const double slope = sgdl_eta_slope(h->p.alpha);
  if (with_information || !c->exact) take_information(c, h);
  if (c->exact) SGDL_TRY(sgdl_fbm_evaluate(c->fbm, &h->p, 1));
  h->score[0] = slope * h->p.score[0];
  h->score[1] = h->p.score[1];
  return SGDL_OK;
}

static int ratio_blocked(const hill *h)
{
  return (h->p.ratio == 0.0 && h->score[1] <= 0.0) || (h->p.ratio >= SGDL_RATIO_LIMIT && h->score[1] >= 0.0);
}

/* The step of Fisher scoring within ratio >= 0; returns its score, the square of the step over its error. */
static double propose(const sgdl_climb *c, const hill *h, double step[2])
{
  const double *I = h->information, *s = h->score;
  int move_ratio = c->free_ratio && !ratio_blocked(h);
  double det = I[0] * I[3] - I[1] * I[1];
  step[0] = step[1] = 0.0;
  if (c->free_alpha && move_ratio && det > 1e-6 * I[0] * I[3]) {
    step[0] = (I[3] * s[0] - I[1] * s[1]) / det;
    step[1] = (I[0] * s[1] - I[1] * s[0]) / det;
    if (h->p.ratio + step[1] < 0.0) {
      step[1] = -h->p.ratio;
      step[0] = (s[0] - I[1] * step[1]) / I[0];
    }
  } else {
    if (c->free_alpha) step[0] = s[0] / I[0];
    if (move_ratio) step[1] = fmax(s[1] / I[3], -h->p.ratio);
  }
  return s[0] * step[0] + s[1] * step[1];
}

static int blocked(double eta, double step)
{
  return fabs(eta) >= SGDL_ETA_LIMIT && eta * step > 0.0;
}

/* Moves by a fraction of the step; eta stays inside its limits. */
static hill moved(const hill *from, const double step[2], double fraction)
{
  hill to = *from;
  double eta = sgdl_eta_of(from->p.alpha) + fraction * step[0];
  to.p.alpha = sgdl_alpha_of(fmax(-SGDL_ETA_LIMIT, fmin(SGDL_ETA_LIMIT, eta)));
  to.p.ratio = fmin(SGDL_RATIO_LIMIT, fmax(0.0, from->p.ratio + fraction * step[1]));
  return to;
}

/* A point on the way that is not lower. Where T loses definiteness in floating point, it counts as lower. */
static sgdl_status advance(const sgdl_climb *c, hill *h, const double step[2])
{
  double fraction = 1.0;
  for (int i = 0; i < MOST_HALVINGS; i++, fraction *= 0.5) {
    hill to = moved(h, step, fraction);
    sgdl_status status = look(c, &to, 0);
    if (status != SGDL_OK && status != SGDL_NOT_PSD) return status;
    if (status == SGDL_OK && to.p.log_likelihood >= h->p.log_likelihood - 1e-9 * fabs(h->p.log_likelihood)) {
      *h = to;
      return SGDL_OK;
    }
  }
  return SGDL_NO_CONVERGENCE;
}

/* Corrects the information by the scores on the way (BFGS, in the free directions). Zero where they are not
 * those of a hill like it. */
static int learn(const sgdl_climb *c, const hill *from, hill *to)
{
  double s[2] = {sgdl_eta_of(to->p.alpha) - sgdl_eta_of(from->p.alpha), to->p.ratio - from->p.ratio}, y[2],
         Bs[2];
  double B[4], sy = 0.0, sBs = 0.0;
  memcpy(B, from->information, sizeof B);
  if (!c->free_alpha || !c->free_ratio) B[1] = B[2] = 0.0;
  for (int i = 0; i < 2; i++) {
    int is_free = i ? c->free_ratio : c->free_alpha;
    y[i] = is_free ? from->score[i] - to->score[i] : 0.0;
    if (!is_free) s[i] = 0.0;
  }
  for (int i = 0; i < 2; i++) {
    Bs[i] = B[2 * i] * s[0] + B[2 * i + 1] * s[1];
    sy += s[i] * y[i];
    sBs += s[i] * Bs[i];
  }
  if (!(sy > 1e-2 * sBs && sy < 1e2 * sBs)) return 0;
  for (int i = 0; i < 4; i++) B[i] += y[i / 2] * y[i % 2] / sy - Bs[i / 2] * Bs[i % 2] / sBs;
  if (!(B[0] > 0.0 && B[3] > 0.0)) return 0;
  memcpy(to->information, B, sizeof B);
  return 1;
}

sgdl_status sgdl_climb_run(sgdl_climb *c, sgdl_fbm_point *p)
{
  const double tolerance = !c->exact ? 4e-3 : c->free_ratio ? 1e-5 : 1e-7;
  hill h = {.p = *p};
  double step[2];
  h.p.alpha = sgdl_alpha_of(fmax(-SGDL_ETA_LIMIT, fmin(SGDL_ETA_LIMIT, sgdl_eta_of(p->alpha))));
  SGDL_TRY(look(c, &h, 1));
  for (int i = 0; i < MOST_STEPS; i++) {
    double gain = propose(c, &h, step), eta = sgdl_eta_of(h.p.alpha);
    if (fabs(step[0]) > 1.5) {
      step[1] *= 1.5 / fabs(step[0]);
      step[0] = copysign(1.5, step[0]);
    }
    if (blocked(eta, step[0])) {
      gain -= h.score[0] * step[0];
      step[0] = 0.0;
      if (c->free_ratio) {
        step[1] = ratio_blocked(&h) ? 0.0 : fmax(h.score[1] / h.information[3], -h.p.ratio);
        gain = h.score[1] * step[1];
      }
    }
    c->step = sqrt(fmax(gain, 0.0));
    if (gain < tolerance) {
      hill to = moved(&h, step, 1.0);
      sgdl_fbm *f = c->fbm;
      for (ptrdiff_t g = 0; g < f->n_groups && c->exact; g++) /* c follows to first order */
        f->form[g] -= f->slope[0][g] * (to.p.alpha - h.p.alpha) + f->slope[1][g] * (to.p.ratio - h.p.ratio);
      *p = h.p;
      p->alpha = to.p.alpha;
      p->ratio = to.p.ratio;
      p->log_likelihood += 0.5 * fmax(gain, 0.0);
      return SGDL_OK;
    }
    const hill before = h;
    SGDL_TRY(advance(c, &h, step));
    if (c->exact && !learn(c, &before, &h)) take_information(c, &h);
  }
  return SGDL_NO_CONVERGENCE;
}
