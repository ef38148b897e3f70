/* What is recorded and where it goes: which steps, which coordinates or directions of the state, and the
 * transposed write of states into columns of rows. */
#include "run.h"

#include "../base/transpose.h"

#include <stdlib.h>
#include <string.h>

/* ---- which steps ---- */

ptrdiff_t sgdl_simulation_records(const sgdl_simulation *sim)
{
  return sim->record_steps ? sim->n_record : sim->steps / sim->record_every + 1;
}

ptrdiff_t sgdl_simulation_record_step(const sgdl_simulation *sim, ptrdiff_t r)
{
  return sim->record_steps ? (ptrdiff_t)sim->record_steps[r] : r * sim->record_every;
}

ptrdiff_t sgdl_records_until(const sgdl_simulation *sim, ptrdiff_t step)
{
  if (!sim->record_steps) return step / sim->record_every + 1;
  ptrdiff_t below = 0, above = sim->n_record; /* records [0, below) are at steps <= step, [above, ...) past it */
  while (below < above) {
    ptrdiff_t middle = below + (above - below) / 2;
    if (sim->record_steps[middle] <= (double)step)
      below = middle + 1;
    else
      above = middle;
  }
  return below;
}

sgdl_rows sgdl_select_records(const sgdl_simulation *sim, ptrdiff_t step, ptrdiff_t n, ptrdiff_t m,
                              double *states)
{
  sgdl_rows rows = {m, 0, sgdl_records_until(sim, step), states};
  rows.n = sgdl_records_until(sim, step + n) - rows.first;
  if (rows.n == n) return rows;
  for (ptrdiff_t r = 0; r < rows.n; r++) {
    ptrdiff_t s = sgdl_simulation_record_step(sim, rows.first + r) - step - 1;
    if (s != r) memcpy(states + 2 * m * r, states + 2 * m * s, 2 * (size_t)m * sizeof *states);
  }
  return rows;
}

/* ---- which coordinates ---- */

ptrdiff_t sgdl_simulation_width(const sgdl_model *model, const sgdl_simulation *sim)
{
  return sim->n_observed > 0 ? sim->n_observed : model->dim;
}

typedef struct numbered {
  ptrdiff_t coordinate, column;
} numbered;

static int by_coordinate(const void *x, const void *y)
{
  const numbered *a = x, *b = y;
  if (a->coordinate != b->coordinate) return a->coordinate < b->coordinate ? -1 : 1;
  return (a->column > b->column) - (a->column < b->column);
}

static sgdl_status sort_columns(sgdl_context *ctx, const sgdl_simulation *sim, ptrdiff_t **order)
{
  size_t n = (size_t)sim->n_observed;
  numbered *columns = malloc(n * sizeof *columns);
  *order = malloc(n * sizeof **order);
  if (!columns || !*order) {
    free(columns);
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory to order %td coordinates", sim->n_observed);
  }
  for (size_t q = 0; q < n; q++) columns[q] = (numbered){sim->coordinates[q], (ptrdiff_t)q};
  qsort(columns, n, sizeof *columns, by_coordinate);
  for (size_t q = 0; q < n; q++) (*order)[q] = columns[q].column;
  free(columns);
  return SGDL_OK;
}

sgdl_status sgdl_observer_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                               int in_modes, sgdl_observer *observer)
{
  int to_modes = sim->record_modes != 0, change = (in_modes != 0) != to_modes;
  *observer =
      (sgdl_observer){.sim = sim, .d = model->dim, .width = sgdl_simulation_width(model, sim)};
  observer->direct = sim->directions || (sim->coordinates && change && model->vectors);
  observer->whole = change && (sim->summaries || !observer->direct);
  if (observer->whole) SGDL_TRY(sgdl_projection_init(ctx, model, to_modes, &observer->projection));
  if (sim->directions)
    return sgdl_projection_directions(ctx, model, change, to_modes, sim->n_observed, sim->directions,
                                      &observer->observed);
  if (observer->direct)
    return sgdl_projection_coordinates(ctx, model, to_modes, sim->n_observed, sim->coordinates,
                                       &observer->observed);
  return sim->coordinates ? sort_columns(ctx, sim, &observer->order) : SGDL_OK;
}

void sgdl_observer_free(sgdl_observer *observer)
{
  sgdl_projection_free(&observer->projection);
  sgdl_projection_free(&observer->observed);
  free(observer->order);
  observer->order = NULL;
}

/* ---- rows into columns ---- */

/* The part of `rows` that lies in the arrays; *row: where its first one goes. */
static sgdl_rows clip(const sgdl_recording *recording, sgdl_rows rows, ptrdiff_t *row)
{
  ptrdiff_t skip = recording->first - rows.first;
  if (skip < 0) skip = 0;
  if (skip > rows.n) skip = rows.n;
  rows.first += skip;
  rows.states += 2 * rows.m * skip;
  rows.n -= skip;
  *row = rows.first - recording->first;
  ptrdiff_t room = recording->rows - *row;
  if (rows.n > room) rows.n = room > 0 ? room : 0;
  return rows;
}

void sgdl_record_columns(const sgdl_observer *observer, const sgdl_recording *recording, ptrdiff_t path,
                         ptrdiff_t column, const sgdl_rows *rows)
{
  ptrdiff_t row, ld = recording->rows, m = rows->m;
  sgdl_rows kept = clip(recording, *rows, &row);
  if (kept.n == 0) return;
  ptrdiff_t at = row + ld * (column + path * observer->width);
  double *arrays[2] = {recording->theta, recording->velocity};
  for (int a = 0; a < 2; a++)
    if (arrays[a]) sgdl_transpose(m, kept.n, 2 * m, kept.states + a * m, ld, arrays[a] + at);
}

/* First place in `order` whose coordinate is not below `coordinate`. */
static ptrdiff_t first_observed(const sgdl_observer *observer, ptrdiff_t coordinate)
{
  ptrdiff_t below = 0, above = observer->width;
  while (below < above) {
    ptrdiff_t middle = below + (above - below) / 2;
    if (observer->sim->coordinates[observer->order[middle]] < coordinate)
      below = middle + 1;
    else
      above = middle;
  }
  return below;
}

void sgdl_record_coordinates(const sgdl_observer *observer, const sgdl_recording *recording, ptrdiff_t path,
                             ptrdiff_t first, const sgdl_rows *rows)
{
  if (!observer->order) {
    sgdl_record_columns(observer, recording, path, first, rows);
    return;
  }
  ptrdiff_t row, ld = recording->rows, m = rows->m;
  sgdl_rows kept = clip(recording, *rows, &row);
  for (ptrdiff_t q = first_observed(observer, first); q < observer->width; q++) {
    ptrdiff_t column = observer->order[q], c = observer->sim->coordinates[column] - first;
    if (c >= m) break;
    ptrdiff_t at = row + ld * (column + path * observer->width);
    if (recording->theta) sgdl_transpose(1, kept.n, 2 * m, kept.states + c, ld, recording->theta + at);
    if (recording->velocity) sgdl_transpose(1, kept.n, 2 * m, kept.states + m + c, ld, recording->velocity + at);
  }
}
