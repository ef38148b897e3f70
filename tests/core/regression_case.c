/* A small linear regression for the tests; see regression_case.h. */
#include "regression_case.h"

#include "check.h"

void regression_case_init(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, sgdl_hyper h, sgdl_sampling sampling,
                          int drop_last, regression_case *r)
{
  double H[CASE_D * CASE_D], b[CASE_D], Sigma[CASE_D * CASE_D], rss;
  for (ptrdiff_t j = 0; j < d; j++) {
    sgdl_normals(3, SGDL_STREAM_START, 0, (uint64_t)j, 0, N, r->X + j * N);
    for (ptrdiff_t i = 0; i < N; i++)
      r->X[i + j * N] /= sqrt(1 + (double)j);
  }
  sgdl_normals(3, SGDL_STREAM_START, 1, 0, 0, N, r->y);
  for (ptrdiff_t i = 0; i < N; i++)
    r->y[i] = r->X[i] + (0.5 + fabs(r->X[i])) * r->y[i];
  CHECK_STATUS(sgdl_regression_moments(ctx, N, d, r->X, r->y, H, b), SGDL_OK);
  CHECK_STATUS(sgdl_decompose(ctx, d, H, r->rho, r->vectors), SGDL_OK);
  CHECK_STATUS(sgdl_minimiser(ctx, d, r->rho, r->vectors, h.weight_decay, b, r->minimiser), SGDL_OK);
  CHECK_STATUS(sgdl_regression_noise(ctx, N, d, r->X, r->y, r->minimiser, h.weight_decay, Sigma, &rss),
               SGDL_OK);
  CHECK_STATUS(sgdl_noise_to_modes(ctx, d, r->vectors, Sigma, r->noise), SGDL_OK);
  r->model = (sgdl_model){ .dim = d, .hyper = h, .dynamics = SGDL_SGD, .sampling = sampling, .n_examples = N,
                           .drop_last = drop_last, .rho = r->rho, .vectors = r->vectors,
                           .minimiser = r->minimiser, .noise = r->noise, .noise_is_full = 1, .sigma2 = -1 };
  CHECK_STATUS(sgdl_regression_examples(ctx, &r->model, r->X, r->y, r->factor, r->gradient), SGDL_OK);
  r->examples = (sgdl_examples){ .N = N, .d = d, .rank = 1, .factor = r->factor, .gradient = r->gradient };
}

sgdl_status regression_case_product(void *user, ptrdiff_t n_rows, const double *W, double *out)
{
  const sgdl_examples *e = user;
  for (ptrdiff_t i = 0; i < e->N; i++) {
    for (ptrdiff_t l = 0; l < e->d; l++)
      out[i + l * e->N] = 0;
    for (ptrdiff_t r = 0; r < e->rank; r++) {
      const double *b = e->factor + i + r * e->N;
      double along = 0;
      for (ptrdiff_t l = 0; l < e->d; l++)
        along += b[l * e->N * e->rank] * W[(n_rows > 1 ? i : 0) + l * n_rows];
      for (ptrdiff_t l = 0; l < e->d; l++)
        out[i + l * e->N] += along * b[l * e->N * e->rank];
    }
  }
  return SGDL_OK;
}
