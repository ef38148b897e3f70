/* Checks of the data of an objective; each message names the argument, its value and what was expected. */
#include "builtin.h"

#include <math.h>

static sgdl_status check_size(sgdl_context *ctx, const sgdl_dataset *data)
{
  if (!data->y || (!data->X && !data->column_start))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`X`, `y` are missing: an objective needs the data");
  if (data->N < 1 || data->p < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`X` is %td x %td: expected at least one row and one column",
                     data->N, data->p);
  if ((uint64_t)data->N > UINT32_MAX || (uint64_t)data->p > UINT32_MAX)
    return sgdl_fail(ctx, SGDL_TOO_LARGE, "`X` is %td x %td: expected at most %u rows and columns", data->N,
                     data->p, UINT32_MAX);
  return SGDL_OK;
}

/* Column j of sparse X: in order, inside, finite. */
static sgdl_status check_column(sgdl_context *ctx, const sgdl_dataset *data, ptrdiff_t j)
{
  ptrdiff_t previous = -1;
  for (ptrdiff_t e = data->column_start[j]; e < data->column_start[j + 1]; e++) {
    ptrdiff_t i = data->row[e];
    if (i < 0 || i >= data->N)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`X` has an entry in row %td, column %td: expected rows 1 to %td", i + 1, j + 1,
                       data->N);
    if (i <= previous)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`X` has row %td after row %td in column %td: expected increasing rows, each once",
                       i + 1, previous + 1, j + 1);
    if (!isfinite(data->value[e]))
      return sgdl_fail(ctx, SGDL_NOT_FINITE, "`X[%td, %td]` = %s: expected a finite number", i + 1, j + 1,
                       isnan(data->value[e]) ? "NaN" : data->value[e] > 0 ? "Inf" : "-Inf");
    previous = i;
  }
  return SGDL_OK;
}

static sgdl_status check_sparse(sgdl_context *ctx, const sgdl_dataset *data)
{
  ptrdiff_t nonzeros = data->column_start[data->p];
  if (data->column_start[0] != 0 || (nonzeros > 0 && (!data->row || !data->value)))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`X` is not a sparse matrix by columns: column_start[0] = %td, expected 0, with rows "
                     "and values", data->column_start[0]);
  for (ptrdiff_t j = 0; j < data->p; j++)
    if (data->column_start[j + 1] < data->column_start[j])
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`X` is not a sparse matrix by columns: column_start decreases from %td to %td at "
                       "column %td", data->column_start[j], data->column_start[j + 1], j + 1);
  for (ptrdiff_t j = 0; j < data->p; j++) SGDL_TRY(check_column(ctx, data, j));
  return SGDL_OK;
}

static sgdl_status check_classes(sgdl_context *ctx, const sgdl_dataset *data, ptrdiff_t n_classes)
{
  for (ptrdiff_t i = 0; i < data->N; i++)
    if (!(data->y[i] >= 0 && data->y[i] < (double)n_classes && data->y[i] == floor(data->y[i])))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`y[%td]` = %g: expected %s %td", i + 1, data->y[i],
                       n_classes == 2 ? "0 or" : "an integer from 0 to", n_classes - 1);
  return SGDL_OK;
}

/* How many classes y has to have: the fewest and the most. */
static sgdl_status check_n_classes(sgdl_context *ctx, sgdl_loss loss, ptrdiff_t n_classes)
{
  const char *expected = NULL;
  if (loss == SGDL_LINEAR && n_classes != 0)
    expected = "0 (the y of a linear regression are numbers)";
  else if (loss == SGDL_LOGISTIC && n_classes != 0 && n_classes != 2)
    expected = "2 for a logistic regression";
  else if (loss == SGDL_SOFTMAX && n_classes < 2)
    expected = "at least 2";
  else if (n_classes < 0 || n_classes == 1)
    expected = "0 (y are numbers) or at least 2";
  if (!expected) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_classes` = %td: expected %s", n_classes, expected);
}

static sgdl_status check_hidden(sgdl_context *ctx, sgdl_loss loss, ptrdiff_t hidden)
{
  if (loss == SGDL_TANH_NETWORK && hidden < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`hidden` = %td: expected at least one hidden unit", hidden);
  if (loss != SGDL_TANH_NETWORK && hidden != 0)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`hidden` = %td: expected 0, only a tanh network has hidden units", hidden);
  return SGDL_OK;
}

/* Parameters and scratch can be counted. */
static sgdl_status check_dim(sgdl_context *ctx, const sgdl_dataset *data, ptrdiff_t hidden)
{
  ptrdiff_t units = hidden > data->n_classes ? hidden : data->n_classes;
  if (units >= PTRDIFF_MAX / 1024 / (data->p + data->n_classes + SGDL_TILE))
    return sgdl_fail(ctx, SGDL_TOO_LARGE, "%td features with %td %s: expected fewer parameters", data->p,
                     units, hidden > data->n_classes ? "hidden units (`hidden`)" : "classes (`n_classes`)");
  return SGDL_OK;
}

sgdl_status sgdl_dataset_check(sgdl_context *ctx, sgdl_loss loss, const sgdl_dataset *data, ptrdiff_t hidden)
{
  if ((int)loss < SGDL_LINEAR || loss > SGDL_TANH_NETWORK)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`loss` = %d: expected one of sgdl_loss", (int)loss);
  SGDL_TRY(check_size(ctx, data));
  SGDL_TRY(check_hidden(ctx, loss, hidden));
  SGDL_TRY(check_n_classes(ctx, loss, data->n_classes));
  SGDL_TRY(check_dim(ctx, data, hidden));
  if (data->X)
    SGDL_TRY(sgdl_check_finite(ctx, "X", data->X, sgdl_times(data->N, data->p), data->N));
  else
    SGDL_TRY(check_sparse(ctx, data));
  SGDL_TRY(sgdl_check_finite(ctx, "y", data->y, data->N, 0));
  ptrdiff_t n_classes = loss == SGDL_LOGISTIC ? 2 : data->n_classes;
  return n_classes > 0 ? check_classes(ctx, data, n_classes) : SGDL_OK;
}
