/* Averages over the examples of a problem, in tiles of rows: memory stays O(rank d) a tile, and the
 * work is products of tall matrices. THEORY section 6. */
#include "examples.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TILE_ROWS = 256 };

static ptrdiff_t rows_in_tile(const sgdl_examples *examples, ptrdiff_t first)
{
  ptrdiff_t left = examples->N - first;
  return left < TILE_ROWS ? left : TILE_ROWS;
}

/* Rows `first`, first + 1, ... of block r of the factor; leading dimension N rank. */
static const double *factor_rows(const sgdl_examples *examples, ptrdiff_t first, ptrdiff_t r)
{
  return examples->factor + first + examples->N * r;
}

/* ---- checks ------------------------------------------------------------------------------------- */

double sgdl_examples_quiet(ptrdiff_t d, const double *variance)
{
  double largest = 0;
  for (ptrdiff_t l = 0; l < d; l++)
    largest = fmax(largest, variance[l]);
  return (double)d * DBL_EPSILON * largest;
}

/* Gradients smaller than this are rounding: where the model interpolates its examples all of them are. */
static double gradient_rounding(const sgdl_model *model)
{
  double square = 0;
  for (ptrdiff_t l = 0; l < model->dim && model->minimiser != NULL; l++)
    square += model->minimiser[l] * model->minimiser[l];
  return 1e-10 * model->rho[0] * sqrt(square);
}

static sgdl_status check_gradients(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples)
{
  static const double negligible = 1e-3; /* of a standard deviation */
  ptrdiff_t N = examples->N, d = examples->d;
  double largest = gradient_rounding(model) / sqrt(DBL_EPSILON);
  for (ptrdiff_t pass = 0; pass < 2; pass++)
    for (ptrdiff_t l = 0; l < d; l++) {
      const double *n = examples->gradient + l * N;
      double sum = 0, squares = 0;
      for (ptrdiff_t i = 0; i < N; i++) {
        sum += n[i];
        squares += n[i] * n[i];
      }
      double mean = sum / (double)N, deviation = sqrt(squares / (double)N);
      if (pass == 0)
        largest = fmax(largest, deviation);
      else if (deviation > sqrt(DBL_EPSILON) * largest && fabs(mean) > negligible * deviation)
        return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                         "`gradient`: mode %td has mean %.3g over the examples, standard deviation %.3g: "
                         "expected gradients at the minimiser, weight decay included, which average to 0",
                         l + 1, mean, deviation);
    }
  return SGDL_OK;
}

static sgdl_status check_factors(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples)
{
  static const double tolerance = 1e-6;
  ptrdiff_t rows = sgdl_times(examples->N, examples->rank);
  SGDL_TRY(sgdl_check_blas_size(ctx, "factor", rows));
  SGDL_TRY(sgdl_check_finite(ctx, "factor", examples->factor, sgdl_times(rows, examples->d), rows));
  for (ptrdiff_t l = 0; l < examples->d; l++) {
    const double *b = examples->factor + l * rows;
    double squares = 0;
    for (ptrdiff_t i = 0; i < rows; i++)
      squares += b[i] * b[i];
    double curvature = squares / (double)examples->N;
    if (fabs(curvature - model->rho[l]) > tolerance * fabs(model->rho[0]))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`factor`: the examples have curvature %.6g along mode %td where the model has %.6g: "
                       "expected the examples of this model, in the coordinates of its modes",
                       curvature, l + 1, model->rho[l]);
  }
  return SGDL_OK;
}

sgdl_status sgdl_examples_check(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples)
{
  ptrdiff_t N = examples->N, d = examples->d;
  if (d != model->dim)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`examples` have %td coordinates: expected the model's %td", d,
                     model->dim);
  if (N < 1 || (model->n_examples > 0 && N != model->n_examples))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`examples` are %td: expected the model's n_examples = %td", N,
                     model->n_examples);
  if (model->rho == NULL)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`model` was made with decompose = FALSE: make it with decompose = TRUE");
  SGDL_TRY(sgdl_check_blas_size(ctx, "examples", N));
  SGDL_TRY(sgdl_check_finite(ctx, "gradient", examples->gradient, sgdl_times(N, d), N));
  SGDL_TRY(check_gradients(ctx, model, examples));
  if (examples->factor != NULL)
    return check_factors(ctx, model, examples);
  if (examples->hessian_product == NULL)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`examples` have neither factor nor hessian_product: expected one");
  return SGDL_OK;
}

/* ---- making examples ---------------------------------------------------------------------------- */

sgdl_status sgdl_rows_to_modes(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *A,
                               double *out)
{
  ptrdiff_t d = model->dim;
  if (model->vectors == NULL) {
    memcpy(out, A, sizeof(double) * (size_t)(n * d));
    return SGDL_OK;
  }
  return sgdl_backend_of(ctx)->product(ctx, 0, 0, n, d, d, 1.0, A, n, model->vectors, d, 0.0, out, n);
}

sgdl_status sgdl_regression_examples(sgdl_context *ctx, const sgdl_model *model, const double *X,
                                     const double *y, double *factor, double *gradient)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  ptrdiff_t N = model->n_examples, d = model->dim;
  double lambda = model->hyper.weight_decay, *error = NULL, *pull = NULL;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &error, N, "the residuals"));
  SGDL_GET(sgdl_alloc(ctx, &pull, d, "the minimiser"));
  SGDL_GET(sgdl_rows_to_modes(ctx, model, N, X, factor));
  memset(pull, 0, sizeof(double) * (size_t)d);
  if (model->minimiser != NULL)
    SGDL_GET(sgdl_rows_to_modes(ctx, model, 1, model->minimiser, pull));
  for (ptrdiff_t i = 0; i < N; i++)
    error[i] = -y[i];
  SGDL_GET(backend->matrix_vector(ctx, 0, N, d, 1.0, factor, N, pull, 1.0, error));
  for (ptrdiff_t l = 0; l < d; l++)
    for (ptrdiff_t i = 0; i < N; i++)
      gradient[i + l * N] = error[i] * factor[i + l * N] + lambda * pull[l];
done:
  free(error);
  free(pull);
  return status;
}

/* ---- Hessians applied to rows ------------------------------------------------------------------- */

/* out = H_i w_i for one tile; W has leading dimension ldw, or stands still from row to row (step = 0). */
static void apply_tile(const sgdl_examples *examples, ptrdiff_t first, ptrdiff_t step, ptrdiff_t ldw,
                       const double *W, double *out)
{
  ptrdiff_t m = rows_in_tile(examples, first), N = examples->N, ld = N * examples->rank;
  double along[TILE_ROWS];
  for (ptrdiff_t l = 0; l < examples->d; l++)
    memset(out + first + l * N, 0, sizeof(double) * (size_t)m);
  for (ptrdiff_t r = 0; r < examples->rank; r++) {
    const double *b = factor_rows(examples, first, r);
    memset(along, 0, sizeof along);
    for (ptrdiff_t l = 0; l < examples->d; l++)
      for (ptrdiff_t i = 0; i < m; i++)
        along[i] += b[i + l * ld] * W[(first + i) * step + l * ldw];
    for (ptrdiff_t l = 0; l < examples->d; l++)
      for (ptrdiff_t i = 0; i < m; i++)
        out[first + i + l * N] += along[i] * b[i + l * ld];
  }
}

sgdl_status sgdl_examples_apply(sgdl_context *ctx, const sgdl_examples *examples, ptrdiff_t n_rows,
                                const double *W, double *out)
{
  int threads = sgdl_threads(ctx);
  if (examples->factor == NULL)
    return examples->hessian_product(examples->user, n_rows, W, out);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t first = 0; first < examples->N; first += TILE_ROWS)
    apply_tile(examples, first, n_rows > 1, n_rows, W, out);
  return SGDL_OK;
}

/* ---- E_i[H_i P H_i] ----------------------------------------------------------------------------- */

static void symmetrise(ptrdiff_t d, double *A)
{
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = j + 1; i < d; i++)
      A[i + j * d] = A[j + i * d] = (A[i + j * d] + A[j + i * d]) / 2;
}

/* Z (m x d) = rows H_i P b_is = sum_r b_ir (b_ir'P b_is), Y = rows P b_is */
static void factor_sandwich(const sgdl_examples *examples, ptrdiff_t first, const double *Y, double *Z)
{
  ptrdiff_t m = rows_in_tile(examples, first), d = examples->d, ld = examples->N * examples->rank;
  double form[TILE_ROWS];
  memset(Z, 0, sizeof(double) * (size_t)(m * d));
  for (ptrdiff_t r = 0; r < examples->rank; r++) {
    const double *b = factor_rows(examples, first, r);
    memset(form, 0, sizeof form);
    for (ptrdiff_t l = 0; l < d; l++)
      for (ptrdiff_t i = 0; i < m; i++)
        form[i] += b[i + l * ld] * Y[i + l * m];
    for (ptrdiff_t l = 0; l < d; l++)
      for (ptrdiff_t i = 0; i < m; i++)
        Z[i + l * m] += form[i] * b[i + l * ld];
  }
}

static sgdl_status sandwich_factors(sgdl_context *ctx, const sgdl_examples *examples, const double *P,
                                    double *out)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  ptrdiff_t N = examples->N, d = examples->d, ld = N * examples->rank;
  double *Y = NULL, *Z;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &Y, 2 * TILE_ROWS * d, "a tile of examples"));
  Z = Y + TILE_ROWS * d;
  for (ptrdiff_t first = 0; first < N; first += TILE_ROWS)
    for (ptrdiff_t s = 0; s < examples->rank; s++) {
      ptrdiff_t m = rows_in_tile(examples, first);
      const double *b = factor_rows(examples, first, s);
      SGDL_GET(backend->product(ctx, 0, 0, m, d, d, 1.0, b, ld, P, d, 0.0, Y, m));
      factor_sandwich(examples, first, Y, Z);
      SGDL_GET(backend->product(ctx, 1, 0, d, d, m, 1.0 / (double)N, Z, m, b, ld,
                                first > 0 || s > 0 ? 1.0 : 0.0, out, d));
    }
  symmetrise(d, out);
done:
  free(Y);
  return status;
}

/* sum_k w_k E_i[(H_i v_k)(H_i v_k)'] over the eigenpairs of P, those >= 0 */
static sgdl_status sandwich_products(sgdl_context *ctx, const sgdl_examples *examples, const double *P,
                                     double *out)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  ptrdiff_t N = examples->N, d = examples->d;
  double *V = NULL, *w = NULL, *rows = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &V, d * d, "eigenvectors"));
  SGDL_GET(sgdl_alloc(ctx, &w, d, "eigenvalues"));
  SGDL_GET(sgdl_alloc(ctx, &rows, sgdl_times(N, d), "Hessian products"));
  memcpy(V, P, sizeof(double) * (size_t)(d * d));
  memset(out, 0, sizeof(double) * (size_t)(d * d));
  SGDL_GET(backend->eigen_symmetric(ctx, d, V, w));
  for (ptrdiff_t k = 0; k < d; k++) {
    if (w[k] <= 0)
      continue;
    SGDL_GET(examples->hessian_product(examples->user, 1, V + k * d, rows));
    SGDL_GET(backend->gram(ctx, N, d, w[k] / (double)N, rows, N, 1.0, out));
  }
done:
  free(V);
  free(w);
  free(rows);
  return status;
}

sgdl_status sgdl_examples_sandwich(sgdl_context *ctx, const sgdl_examples *examples, const double *P,
                                   double *out)
{
  return examples->factor != NULL ? sandwich_factors(ctx, examples, P, out)
                                  : sandwich_products(ctx, examples, P, out);
}

/* ---- tables ------------------------------------------------------------------------------------- */

/* (H_i)_lm^2 = sum_{r,s} (b_irl b_isl)(b_irm b_ism) and n_il (H_i)_lm n_im = sum_r (n_il b_irl)(n_im b_irm):
 * Gram matrices of products of columns, pairs r < s counted twice. */
static sgdl_status tables_factors(sgdl_context *ctx, const sgdl_examples *examples, double *T, double *U)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  ptrdiff_t N = examples->N, d = examples->d, ld = N * examples->rank;
  double *tile = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &tile, TILE_ROWS * d, "a tile of examples"));
  for (ptrdiff_t first = 0; first < N; first += TILE_ROWS) {
    ptrdiff_t m = rows_in_tile(examples, first);
    for (ptrdiff_t r = 0; r < examples->rank; r++) {
      const double *b = factor_rows(examples, first, r), *n = examples->gradient + first;
      double add = first > 0 || r > 0 ? 1.0 : 0.0;
      for (ptrdiff_t l = 0; l < d; l++)
        for (ptrdiff_t i = 0; i < m; i++)
          tile[i + l * m] = n[i + l * N] * b[i + l * ld];
      SGDL_GET(backend->gram(ctx, m, d, 1.0 / (double)N, tile, m, add, U));
      for (ptrdiff_t s = 0; s <= r; s++) {
        const double *c = factor_rows(examples, first, s);
        for (ptrdiff_t l = 0; l < d; l++)
          for (ptrdiff_t i = 0; i < m; i++)
            tile[i + l * m] = b[i + l * ld] * c[i + l * ld];
        SGDL_GET(backend->gram(ctx, m, d, (s < r ? 2.0 : 1.0) / (double)N, tile, m, s > 0 ? 1.0 : add, T));
      }
    }
    if (sgdl_poll(ctx, (double)first / (double)N))
      SGDL_GET(sgdl_fail(ctx, SGDL_INTERRUPTED, "stopped after %td of %td examples", first, N));
  }
done:
  free(tile);
  return status;
}

/* Column m of both from the products H_i e_m. */
static sgdl_status tables_products(sgdl_context *ctx, const sgdl_examples *examples, double *T, double *U)
{
  ptrdiff_t N = examples->N, d = examples->d;
  double *unit = NULL, *rows = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &unit, d, "a unit vector"));
  SGDL_GET(sgdl_alloc(ctx, &rows, sgdl_times(N, d), "Hessian products"));
  memset(unit, 0, sizeof(double) * (size_t)d);
  for (ptrdiff_t m = 0; m < d; m++) {
    const double *nm = examples->gradient + m * N;
    unit[m] = 1;
    SGDL_GET(examples->hessian_product(examples->user, 1, unit, rows));
    unit[m] = 0;
    for (ptrdiff_t l = 0; l < d; l++) {
      const double *h = rows + l * N, *nl = examples->gradient + l * N;
      double squares = 0, cubes = 0;
      for (ptrdiff_t i = 0; i < N; i++) {
        squares += h[i] * h[i];
        cubes += nl[i] * h[i] * nm[i];
      }
      T[l + m * d] = squares / (double)N;
      U[l + m * d] = cubes / (double)N;
    }
    if (sgdl_poll(ctx, (double)m / (double)d))
      SGDL_GET(sgdl_fail(ctx, SGDL_INTERRUPTED, "stopped after %td of %td modes", m, d));
  }
done:
  free(unit);
  free(rows);
  return status;
}

sgdl_status sgdl_examples_tables(sgdl_context *ctx, const sgdl_examples *examples, double *T, double *U)
{
  return examples->factor != NULL ? tables_factors(ctx, examples, T, U)
                                  : tables_products(ctx, examples, T, U);
}
