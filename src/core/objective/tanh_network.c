/* Network with one hidden layer: t = tanh(A'x + a), f = B't + b. Gradients by back-propagation,
 * Hessian-vector products by Pearlmutter's R-operator (R g = dg/de at theta + e v), which is exact. */
#include "outputs.h"
#include "elementary.h"

#include <string.h>

/* Parameters, or a direction, or sums, in whole lanes. */
typedef struct layers {
  double *A; /* p x hidden_width by rows        */
  double *a; /* hidden_width                    */
  double *B; /* hidden_width x outputs, columns */
  double *b; /* output_width                    */
} layers;

static ptrdiff_t layers_size(const sgdl_builtin *self)
{
  return self->hidden_width * (self->rows.p + 1 + self->outputs) + self->output_width;
}

static layers layers_of(const sgdl_builtin *self, double *block)
{
  ptrdiff_t width = self->hidden_width;
  layers l;
  l.A = block;
  l.a = l.A + self->rows.p * width;
  l.B = l.a + width;
  l.b = l.B + self->outputs * width;
  return l;
}

/* In the order of theta: A, a, B, b. */
static void pack(const sgdl_builtin *self, const double *theta, double padding, layers *l)
{
  ptrdiff_t p = self->rows.p, hidden = self->hidden, width = self->hidden_width;
  sgdl_rows_pack(p, hidden, width, theta, l->A);
  theta += p * hidden;
  for (ptrdiff_t o = -1; o < self->outputs; o++) /* a, and the columns of B, which follow it */
    for (ptrdiff_t k = 0; k < width; k++)
      l->B[o * width + k] = k < hidden ? theta[(o + 1) * hidden + k] : 0.0;
  theta += hidden * (1 + self->outputs);
  for (ptrdiff_t o = 0; o < self->output_width; o++) l->b[o] = o < self->outputs ? theta[o] : padding;
}

static void unpack(const sgdl_builtin *self, const layers *l, double divisor, double *result)
{
  ptrdiff_t p = self->rows.p, hidden = self->hidden, width = self->hidden_width;
  sgdl_rows_unpack(p, hidden, width, l->A, divisor, result);
  result += p * hidden;
  for (ptrdiff_t o = -1; o < self->outputs; o++)
    for (ptrdiff_t k = 0; k < hidden; k++) result[(o + 1) * hidden + k] = l->B[o * width + k] / divisor;
  result += hidden * (1 + self->outputs);
  for (ptrdiff_t o = 0; o < self->outputs; o++) result[o] = l->b[o] / divisor;
}

/* ---- one tile of examples, layer by layer; T, S: hidden_width x n, F: output_width x n ---- */

SGDL_VECTORISED static void tanh_all(ptrdiff_t n, double *T)
{
  for (ptrdiff_t k = 0; k < n; k += SGDL_LANES) {
    sgdl_lanes x, t;
    memcpy(&x, T + k, sizeof x);
    sgdl_tanh(&x, &t);
    memcpy(T + k, &t, sizeof t);
  }
}

/* F = b + B'T */
SGDL_VECTORISED static void outputs_of(const sgdl_builtin *self, const layers *l, ptrdiff_t n,
                                       const double *T, double *F)
{
  ptrdiff_t width = self->hidden_width;
  for (ptrdiff_t q = 0; q < n; q++) {
    double *f = F + q * self->output_width;
    for (ptrdiff_t o = 0; o < self->outputs; o++) {
      sgdl_lanes sum = {0}, t, b;
      for (ptrdiff_t k = 0; k < width; k += SGDL_LANES) {
        memcpy(&t, T + q * width + k, sizeof t);
        memcpy(&b, l->B + o * width + k, sizeof b);
        sum += t * b;
      }
      f[o] = sgdl_sum_lanes(&sum) + l->b[o];
    }
    for (ptrdiff_t o = self->outputs; o < self->output_width; o++) f[o] = l->b[o];
  }
}

/* S (+)= B D: from outputs back to hidden units. */
SGDL_VECTORISED static void back(const sgdl_builtin *self, const layers *l, int add, ptrdiff_t n,
                                 const double *D, double *S)
{
  ptrdiff_t width = self->hidden_width;
  for (ptrdiff_t q = 0; q < n; q++)
    for (ptrdiff_t k = 0; k < width; k += SGDL_LANES) {
      sgdl_lanes s = {0}, b;
      if (add) memcpy(&s, S + q * width + k, sizeof s);
      for (ptrdiff_t o = 0; o < self->outputs; o++) {
        memcpy(&b, l->B + o * width + k, sizeof b);
        s += D[q * self->output_width + o] * b;
      }
      memcpy(S + q * width + k, &s, sizeof s);
    }
}

/* B += T D': products of hidden units and outputs */
SGDL_VECTORISED static void add_products(const sgdl_builtin *self, ptrdiff_t n, const double *T,
                                         const double *D, layers *sum)
{
  ptrdiff_t width = self->hidden_width;
  for (ptrdiff_t o = 0; o < self->outputs; o++)
    for (ptrdiff_t k = 0; k < width; k += SGDL_LANES) {
      sgdl_lanes s, t;
      memcpy(&s, sum->B + o * width + k, sizeof s);
      for (ptrdiff_t q = 0; q < n; q++) {
        memcpy(&t, T + q * width + k, sizeof t);
        s += D[q * self->output_width + o] * t;
      }
      memcpy(sum->B + o * width + k, &s, sizeof s);
    }
}

/* total += columns of C (width x n) */
SGDL_VECTORISED static void add_columns(ptrdiff_t width, ptrdiff_t n, const double *C, double *total)
{
  for (ptrdiff_t q = 0; q < n; q++)
    for (ptrdiff_t k = 0; k < width; k++) total[k] += C[q * width + k];
}

/* S <- (1 - T^2) S, the derivative of tanh */
SGDL_VECTORISED static void through_tanh(ptrdiff_t n, const double *T, double *S)
{
  for (ptrdiff_t k = 0; k < n; k++) S[k] *= (1.0 - T[k]) * (1.0 + T[k]);
}

/* RS = (1 - T^2) RE - 2 T RT E, where S = (1 - T^2) E */
SGDL_VECTORISED static void through_tanh_r(ptrdiff_t n, const double *T, const double *RT, const double *E,
                                           double *RE)
{
  for (ptrdiff_t k = 0; k < n; k++)
    RE[k] = (1.0 - T[k]) * (1.0 + T[k]) * RE[k] - 2.0 * T[k] * RT[k] * E[k];
}

/* ---- the objective ---- */

/* Scratch: parameters, sums and direction; tiles. The R tiles are for Hessian products. */
typedef struct scratch {
  layers theta, sum, along;
  double *T, *S, *RT, *RS, *F, *RF;
} scratch;

static ptrdiff_t scratch_size(const sgdl_builtin *self)
{
  return 3 * layers_size(self) + self->rows.tile * (4 * self->hidden_width + 2 * self->output_width);
}

static scratch begin(const sgdl_builtin *self, const double *theta, double *work)
{
  ptrdiff_t size = layers_size(self), hidden = self->hidden_width * self->rows.tile;
  scratch s = {.theta = layers_of(self, work),
               .sum = layers_of(self, work + size),
               .along = layers_of(self, work + 2 * size),
               .T = work + 3 * size};
  s.S = s.T + hidden;
  s.RT = s.S + hidden;
  s.RS = s.RT + hidden;
  s.F = s.RS + hidden;
  s.RF = s.F + self->output_width * self->rows.tile;
  pack(self, theta, sgdl_output_padding(self), &s.theta);
  return s;
}

static void clear_sum(const sgdl_builtin *self, const scratch *s)
{
  memset(s->sum.A, 0, (size_t)layers_size(self) * sizeof(double));
}

/* T and F of a tile, and its y. */
static void forward(const sgdl_builtin *self, const sgdl_selection *examples, const scratch *s,
                    ptrdiff_t first, ptrdiff_t n, double *y)
{
  sgdl_rows_times_wide(&self->rows, examples, first, n, self->hidden_width, s->theta.A, s->theta.a, s->T);
  tanh_all(n * self->hidden_width, s->T);
  outputs_of(self, &s->theta, n, s->T, s->F);
  sgdl_rows_targets(&self->rows, examples, first, n, y);
}

static sgdl_status gradient(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                            ptrdiff_t size, const uint32_t *batch, const double *weights, double *work,
                            double *result)
{
  const sgdl_builtin *self = objective->self;
  const sgdl_rows *rows = &self->rows;
  double y[SGDL_TILE];
  sgdl_selection examples;
  SGDL_TRY(sgdl_select(ctx, rows, size, batch, weights, &examples));
  scratch s = begin(self, theta, work);
  clear_sum(self, &s);
  for (ptrdiff_t first = 0; first < size; first += rows->tile) {
    ptrdiff_t n = sgdl_tile_size(rows, size, first);
    forward(self, &examples, &s, first, n, y);
    sgdl_output_residuals(self, n, y, s.F);
    for (ptrdiff_t q = 0; weights && q < n; q++)
      for (ptrdiff_t o = 0; o < self->outputs; o++) s.F[q * self->output_width + o] *= weights[first + q];
    back(self, &s.theta, 0, n, s.F, s.S);
    through_tanh(n * self->hidden_width, s.T, s.S);
    add_products(self, n, s.T, s.F, &s.sum);
    add_columns(self->output_width, n, s.F, s.sum.b);
    add_columns(self->hidden_width, n, s.S, s.sum.a);
    sgdl_rows_add_wide(rows, &examples, first, n, self->hidden_width, s.S, s.sum.A);
  }
  unpack(self, &s.sum, sgdl_divisor(&examples), result);
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
    forward(self, &examples, &s, first, n, y);
    total += sgdl_output_loss(self, n, y, s.F);
  }
  *result = total / (double)rows->N;
  return SGDL_OK;
}

/* Adds R of the gradient of a tile to s->sum. */
static void add_hessian_products(const sgdl_builtin *self, const sgdl_selection *examples, const scratch *s,
                                 ptrdiff_t first, ptrdiff_t n)
{
  ptrdiff_t width = self->hidden_width;
  double y[SGDL_TILE];
  layers sum = s->sum;
  forward(self, examples, s, first, n, y);
  sgdl_rows_times_wide(&self->rows, examples, first, n, width, s->along.A, s->along.a, s->RT);
  through_tanh(n * width, s->T, s->RT);
  /* RF = V_B'T + v_b + B'RT, through the loss; V_B'T + v_b first */
  outputs_of(self, &s->along, n, s->T, s->RF);
  for (ptrdiff_t q = 0; q < n; q++)
    for (ptrdiff_t o = 0; o < self->outputs; o++) {
      double product = 0.0;
      for (ptrdiff_t k = 0; k < self->hidden; k++)
        product += s->theta.B[o * width + k] * s->RT[q * width + k];
      s->RF[q * self->output_width + o] += product;
    }
  sgdl_output_curvatures(self, n, s->F, s->RF);
  sgdl_output_residuals(self, n, y, s->F);
  back(self, &s->theta, 0, n, s->F, s->S);
  back(self, &s->along, 0, n, s->F, s->RS);
  back(self, &s->theta, 1, n, s->RF, s->RS);
  through_tanh_r(n * width, s->T, s->RT, s->S, s->RS);
  add_products(self, n, s->T, s->RF, &sum);
  add_products(self, n, s->RT, s->F, &sum);
  add_columns(self->output_width, n, s->RF, sum.b);
  add_columns(width, n, s->RS, sum.a);
  sgdl_rows_add_wide(&self->rows, examples, first, n, width, s->RS, sum.A);
}

static sgdl_status hessian_product(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                                   ptrdiff_t n_vectors, const double *V, double *work, double *HV)
{
  (void)ctx;
  const sgdl_builtin *self = objective->self;
  const sgdl_rows *rows = &self->rows;
  sgdl_selection examples = sgdl_select_all(rows);
  scratch s = begin(self, theta, work);
  for (ptrdiff_t v = 0; v < n_vectors; v++) {
    pack(self, V + v * objective->dim, 0.0, &s.along);
    clear_sum(self, &s);
    for (ptrdiff_t first = 0; first < rows->N; first += rows->tile)
      add_hessian_products(self, &examples, &s, first, sgdl_tile_size(rows, rows->N, first));
    unpack(self, &s.sum, (double)rows->N, HV + v * objective->dim);
  }
  return SGDL_OK;
}

void sgdl_tanh_network_setup(sgdl_objective *objective)
{
  const sgdl_builtin *self = objective->self;
  objective->dim = self->hidden * (self->rows.p + 1 + self->outputs) + self->outputs;
  objective->work_size = scratch_size(self);
  objective->gradient = gradient;
  objective->loss = loss;
  objective->hessian_product = hessian_product;
}
