/* The jobs of the CPU backend (backend_cpu_jobs.c), and what other backends share with it. */
#ifndef SGDL_BACKEND_CPU_H
#define SGDL_BACKEND_CPU_H

#include "base.h"

sgdl_status sgdl_cpu_capacity(sgdl_context *ctx, sgdl_capacity *capacity);
sgdl_status sgdl_cpu_stationary(sgdl_context *ctx, sgdl_stationary_job *job);
sgdl_status sgdl_cpu_ensemble(sgdl_context *ctx, const sgdl_ensemble_job *job);
sgdl_status sgdl_cpu_correlate(sgdl_context *ctx, sgdl_correlation_job *job);
sgdl_status sgdl_cpu_frames(sgdl_context *ctx, const sgdl_frames_job *job);
sgdl_status sgdl_cpu_implicit_product(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X, ptrdiff_t n,
                                      double scale, const double *V, double *out);
sgdl_status sgdl_cpu_lanczos(sgdl_context *ctx, const sgdl_lanczos_job *job);

#endif
