/* Inside a run: the layout of its state, what is done with the states it passes through (record.c writes rows,
 * summaries.c keeps running sums), and the driver's own fields (run.c). */
#ifndef SGDL_RUN_H
#define SGDL_RUN_H

#include "engine.h"

/* ---- simulate.c ---- */

/* Every field of `sim`, against the model. */
sgdl_status sgdl_simulation_check(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim);

/* ---- record.c ---- */

/* A stretch of recorded states: 2m x n (positions, then velocities), of records first, first + 1, ... */
typedef struct sgdl_rows {
  ptrdiff_t m, n, first;
  const double *states;
} sgdl_rows;

typedef struct sgdl_observer {
  const sgdl_simulation *sim;
  ptrdiff_t d, width;
  int whole;                  /* all recorded coordinates are worked out by `projection`             */
  int direct;                 /* what is observed comes from the stepper's states through `observed` */
  sgdl_projection projection, observed;
  ptrdiff_t *order;           /* columns by increasing coordinate; NULL unless coordinates are chosen */
} sgdl_observer;

sgdl_status sgdl_observer_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                               int in_modes, sgdl_observer *observer);
void sgdl_observer_free(sgdl_observer *observer);
/* Of the n states (2m each) after steps step + 1, ... moves those that are recorded to the front. */
sgdl_rows sgdl_select_records(const sgdl_simulation *sim, ptrdiff_t step, ptrdiff_t n, ptrdiff_t m,
                              double *states);
/* Records of one path up to and with `step`. */
ptrdiff_t sgdl_records_until(const sgdl_simulation *sim, ptrdiff_t step);
/* Rows whose columns are neighbours, into columns [column, column + rows->m) of a path. */
void sgdl_record_columns(const sgdl_observer *observer, const sgdl_recording *recording, ptrdiff_t path,
                         ptrdiff_t column, const sgdl_rows *rows);
/* Rows of coordinates [first, first + rows->m): those of them that are observed. */
void sgdl_record_coordinates(const sgdl_observer *observer, const sgdl_recording *recording, ptrdiff_t path,
                             ptrdiff_t first, const sgdl_rows *rows);

/* ---- summaries.c ---- */

enum { SGDL_PIECE = 1024 }; /* coordinates whose squares are added up before pieces are: fixes the bits */

/* Where summaries live: vectors of d (-1: not kept), each of all paths one after another, so that mean and variance
 * are what users get; then sums per path and lag, then rows of series, one per record, n_series x n_paths. A record
 * adds n_scalars numbers per path. */
typedef struct sgdl_summary_layout {
  int kinds;
  ptrdiff_t d, n_paths, n_lags;
  ptrdiff_t stride;           /* from a vector of a path to its next: d * n_paths */
  const double *lags;
  ptrdiff_t mean, variance, start, previous, origins, n_vectors;
  ptrdiff_t displacement, local, lag_scalars, n_scalars, n_series;
} sgdl_summary_layout;

void sgdl_summary_layout_init(const sgdl_simulation *sim, ptrdiff_t d, sgdl_summary_layout *layout);
/* Positions of coordinates [first, first + rows->m), rows->m <= SGDL_BAND, of a path whose first vector begins at
 * `vectors`; adds to sums (n_scalars per record). */
void sgdl_summarise(const sgdl_summary_layout *layout, ptrdiff_t first, const sgdl_rows *rows,
                    double *vectors, double *sums);
/* The same for all coordinates, band by band and piece by piece. work: n_scalars * rows->n. */
void sgdl_summarise_all(const sgdl_summary_layout *layout, const sgdl_rows *rows, double *vectors, double *work,
                        double *sums);

/* ---- run_device.c ---- */

/* Whether a device moves the paths of a run: its stepper can, and records are whole states evenly apart. */
int sgdl_run_wants_device(const sgdl_run *run);
/* Steps (first, end] of all paths, recorded as they are; *path: the first whose state is not finite then, or -1. */
sgdl_status sgdl_run_device_block(sgdl_run *run, sgdl_context *ctx, ptrdiff_t first, ptrdiff_t end,
                                  const sgdl_recording *recording, ptrdiff_t *path);

/* ---- run.c ---- */

/* Head of the state, then the states of all paths, then the summaries. */
enum {
  SGDL_HEAD_MARK = 0,
  SGDL_HEAD_STEP,
  SGDL_HEAD_COUNT, /* records so far, step 0 included */
  SGDL_HEAD_SHAPE, /* the first of the numbers that must be those of the run */
  SGDL_HEAD_SIZE = 16
};

struct sgdl_run {
  const sgdl_model *model;
  const sgdl_simulation *sim;
  sgdl_stepper stepper;
  sgdl_observer observer;
  sgdl_summary_layout layout;
  ptrdiff_t d;
  const sgdl_backend *device; /* moves all paths at once; NULL: threads of the CPU do               */
  double *device_maps;      /* 4 x d: room for it                                               */
  int bands;                /* moves band by band, pieces of SGDL_PIECE modes at a time         */
  ptrdiff_t pieces;         /* of a path, each moved by one thread                              */
  int threads;              /* that have scratch                                                */
  double *head, *states, *vectors, *lag_sums, *series; /* one block                             */
  int borrowed;             /* the block is the caller's                                        */
  double *scratch;
  ptrdiff_t scratch_size, sums_size;
  double *sums;             /* what records of a block add: n_scalars x records x pieces x paths */
  ptrdiff_t sum_records;    /* room for so many records                                         */
  int failed, spoilt;       /* over; over in the middle of a block, which some summaries include */
};

/* Where the state lies, with room for that of the whole run: *n numbers. One read there, of the same run, is checked
 * and taken over by sgdl_run_restore without a copy; anything else there, and the run can only be freed. */
double *sgdl_run_room(const sgdl_run *run, ptrdiff_t *n);

#endif
