/* Entry points of folders of segments, read as one trajectory. */
#include "r_glue.h"

SEXP r_segments_info(SEXP folder)
{
  sgdl_context ctx;
  sgdl_trajectory_info info;
  r_context(&ctx);
  r_check(&ctx, sgdl_segments_info_read(&ctx, r_text(folder), &info));
  return r_info(&info);
}

SEXP r_segments_read(SEXP folder, SEXP dataset, SEXP first, SEXP count, SEXP dim, SEXP n_paths)
{
  sgdl_context ctx;
  const char *names[] = {"data", ""};
  const ptrdiff_t frames = r_size(count), d = r_size(dim), paths = r_size(n_paths);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *data = r_new_array(out, 0, frames, d, paths);
  r_context(&ctx);
  for (ptrdiff_t path = 0; path < paths; path++)
    r_check(&ctx, sgdl_segments_read(&ctx, r_text(folder), r_text(dataset), path, r_size(first) - 1, frames, d,
                                     data + path * frames * d));
  UNPROTECT(1);
  return VECTOR_ELT(out, 0);
}
