/* What objectives refuse, and gradients compiled by users. */
#include "check.h"
#include "sgdl.h"

#include <stdlib.h>

/* ---- data ---- */

enum { N = 4, P = 2 };

typedef struct input {
  double X[N * P], y[N], value[3];
  ptrdiff_t start[P + 1], row[3];
  sgdl_dataset dense, sparse;
} input;

/* Good data for a test to spoil. */
static void good(input *in)
{
  *in = (input){.X = {1, 2, 3, 4, 5, 6, 7, 8}, .y = {0, 1, 1, 0}, .value = {1, 2, 3}, .start = {0, 2, 3},
                .row = {0, 3, 1}};
  in->dense = (sgdl_dataset){.N = N, .p = P, .X = in->X, .y = in->y};
  in->sparse = (sgdl_dataset){
      .N = N, .p = P, .column_start = in->start, .row = in->row, .value = in->value, .y = in->y};
}

static void refused(sgdl_loss loss, const sgdl_dataset *data, ptrdiff_t hidden, sgdl_status status,
                    const char *message)
{
  sgdl_context ctx;
  sgdl_objective objective;
  sgdl_context_init(&ctx);
  CHECK_STATUS(sgdl_objective_create(&ctx, loss, data, hidden, &objective), status);
  CHECK_TEXT(ctx.message, message);
  CHECK(!objective.self && !objective.gradient);
  sgdl_objective_free(&objective);
}

static void bad_dense_data(void)
{
  input in;
  good(&in);
  in.dense.y = NULL;
  refused(SGDL_LINEAR, &in.dense, 0, SGDL_BAD_ARGUMENT, "`X`, `y` are missing: an objective needs the data");
  good(&in);
  in.dense.X = NULL;
  refused(SGDL_LINEAR, &in.dense, 0, SGDL_BAD_ARGUMENT, "`X`, `y` are missing");
  good(&in);
  in.dense.p = 0;
  refused(SGDL_LINEAR, &in.dense, 0, SGDL_BAD_ARGUMENT,
          "`X` is 4 x 0: expected at least one row and one column");
  good(&in);
  in.dense.N = (ptrdiff_t)1 << 33;
  refused(SGDL_LINEAR, &in.dense, 0, SGDL_TOO_LARGE,
          "`X` is 8589934592 x 2: expected at most 4294967295 rows and columns");
  good(&in);
  in.X[6] = NAN;
  refused(SGDL_LINEAR, &in.dense, 0, SGDL_NOT_FINITE, "`X[3, 2]` = NaN: expected a finite number");
  good(&in);
  in.y[1] = INFINITY;
  refused(SGDL_LINEAR, &in.dense, 0, SGDL_NOT_FINITE, "`y[2]` = Inf: expected a finite number");
}

static void bad_sparse_data(void)
{
  input in;
  good(&in);
  in.value[2] = -INFINITY;
  refused(SGDL_LINEAR, &in.sparse, 0, SGDL_NOT_FINITE, "`X[2, 2]` = -Inf: expected a finite number");
  good(&in);
  in.row[1] = 4;
  refused(SGDL_LINEAR, &in.sparse, 0, SGDL_BAD_ARGUMENT,
          "`X` has an entry in row 5, column 1: expected rows 1 to 4");
  good(&in);
  in.row[1] = 0;
  refused(SGDL_LINEAR, &in.sparse, 0, SGDL_BAD_ARGUMENT,
          "`X` has row 1 after row 1 in column 1: expected increasing rows, each once");
  good(&in);
  in.start[0] = 1;
  refused(SGDL_LINEAR, &in.sparse, 0, SGDL_BAD_ARGUMENT,
          "`X` is not a sparse matrix by columns: column_start[0] = 1, expected 0, with rows and values");
  good(&in);
  in.start[1] = 4;
  refused(SGDL_LINEAR, &in.sparse, 0, SGDL_BAD_ARGUMENT,
          "`X` is not a sparse matrix by columns: column_start decreases from 4 to 3 at column 2");
}

static void bad_targets(void)
{
  input in;
  good(&in);
  in.y[2] = 2;
  refused(SGDL_LOGISTIC, &in.dense, 0, SGDL_BAD_ARGUMENT, "`y[3]` = 2: expected 0 or 1");
  in.dense.n_classes = 3;
  refused(SGDL_LOGISTIC, &in.dense, 0, SGDL_BAD_ARGUMENT,
          "`n_classes` = 3: expected 2 for a logistic regression");
  refused(SGDL_LINEAR, &in.dense, 0, SGDL_BAD_ARGUMENT,
          "`n_classes` = 3: expected 0 (the y of a linear regression are numbers)");
  in.y[2] = 1.5;
  refused(SGDL_SOFTMAX, &in.dense, 0, SGDL_BAD_ARGUMENT, "`y[3]` = 1.5: expected an integer from 0 to 2");
  refused(SGDL_TANH_NETWORK, &in.dense, 3, SGDL_BAD_ARGUMENT,
          "`y[3]` = 1.5: expected an integer from 0 to 2");
  in.dense.n_classes = 1;
  refused(SGDL_SOFTMAX, &in.dense, 0, SGDL_BAD_ARGUMENT, "`n_classes` = 1: expected at least 2");
  refused(SGDL_TANH_NETWORK, &in.dense, 3, SGDL_BAD_ARGUMENT,
          "`n_classes` = 1: expected 0 (y are numbers) or at least 2");
}

static void bad_shapes(void)
{
  input in;
  good(&in);
  refused(SGDL_TANH_NETWORK, &in.dense, 0, SGDL_BAD_ARGUMENT,
          "`hidden` = 0: expected at least one hidden unit");
  refused(SGDL_LINEAR, &in.dense, 5, SGDL_BAD_ARGUMENT,
          "`hidden` = 5: expected 0, only a tanh network has hidden units");
  refused(SGDL_TANH_NETWORK, &in.dense, PTRDIFF_MAX / 2, SGDL_TOO_LARGE, "hidden units (`hidden`)");
  in.dense.n_classes = PTRDIFF_MAX / 2;
  refused(SGDL_SOFTMAX, &in.dense, 0, SGDL_TOO_LARGE, "classes (`n_classes`)");
  refused((sgdl_loss)9, &in.dense, 0, SGDL_BAD_ARGUMENT, "`loss` = 9: expected one of sgdl_loss");
}

/* An empty sparse matrix is one: no rows and values needed. */
static void all_zero_sparse_data(void)
{
  input in;
  sgdl_context ctx;
  sgdl_objective objective;
  double theta[P] = {1, 2}, g[P] = {9, 9};
  good(&in);
  in.start[1] = in.start[2] = 0;
  in.sparse.row = NULL;
  in.sparse.value = NULL;
  sgdl_context_init(&ctx);
  CHECK_STATUS(sgdl_objective_create(&ctx, SGDL_LINEAR, &in.sparse, 0, &objective), SGDL_OK);
  double *work = malloc((size_t)objective.work_size * sizeof *work);
  CHECK_STATUS(objective.gradient(&objective, &ctx, theta, N, NULL, NULL, work, g), SGDL_OK);
  CHECK(g[0] == 0 && g[1] == 0);
  free(work);
  sgdl_objective_free(&objective);
}

/* ---- compiled gradients ---- */

static int failing(ptrdiff_t dim, const double *theta, ptrdiff_t size, const uint32_t *batch,
                   double *gradient)
{
  (void)dim;
  (void)theta;
  (void)size;
  (void)batch;
  (void)gradient;
  return 7;
}

static void pointers(sgdl_context *ctx)
{
  sgdl_objective objective;
  double theta[2] = {1, 2}, g[2], weight = 1;
  CHECK_STATUS(sgdl_objective_pointer(ctx, failing, 2, 5, &objective), SGDL_OK);
  CHECK_INT(objective.dim, 2);
  CHECK_INT(objective.n_examples, 5);
  CHECK(!objective.parallel && !objective.takes_weights && !objective.loss && !objective.hessian_product);
  CHECK_STATUS(objective.gradient(&objective, ctx, theta, 5, NULL, NULL, NULL, g), SGDL_CALLBACK);
  CHECK_TEXT(ctx->message, "the compiled gradient returned 7: expected 0");
  CHECK_STATUS(objective.gradient(&objective, ctx, theta, 5, NULL, &weight, NULL, g), SGDL_UNSUPPORTED);
  CHECK_TEXT(ctx->message, "a compiled gradient takes no weights");
  sgdl_objective_free(&objective);
  CHECK_STATUS(sgdl_objective_pointer(ctx, NULL, 2, 5, &objective), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "the pointer to the compiled gradient is NULL: expected a function");
  CHECK_STATUS(sgdl_objective_pointer(ctx, failing, 0, 5, &objective), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`dim` = 0: expected at least one parameter");
  CHECK_STATUS(sgdl_objective_pointer(ctx, failing, 2, -1, &objective), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`n_examples` = -1: expected 0 (no batches) to 4294967295");
}

static void libraries(sgdl_context *ctx)
{
  sgdl_objective objective;
  uint32_t batch[2] = {3, 6};
  double theta[2] = {1, 2}, g[2];
  CHECK_STATUS(sgdl_objective_native(ctx, SGDL_TEST_NATIVE, "native_gradient", 2, 8, &objective), SGDL_OK);
  CHECK_STATUS(objective.gradient(&objective, ctx, theta, 2, batch, NULL, NULL, g), SGDL_OK);
  CHECK(g[0] == 1 - 4.5 && g[1] == 2 - 4.5);
  CHECK_STATUS(objective.gradient(&objective, ctx, theta, 8, NULL, NULL, NULL, g), SGDL_OK);
  CHECK(g[0] == 1 - 3.5 && g[1] == 2 - 3.5);
  sgdl_objective_free(&objective);
  sgdl_objective_free(&objective);

  CHECK_STATUS(sgdl_objective_native(ctx, SGDL_TEST_NATIVE, "absent", 2, 8, &objective), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`symbol` = \"absent\": expected a function that \"");
  CHECK_STATUS(sgdl_objective_native(ctx, "no/such.so", "f", 2, 8, &objective), SGDL_IO);
  CHECK_TEXT(ctx->message, "`file` = \"no/such.so\": expected a shared library (");
  CHECK_STATUS(sgdl_objective_native(ctx, "", "f", 2, 8, &objective), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`file` is empty: expected the path of a shared library");
  CHECK_STATUS(sgdl_objective_native(ctx, "a.so", NULL, 2, 8, &objective), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`symbol` is empty: expected the name of a function in \"a.so\"");
  CHECK_STATUS(sgdl_objective_native(ctx, SGDL_TEST_NATIVE, "native_gradient", 0, 8, &objective),
               SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`dim` = 0");
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  bad_dense_data();
  bad_sparse_data();
  bad_targets();
  bad_shapes();
  all_zero_sparse_data();
  pointers(&ctx);
  libraries(&ctx);
  return check_report();
}
