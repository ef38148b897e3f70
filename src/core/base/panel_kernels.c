/* The vector kernels of panel_lanes.h for each instruction set, and the choice among them at run time.
 * Written out, because compilers neither block for registers nor fuse without being told. */
#include "panel_kernels.h"

#include <math.h>
#include <string.h>

#define UNROLL _Pragma("GCC unroll 8")

/* Without instructions for it fma() is a call of the C library: the same bits, tens of times slower. */
#define NAME(function) function##_baseline
#define TARGET
#define WIDTH 1
#define REAL double
#define LOAD(p) (*(p))
#define STORE(p, x) (*(p) = (x))
#define SPLAT(x) (x)
#define FMA(a, b, c) fma(a, b, c)
#define VECTORS 4
#define COLUMNS 2
#include "panel_lanes.h"

sgdl_panel_kernel *sgdl_panel_baseline(void)
{
  return panel_baseline;
}

#if defined(__GNUC__) && defined(__x86_64__)
#include <immintrin.h>

#define NAME(function) function##_avx512
#define TARGET __attribute__((target("avx512f")))
#define WIDTH 8
#define REAL __m512d
#define LOAD(p) _mm512_loadu_pd(p)
#define STORE(p, x) _mm512_storeu_pd(p, x)
#define SPLAT(x) _mm512_set1_pd(x)
#define FMA(a, b, c) _mm512_fmadd_pd(a, b, c)
#define VECTORS 3
#define COLUMNS 8
#include "panel_lanes.h"

#define NAME(function) function##_avx2
#define TARGET __attribute__((target("avx2,fma")))
#define WIDTH 4
#define REAL __m256d
#define LOAD(p) _mm256_loadu_pd(p)
#define STORE(p, x) _mm256_storeu_pd(p, x)
#define SPLAT(x) _mm256_set1_pd(x)
#define FMA(a, b, c) _mm256_fmadd_pd(a, b, c)
#define VECTORS 3
#define COLUMNS 4
#include "panel_lanes.h"

sgdl_panel_kernel *sgdl_panel_best(void)
{
  if (__builtin_cpu_supports("avx512f")) return panel_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return panel_avx2;
  return panel_baseline;
}

#else

sgdl_panel_kernel *sgdl_panel_best(void)
{
  return panel_baseline;
}

#endif
