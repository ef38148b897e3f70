/* Checks shared by the theory of things that happen after k steps. */
#ifndef SGDL_STEPS_H
#define SGDL_STEPS_H

#include "../base/base.h"

/* Finite, >= 0 (> 0 where `positive`), and whole numbers where `whole` (at most 2^53). */
sgdl_status sgdl_check_steps(sgdl_context *ctx, ptrdiff_t n, const double *steps, int positive, int whole);
/* The same for an argument of another name. */
sgdl_status sgdl_check_counts(sgdl_context *ctx, const char *name, ptrdiff_t n, const double *steps, int positive,
                              int whole);
/* SGDL_UNSTABLE when a saddle has outgrown the range of doubles: x (n values, steps[i / d]) not finite. */
sgdl_status sgdl_check_growth(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t d, const double *x,
                              const double *steps);

#endif
