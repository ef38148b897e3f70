/* The contract of backend.h, entry by entry, for any backend: test_backend.c holds the CPU and the CUDA
 * plug-in on an emulated device to it, gpu_check.c the plug-in on a real one. What is expected comes from
 * definitions (plain loops, the equations that a covariance solves), and where those would take too long from
 * the CPU backend. */
#ifndef SGDL_BACKEND_SUITE_H
#define SGDL_BACKEND_SUITE_H

#include "suite/dense.h"
#include "suite/stationary.h"
#include "suite/ensemble.h"
#include "suite/series.h"
#include "suite/lanczos.h"

static void suite_capacity(void)
{
  sgdl_capacity c = {0};
  CALL(capacity(&suite_ctx, &c));
  CHECK(c.total > 0 && c.largest_stationary > 0);
  CHECK(isnan(c.available) || (c.available > 0 && c.available <= c.total));
}

/* d: the side of dense matrices. */
static inline void backend_suite(const sgdl_backend *backend, ptrdiff_t d)
{
  suite_b = backend;
  sgdl_context_init(&suite_ctx);
  suite_capacity();
  suite_products(7, 5, 11);
  suite_products(1, 1, 1);
  suite_products(40, 33, 2);
  suite_gram(31, 17);
  suite_gram(3, 40);
  for (ptrdiff_t n = 1; n <= d; n = n < 9 ? 3 * n : n < d && 5 * n > d ? d : 5 * n) {
    suite_eigen(n);
    suite_cholesky(n);
    for (int which = 0; which < 4; which++) suite_stationary(n, which % 2, which / 2);
  }
  suite_stationary_edges();
  suite_reference();
  suite_fill_normals(1, 3);
  suite_fill_normals(10, 5);
  suite_fill_normals(101, 7);
  suite_ensemble_step(37, 5);
  for (int which = 0; which < 8; which++)
    for (ptrdiff_t n = 4; n < 8; n += 3) suite_ensemble(n, n - 1, which % 2, which / 2 % 2, which / 4);
  suite_ensemble(1, 1, 1, 0, 0);
  suite_correlate(50, 3, 20, 0);
  suite_correlate(33, 5, 32, 1);
  suite_correlate(2, 1, 1, 0);
  for (int by_frame = 0; by_frame < 2; by_frame++) {
    suite_frames(9, 20, by_frame);
    suite_frames(20, 3, by_frame);
  }
  suite_implicit(30, 12, 4);
  suite_implicit(5, 20, 1);
  suite_lanczos(60, 25, 3, 12);
  suite_lanczos(6, 20, 2, 15); /* the space ends before the steps do */
}

#endif
