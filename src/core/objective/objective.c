/* Built-in objectives: their data, and the loss that is set up on it. */
#include "builtin.h"

#include <stdlib.h>

sgdl_selection sgdl_select_all(const sgdl_rows *rows)
{
  return (sgdl_selection){.size = rows->N};
}

SGDL_VECTORISED static uint32_t largest(ptrdiff_t n, const uint32_t *x)
{
  uint32_t most = 0;
  for (ptrdiff_t i = 0; i < n; i++) most = x[i] > most ? x[i] : most;
  return most;
}

sgdl_status sgdl_select(sgdl_context *ctx, const sgdl_rows *rows, ptrdiff_t size, const uint32_t *batch,
                             const double *weights, sgdl_selection *examples)
{
  *examples = (sgdl_selection){size, batch, weights};
  if (size < 1 || (!batch && size != rows->N))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "the batch has %td examples: expected %s %td", size,
                     batch ? "at least" : "all", batch ? 1 : rows->N);
  if (batch && (ptrdiff_t)largest(size, batch) >= rows->N)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "the batch has example %u: expected 0 to %td",
                     largest(size, batch), rows->N - 1);
  return SGDL_OK;
}

static void destroy(sgdl_objective *objective)
{
  sgdl_builtin *self = objective->self;
  sgdl_rows_free(&self->rows);
  free(self);
}

sgdl_status sgdl_objective_create(sgdl_context *ctx, sgdl_loss loss, const sgdl_dataset *data,
                                  ptrdiff_t hidden, sgdl_objective *objective)
{
  *objective = (sgdl_objective){0};
  SGDL_TRY(sgdl_dataset_check(ctx, loss, data, hidden));
  sgdl_builtin *self = calloc(1, sizeof *self);
  if (!self) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the objective");
  self->loss = loss;
  self->classes = data->n_classes > 0;
  self->outputs = loss != SGDL_LOGISTIC && self->classes ? data->n_classes : 1;
  self->output_width = sgdl_padded(self->outputs);
  self->hidden = hidden;
  self->hidden_width = sgdl_padded(hidden);
  *objective = (sgdl_objective){.n_examples = data->N,
                                .parallel = 1,
                                .self = self,
                                .takes_weights = 1,
                                .covariance = sgdl_example_covariance,
                                .destroy = destroy};
  sgdl_status status = sgdl_rows_create(ctx, data, &self->rows);
  if (status != SGDL_OK) {
    sgdl_objective_free(objective);
    return status;
  }
  switch (loss) {
  case SGDL_LINEAR:
  case SGDL_LOGISTIC:
    sgdl_generalised_linear_setup(objective);
    break;
  case SGDL_SOFTMAX:
    sgdl_softmax_setup(objective);
    break;
  case SGDL_TANH_NETWORK:
    sgdl_tanh_network_setup(objective);
    break;
  }
  return SGDL_OK;
}

void sgdl_objective_free(sgdl_objective *objective)
{
  if (objective->destroy) objective->destroy(objective);
  *objective = (sgdl_objective){0};
}
