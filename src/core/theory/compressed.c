/* Compression of a spectral measure onto Chebyshev panels, for the displacement at any step. THEORY
 * section 7.
 *
 * Of a mode's half MSD, amplitude (T_k + tau s_k), the amplitude (a pole at the stability limit, SGD) goes
 * into the weights; the rest is entire in u = eta kappa and bounded in k wherever both roots stay in the unit
 * circle: for SGD inside the ellipse of centre 1+beta and semi-axes 1+beta (real) and 1-beta (imaginary), for
 * Langevin inside a parabola of the same curvature at 0. Panels are as wide as that domain lets n nodes reach
 * 1e-11. */
#include "compressed.h"

#include "../model/modes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  GEOMETRIC_NODES = 20, /* a factor 8 of u: ellipse parameter 3.3                                       */
  UNIFORM_NODES = 40,   /* 2.8 damping rates of the frequency: ellipse parameter 1.9                    */
  MOST_NODES = 40,
  BLOCK = 4096          /* modes whose moments are summed together                                      */
};
static const double GEOMETRIC_FACTOR = 8, UNIFORM_WIDTH = 2.8;
static const double FLAT_DECAY = 8;      /* decay over max_steps at the end of the panel of kappa = 0 */
static const double PI = 3.14159265358979323846;

/* ---- panels -------------------------------------------------------------------------------------------- */

/* Coordinate z of a panel: distance from the edge (u, or limit - u where mirrored), its logarithm, or the
 * frequency. */
typedef enum { LINEAR, LOGARITHM, FREQUENCY } coordinate;

typedef struct {
  sgdl_dynamics dynamics;
  double eta, limit;          /* 2(1+beta); the frequency is 2 asin sqrt(u/limit), or 2 sqrt(u/limit)   */
  double edge, flat;          /* u below which panels are geometric, and the linear one begins          */
  double first, width;        /* frequency at `edge`; of a panel                                        */
} layout;

typedef struct {
  coordinate kind;
  int mirrored, n;
  double low, high;           /* z                                                                      */
  double end;                 /* smallest u that belongs to it                                          */
} panel;

static double frequency(const layout *p, double u)
{
  double root = sqrt(u / p->limit);
  return 2 * (p->dynamics == SGDL_SGD ? asin(fmin(1, root)) : root);
}

static double from_frequency(const layout *p, double z)
{
  double root = p->dynamics == SGDL_SGD ? sin(z / 2) : z / 2;
  return p->limit * root * root;
}

static layout lay_out(sgdl_dynamics dynamics, const sgdl_hyper *h, double max_steps)
{
  double beta = h->momentum, drag = (1 - beta) / (1 + beta);
  layout p = { .dynamics = dynamics, .eta = h->lr, .limit = 2 * (1 + beta) };
  double curved = (1 - beta) * drag / 4, slow = FLAT_DECAY * (1 - beta) / max_steps;
  p.edge = dynamics == SGDL_SGD ? fmin(curved, (1 + beta) / 2) : curved;
  p.flat = p.edge;
  while (p.flat > slow)
    p.flat /= GEOMETRIC_FACTOR;
  p.first = frequency(&p, p.edge);
  p.width = UNIFORM_WIDTH * (dynamics == SGDL_SGD ? asinh(drag) : drag);
  if (dynamics == SGDL_SGD) /* whole panels up to the mirror image of `edge` */
    p.width = (PI - 2 * p.first) / ceil((PI - 2 * p.first) / p.width);
  return p;
}

static panel panel_at(const layout *p, double u)
{
  double distance = u;
  panel q = { .n = GEOMETRIC_NODES };
  if (p->dynamics == SGDL_SGD && u > p->limit / 2) {
    q.mirrored = 1;
    distance = p->limit - u;
  }
  if (distance <= p->flat) {
    q.kind = LINEAR;
    q.high = p->flat;
    q.end = q.mirrored ? p->limit - p->flat : 0;
  } else if (distance < p->edge) {
    double high = p->edge;
    while (distance < high / GEOMETRIC_FACTOR)
      high /= GEOMETRIC_FACTOR;
    q.kind = LOGARITHM;
    q.high = log(high);
    q.low = log(high / GEOMETRIC_FACTOR);
    q.end = q.mirrored ? p->limit - high : high / GEOMETRIC_FACTOR;
  } else {
    double i = fmax(0, floor((frequency(p, u) - p->first) / p->width));
    q.kind = FREQUENCY;
    q.mirrored = 0;
    q.n = UNIFORM_NODES;
    q.low = p->first + i * p->width;
    q.high = q.low + p->width;
    q.end = from_frequency(p, q.low);
  }
  return q;
}

static double to_coordinate(const layout *p, const panel *q, double u)
{
  if (q->kind == FREQUENCY)
    return frequency(p, u);
  double distance = q->mirrored ? p->limit - u : u;
  return q->kind == LINEAR ? distance : log(distance);
}

static double from_coordinate(const layout *p, const panel *q, double z)
{
  if (q->kind == FREQUENCY)
    return from_frequency(p, z);
  double distance = q->kind == LINEAR ? z : exp(z);
  return q->mirrored ? p->limit - distance : distance;
}

/* What goes into the weight of a mode at u. */
static double pole(const layout *p, double u)
{
  return p->dynamics == SGDL_SGD ? p->limit - u : 1;
}

/* ---- moments ------------------------------------------------------------------------------------------- */

typedef struct {
  panel q;
  ptrdiff_t first, count, node; /* modes; its first node, or that of the panel's first block            */
  int opens;                    /* first block of its panel                                             */
  double moment[MOST_NODES];    /* sum over modes of a_l T_j(x_l)                                       */
} block;

/* m[j] += sum of a T_j(x) over `count` modes; x, a, and workspaces of `count`. */
SGDL_VECTORISED static void add_moments(ptrdiff_t count, int n, const double *restrict x, double *restrict a,
                                        double *restrict b, double *m)
{
  enum { LANES = 8 }; /* T_{j+1} = 2x T_j - T_{j-1}, carried as a T_j */
  for (int j = 0; j < n; j++) {
    double part[LANES] = { 0 };
    for (ptrdiff_t l = 0; l < count; l += LANES)
      for (int e = 0; e < LANES; e++) {
        double here = a[l + e], before = b[l + e];
        part[e] += here;
        a[l + e] = (j == 0 ? 1 : 2) * x[l + e] * here - before;
        b[l + e] = here;
      }
    for (int e = 0; e < LANES; e++)
      m[j] += part[e];
  }
}

static void block_moments(const layout *p, const double *kappa, const double *strength, block *b)
{
  enum { CHUNK = 256 };
  double x[CHUNK], a[CHUNK], before[CHUNK];
  double centre = (b->q.low + b->q.high) / 2, half = (b->q.high - b->q.low) / 2;
  memset(b->moment, 0, sizeof b->moment);
  for (ptrdiff_t first = 0; first < b->count; first += CHUNK) {
    ptrdiff_t count = b->count - first < CHUNK ? b->count - first : CHUNK;
    memset(x, 0, sizeof x);
    memset(a, 0, sizeof a);
    memset(before, 0, sizeof before);
    for (ptrdiff_t l = 0; l < count; l++) {
      ptrdiff_t mode = b->first + first + l;
      double u = p->eta * kappa[mode];
      x[l] = fmax(-1, fmin(1, (to_coordinate(p, &b->q, u) - centre) / half));
      a[l] = strength[mode] / pole(p, u);
    }
    add_moments((count + 7) / 8 * 8, b->q.n, x, a, before, b->moment);
  }
}

/* Moments become weights at the Chebyshev points x_m = cos((2m+1) pi/(2n)):
 * w_m = sum_j (2 - [j = 0])/n T_j(x_m) M_j. */
static void place_nodes(const layout *p, const panel *q, const double *moment, double *nodes, double *weights)
{
  double centre = (q->low + q->high) / 2, half = (q->high - q->low) / 2;
  for (int m = 0; m < q->n; m++) {
    double angle = (2 * m + 1) * PI / (2 * q->n), sum = moment[0];
    double u = from_coordinate(p, q, centre + half * cos(angle));
    for (int j = 1; j < q->n; j++)
      sum += 2 * cos(j * angle) * moment[j];
    nodes[m] = u / p->eta;
    weights[m] = sum / q->n * pole(p, u);
  }
}

/* ---- all modes ----------------------------------------------------------------------------------------- */

/* Modes [first, first + count) of the panel that mode `first` is in. */
static ptrdiff_t members(const layout *p, const panel *q, ptrdiff_t d, const double *kappa, ptrdiff_t first)
{
  ptrdiff_t low = first + 1, high = d; /* the first mode below q->end */
  while (low < high) {
    ptrdiff_t middle = low + (high - low) / 2;
    if (p->eta * kappa[middle] >= q->end)
      low = middle + 1;
    else
      high = middle;
  }
  return low - first;
}


/* Splits the modes into blocks; panels without more modes than nodes are copied to the output. */
static sgdl_status split(sgdl_context *ctx, const layout *p, ptrdiff_t d, const double *kappa,
                         const double *strength, ptrdiff_t *n_nodes, double *nodes, double *weights,
                         block **blocks, ptrdiff_t *n_blocks)
{
  ptrdiff_t room = d / GEOMETRIC_NODES + d / BLOCK + 2;
  block *b = malloc(sizeof *b * (size_t)room);
  if (b == NULL)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the compression of %td modes", d);
  *blocks = b;
  *n_blocks = *n_nodes = 0;
  for (ptrdiff_t first = 0; first < d;) {
    panel q = panel_at(p, p->eta * kappa[first]);
    ptrdiff_t count = members(p, &q, d, kappa, first);
    if (count <= q.n) {
      memcpy(nodes + *n_nodes, kappa + first, sizeof(double) * (size_t)count);
      memcpy(weights + *n_nodes, strength + first, sizeof(double) * (size_t)count);
      *n_nodes += count;
    } else {
      for (ptrdiff_t done = 0; done < count; done += BLOCK) {
        block *next = b + (*n_blocks)++;
        *next = (block){ .q = q, .first = first + done, .node = *n_nodes, .opens = done == 0 };
        next->count = count - done < BLOCK ? count - done : BLOCK;
      }
      *n_nodes += q.n;
    }
    first += count;
  }
  return SGDL_OK;
}

sgdl_status sgdl_compress_modes(sgdl_context *ctx, sgdl_dynamics dynamics, const sgdl_hyper *h, ptrdiff_t d,
                                const double *kappa, const double *strength, double max_steps,
                                ptrdiff_t *n_nodes, double *nodes, double *weights)
{
  layout p = lay_out(dynamics, h, max_steps);
  int threads = sgdl_threads(ctx);
  ptrdiff_t n_blocks;
  block *blocks = NULL;

  SGDL_TRY(split(ctx, &p, d, kappa, strength, n_nodes, nodes, weights, &blocks, &n_blocks));
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (ptrdiff_t i = 0; i < n_blocks; i++)
    block_moments(&p, kappa, strength, &blocks[i]);
  for (ptrdiff_t i = 0; i < n_blocks;) { /* in order: the same bits for any number of threads */
    block *b = &blocks[i++];
    for (; i < n_blocks && !blocks[i].opens; i++)
      for (int j = 0; j < b->q.n; j++)
        b->moment[j] += blocks[i].moment[j];
    place_nodes(&p, &b->q, b->moment, nodes + b->node, weights + b->node);
  }
  free(blocks);
  return SGDL_OK;
}

sgdl_status sgdl_compress_spectrum(sgdl_context *ctx, const sgdl_model *model, double max_steps,
                                   ptrdiff_t *n_nodes, double *nodes, double *weights)
{
  sgdl_modes modes = { 0 };
  sgdl_status status = SGDL_OK;

  if (!(isfinite(max_steps) && max_steps > 0))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`max_steps` = %g: expected a finite number > 0", max_steps);
  SGDL_GET(sgdl_modes_init(ctx, model, &modes));
  SGDL_GET(sgdl_modes_no_saddle(ctx, &modes));
  if (modes.noise.epoch) {
    status = sgdl_fail(ctx, SGDL_UNSUPPORTED,
                       "`sampling` = \"epoch\": expected \"replacement\" or \"without\", the panels are made "
                       "for noise that is white in time");
    goto done;
  }
  status = sgdl_compress_modes(ctx, model->dynamics, &model->hyper, modes.d, modes.kappa, modes.strength,
                               max_steps, n_nodes, nodes, weights);
done:
  sgdl_modes_free(&modes);
  return status;
}
