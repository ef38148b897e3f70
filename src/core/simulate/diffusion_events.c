/* Continuous-time random walk and Levy walk: a power law of times, w^(-1/tail) with w uniform in (0, 1], so
 * that P(time > t) = t^(-tail), t >= 1 frame; ordinary processes, the first event at time 0. */
#include <math.h>

#include "../base/random.h"
#include "diffusion.h"

/* Words one after another, some at a time. */
typedef struct words {
  uint64_t seed, series, word[64];
  ptrdiff_t next;
} words;

static uint64_t next_word(words *w)
{
  enum { N = 64 };
  if (w->next % N == 0)
    sgdl_words(w->seed, SGDL_STREAM_DIFFUSION, w->series, SGDL_DRAW_TIMES, w->next, N, w->word);
  return w->word[w->next++ % N];
}

static double power_law(uint64_t word, double tail)
{
  double uniform = ldexp((double)(word >> 11) + 1.0, -53); /* (0, 1] */
  return exp(-log(uniform) / tail);
}

void sgdl_ctrw_path(uint64_t seed, uint64_t series, ptrdiff_t steps, double exponent, double *x)
{
  enum { N = 64 };
  words w = {seed, series, {0}, 0};
  double time = 0.0, position = 0.0, jumps[N];
  ptrdiff_t frame = 0;
  for (ptrdiff_t event = 0; frame <= steps; event++) {
    time += power_law(next_word(&w), exponent);
    for (; frame <= steps && (double)frame < time; frame++) x[frame] = position;
    if (event % N == 0) sgdl_normals(seed, SGDL_STREAM_DIFFUSION, series, SGDL_DRAW_STEPS, event, N, jumps);
    position += jumps[event % N];
  }
}

void sgdl_levy_walk_path(uint64_t seed, uint64_t series, ptrdiff_t steps, double exponent, double *x)
{
  words w = {seed, series, {0}, 0};
  double time = 0.0, position = 0.0;
  for (ptrdiff_t frame = 0; frame <= steps;) {
    uint64_t word = next_word(&w);
    double duration = power_law(word, 3.0 - exponent), way = word & 1 ? 1.0 : -1.0;
    for (; frame <= steps && (double)frame < time + duration; frame++)
      x[frame] = position + way * ((double)frame - time);
    position += way * duration;
    time += duration;
  }
}
