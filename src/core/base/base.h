/* First header of every core source: floating point contract, failure, memory, polling. */
#ifndef SGDL_BASE_H
#define SGDL_BASE_H

/* The same bits on every machine: no fused multiply-add unless written out. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "../sgdl.h"
#include "../backend.h"

/* Compiles a function for wider vectors too and picks at run time; bits do not change. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define SGDL_VECTORISED \
  __attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3", "fp-contract=off")))
#else
#define SGDL_VECTORISED
#endif

/* Eight doubles at a time (GCC and Clang; lowered to what the machine has). */
typedef double sgdl_lanes __attribute__((vector_size(64)));

/* Part of vectorised functions: called, it would mix vector widths, which costs far more than the call. */
#if defined(__GNUC__)
#define SGDL_INLINE static inline __attribute__((always_inline))
#else
#define SGDL_INLINE static inline
#endif

#if defined(__GNUC__)
#define SGDL_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define SGDL_PRINTF(f, a)
#endif

/* Fills ctx->message and returns `status`. */
sgdl_status sgdl_fail(sgdl_context *ctx, sgdl_status status, const char *format, ...) SGDL_PRINTF(3, 4);

/* SGDL_TRY(call): return its status unless SGDL_OK. SGDL_GET: go to `done` with `status` set. */
#define SGDL_TRY(call) do { sgdl_status try_ = (call); if (try_ != SGDL_OK) return try_; } while (0)
#define SGDL_GET(call) do { status = (call); if (status != SGDL_OK) goto done; } while (0)

/* n doubles, 64-byte aligned, overflow-checked; NULL when there are none left. free() releases.
 * sgdl_alloc sets the message and returns SGDL_NO_MEMORY. */
double *sgdl_doubles(ptrdiff_t n);
/* a * b for sizes >= 0, or -1 (which the allocators refuse) where that overflows or either is -1. */
ptrdiff_t sgdl_times(ptrdiff_t a, ptrdiff_t b);
sgdl_status sgdl_alloc(sgdl_context *ctx, double **p, ptrdiff_t n, const char *what);

/* "name[i] = value: expected a finite number" for the first non-finite one. matrix_rows > 0
 * gives the place as [row, column], 1-based. */
sgdl_status sgdl_check_finite(sgdl_context *ctx, const char *name, const double *x, ptrdiff_t n,
                              ptrdiff_t matrix_rows);
/* n (a BLAS dimension) fits the BLAS integer, else SGDL_TOO_LARGE. */
sgdl_status sgdl_check_blas_size(sgdl_context *ctx, const char *name, ptrdiff_t n);

/* Threads an OpenMP region of this call may use; 1 in a forked child. */
int sgdl_threads(const sgdl_context *ctx);
/* Non-zero when the host wants to stop; asks it at most every 50 ms. Calling thread only. */
int sgdl_poll(sgdl_context *ctx, double fraction);
/* BLAS at one thread between these two (no-ops where the BLAS cannot be told). */
int sgdl_blas_single_begin(void);
void sgdl_blas_single_end(int previous);

#endif
