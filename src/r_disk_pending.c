/* Stands in for runs on disk until the core has them; a definition of the core takes their place when linked. */
#include "r_glue.h"

#include <stdio.h>

static sgdl_status pending(sgdl_context *ctx)
{
  snprintf(ctx->message, sizeof ctx->message, "this build has no runs on disk");
  return SGDL_UNSUPPORTED;
}

__attribute__((weak)) sgdl_status sgdl_simulate_to_disk(sgdl_context *ctx, const sgdl_model *model,
                                                        const sgdl_simulation *sim, const sgdl_disk *disk,
                                                        ptrdiff_t *step, sgdl_summaries *summaries)
{
  (void)model, (void)sim, (void)disk, (void)step, (void)summaries;
  return pending(ctx);
}

__attribute__((weak)) sgdl_status sgdl_segments_info_read(sgdl_context *ctx, const char *folder,
                                                          sgdl_trajectory_info *info)
{
  (void)folder, (void)info;
  return pending(ctx);
}

__attribute__((weak)) sgdl_status sgdl_segments_read(sgdl_context *ctx, const char *folder, const char *dataset,
                                                     ptrdiff_t path, ptrdiff_t first, ptrdiff_t count,
                                                     ptrdiff_t dim, double *out)
{
  (void)folder, (void)dataset, (void)path, (void)first, (void)count, (void)dim, (void)out;
  return pending(ctx);
}
