/* Softmax regression: outputs W'x, a class each. */
#include "outputs.h"

#include <string.h>

/* Scratch: W and the sum (p x width by rows each), the direction of Hessian products, and tiles. */
typedef struct scratch {
  double *W, *sum, *along, *padding, *zeros, *F, *R;
} scratch;

static scratch scratch_of(const sgdl_builtin *self, double *work)
{
  ptrdiff_t width = self->output_width, matrix = self->rows.p * width, tile = width * self->rows.tile;
  scratch s;
  s.W = work;
  s.sum = s.W + matrix;
  s.along = s.sum + matrix;
  s.padding = s.along + matrix;
  s.zeros = s.padding + width;
  s.F = s.zeros + width;
  s.R = s.F + tile;
  return s;
}

static ptrdiff_t scratch_size(const sgdl_builtin *self)
{
  return self->output_width * (3 * self->rows.p + 2 + 2 * self->rows.tile);
}

static scratch begin(const sgdl_builtin *self, const double *theta, double *work)
{
  scratch s = scratch_of(self, work);
  sgdl_rows_pack(self->rows.p, self->outputs, self->output_width, theta, s.W);
  for (ptrdiff_t k = 0; k < self->output_width; k++) {
    s.zeros[k] = 0.0;
    s.padding[k] = k < self->outputs ? 0.0 : sgdl_output_padding(self);
  }
  return s;
}

static void clear_sum(const sgdl_builtin *self, const scratch *s)
{
  memset(s->sum, 0, (size_t)(self->rows.p * self->output_width) * sizeof *s->sum);
}

static sgdl_status gradient(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                            ptrdiff_t size, const uint32_t *batch, const double *weights, double *work,
                            double *result)
{
  const sgdl_builtin *self = objective->self;
  const sgdl_rows *rows = &self->rows;
  ptrdiff_t width = self->output_width;
  double y[SGDL_TILE];
  sgdl_selection examples;
  SGDL_TRY(sgdl_select(ctx, rows, size, batch, weights, &examples));
  scratch s = begin(self, theta, work);
  clear_sum(self, &s);
  for (ptrdiff_t first = 0; first < size; first += rows->tile) {
    ptrdiff_t n = sgdl_tile_size(rows, size, first);
    sgdl_rows_times_wide(rows, &examples, first, n, width, s.W, s.padding, s.F);
    sgdl_rows_targets(rows, &examples, first, n, y);
    sgdl_output_residuals(self, n, y, s.F);
    for (ptrdiff_t q = 0; weights && q < n; q++)
      for (ptrdiff_t k = 0; k < width; k++) s.F[q * width + k] *= weights[first + q];
    sgdl_rows_add_wide(rows, &examples, first, n, width, s.F, s.sum);
  }
  sgdl_rows_unpack(rows->p, self->outputs, width, s.sum, sgdl_divisor(&examples), result);
  return SGDL_OK;
}

static sgdl_status loss(const sgdl_objective *objective, sgdl_context *ctx, const double *theta, double *work,
                        double *result)
{
  (void)ctx;
  const sgdl_builtin *self = objective->self;
  const sgdl_rows *rows = &self->rows;
  sgdl_selection examples = sgdl_select_all(rows);
  double y[SGDL_TILE], total = 0.0;
  scratch s = begin(self, theta, work);
  for (ptrdiff_t first = 0; first < rows->N; first += rows->tile) {
    ptrdiff_t n = sgdl_tile_size(rows, rows->N, first);
    sgdl_rows_times_wide(rows, &examples, first, n, self->output_width, s.W, s.padding, s.F);
    sgdl_rows_targets(rows, &examples, first, n, y);
    total += sgdl_output_loss(self, n, y, s.F);
  }
  *result = total / (double)rows->N;
  return SGDL_OK;
}

/* HV = mean of x (diag(p) - p p') x'V */
static sgdl_status hessian_product(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                                   ptrdiff_t n_vectors, const double *V, double *work, double *HV)
{
  (void)ctx;
  const sgdl_builtin *self = objective->self;
  const sgdl_rows *rows = &self->rows;
  ptrdiff_t width = self->output_width;
  sgdl_selection examples = sgdl_select_all(rows);
  scratch s = begin(self, theta, work);
  for (ptrdiff_t v = 0; v < n_vectors; v++) {
    sgdl_rows_pack(rows->p, self->outputs, width, V + v * objective->dim, s.along);
    clear_sum(self, &s);
    for (ptrdiff_t first = 0; first < rows->N; first += rows->tile) {
      ptrdiff_t n = sgdl_tile_size(rows, rows->N, first);
      sgdl_rows_times_wide(rows, &examples, first, n, width, s.W, s.padding, s.F);
      sgdl_rows_times_wide(rows, &examples, first, n, width, s.along, s.zeros, s.R);
      sgdl_output_curvatures(self, n, s.F, s.R);
      sgdl_rows_add_wide(rows, &examples, first, n, width, s.R, s.sum);
    }
    sgdl_rows_unpack(rows->p, self->outputs, width, s.sum, (double)rows->N, HV + v * objective->dim);
  }
  return SGDL_OK;
}

void sgdl_softmax_setup(sgdl_objective *objective)
{
  const sgdl_builtin *self = objective->self;
  objective->dim = self->rows.p * self->outputs;
  objective->work_size = scratch_size(self);
  objective->gradient = gradient;
  objective->loss = loss;
  objective->hessian_product = hessian_product;
}
