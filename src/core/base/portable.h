/* Arithmetic that the CPU and kernels of devices share: one text, compiled by both, so that what is tested on the
 * one is what runs on the other. Only IEEE operations (+, -, *, /, sqrt) and integers: with contraction off on
 * both sides the bits are the same. */
#ifndef SGDL_PORTABLE_H
#define SGDL_PORTABLE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __CUDACC__
#define SGDL_PORTABLE static __host__ __device__ __forceinline__
#elif defined(__GNUC__)
#define SGDL_PORTABLE static inline __attribute__((always_inline)) /* into vectorised functions too */
#else
#define SGDL_PORTABLE static inline
#endif

#endif
