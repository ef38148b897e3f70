/* Spectral densities as the theory wants them: one spectrum a probe, and sums over probes. */
#ifndef SGDL_DENSITY_H
#define SGDL_DENSITY_H

#include "../base/base.h"
#include "../sgdl_operator.h"

/* The modes of one probe: exact eigenvalues and nodes together, descending. */
typedef struct sgdl_probe_modes {
  ptrdiff_t n;
  double *rho, *weight;  /* weight: modes, or noise                                                  */
  int other;             /* not the Gauss rule's: NaN where a function does not take a node          */
} sgdl_probe_modes;

typedef struct sgdl_density_view {
  const sgdl_spectral_density *density;
  const sgdl_quadrature *from; /* counts or noise; NULL: all is exact                                 */
  int with_noise;
  ptrdiff_t n_probes;          /* 1 where all is exact                                                */
  double flat;                 /* |rho| up to here is a flat mode                                     */
  double largest, smallest;    /* of all nodes and exact eigenvalues, flat ones as 0                  */
  double *room;                /* for one probe                                                      */
  sgdl_probe_modes modes;
} sgdl_density_view;

/* Checks the density. with_noise = 1: weights are noise, 0: they count modes. */
sgdl_status sgdl_density_view_init(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                                   sgdl_density_view *view);
void sgdl_density_view_free(sgdl_density_view *view);
/* Noise that is not sigma2 H. */
int sgdl_own_noise(const sgdl_spectral_density *density);
/* The Gauss rule of a probe, and what it is held against: the rule of three quarters of the steps; where
 * all nodes are above 0, the Gauss-Radau rule with a node at 0, which stands on the other side of the
 * integral of functions like 1 - exp(-t rho) and (1 - exp(-t rho))/rho, and so shows what the unresolved
 * neighbourhood of 0 can hide. Where there is nothing to compare with, all are the Gauss rule. */
typedef enum { SGDL_RULE_GAUSS = 0, SGDL_RULE_SHORTER, SGDL_RULE_RADAU, SGDL_RULES } sgdl_rule;

/* Fills view->modes for probe q. Flat nodes become 0, their noise 0 where it is rounding, negative ones
 * are left out with drop_negative; n >= 1 always. */
sgdl_status sgdl_density_probe(sgdl_context *ctx, sgdl_density_view *view, ptrdiff_t q, sgdl_rule rule);
/* SGDL_SADDLE, with the share of negative nodes in modes and noise, unless there are none or they are left
 * out. */
sgdl_status sgdl_density_no_saddle(sgdl_context *ctx, const sgdl_spectral_density *density);

/* ---- n numbers of every probe -------------------------------------------------------------------------- */

/* out (n) of the modes of one probe. */
typedef sgdl_status sgdl_probe_function(sgdl_context *ctx, const sgdl_probe_modes *modes, const void *args,
                                        double *out);

typedef struct sgdl_probe_values {
  ptrdiff_t n, n_probes;
  double *of[SGDL_RULES]; /* n x n_probes each; NULL: not asked for                                    */
  int exact;             /* no probes                                                                 */
} sgdl_probe_values;

/* By the Gauss rule, and with truncation = 1 by the others, which curves with a truncation need. */
sgdl_status sgdl_over_probes(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                             int truncation, ptrdiff_t n, sgdl_probe_function *f, const void *args,
                             sgdl_probe_values *values);
void sgdl_probe_values_free(sgdl_probe_values *values);
/* Entries first, ..., first + n - 1 of the values as a curve (NULL: nothing). */
void sgdl_probe_curve(const sgdl_probe_values *values, ptrdiff_t first, ptrdiff_t n, const sgdl_curve *curve);
/* f (n_curves x n numbers, curve by curve) of every probe as n_curves curves of n, each optional (NULL). */
sgdl_status sgdl_density_curves(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                                int n_curves, ptrdiff_t n, sgdl_probe_function *f, const void *args,
                                const sgdl_curve *const *out);
int sgdl_wants_truncation(const sgdl_curve *curve);
/* The same for g of the means of m entries each (first[0..m-1] + i), by jackknife. */
typedef double sgdl_of_means(const double *means, const void *args, ptrdiff_t i);
void sgdl_jackknife_curve(const sgdl_probe_values *values, int m, const ptrdiff_t *first, ptrdiff_t n,
                          sgdl_of_means *g, const void *args, const sgdl_curve *curve);

#endif
