/* Entry points of trajectories on disk. */
#include "r_glue.h"

#include <string.h>

/* Shape and scalars of a file, or of a folder of segments. */
static const char *const info_names[] = {"frames", "dim", "n_paths", "has_velocity", "lr", "momentum",
                                         "weight_decay", "batch_size", "n_examples", "epoch_sampling", ""};

SEXP r_has_hdf5(void)
{
  return Rf_ScalarLogical(sgdl_has_hdf5());
}

SEXP r_info(const sgdl_trajectory_info *info)
{
  const double values[] = {(double)info->frames, (double)info->dim, (double)info->n_paths, info->has_velocity,
                           info->lr, info->momentum, info->weight_decay, info->batch_size, info->n_examples,
                           info->epoch_sampling};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, (const char **)info_names));
  for (int i = 0; i < LENGTH(out); i++) r_set_number(out, i, values[i]);
  UNPROTECT(1);
  return out;
}

SEXP r_trajectory_info(SEXP file)
{
  sgdl_context ctx;
  sgdl_trajectory_info info;
  r_context(&ctx);
  r_check(&ctx, sgdl_trajectory_info_read(&ctx, r_text(file), &info));
  return r_info(&info);
}

SEXP r_trajectory_read(SEXP file, SEXP dataset, SEXP first, SEXP count, SEXP dim, SEXP n_paths)
{
  sgdl_context ctx;
  const char *names[] = {"data", ""};
  const ptrdiff_t frames = r_size(count), d = r_size(dim), paths = r_size(n_paths);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *data = r_new_array(out, 0, frames, d, paths);
  r_context(&ctx);
  for (ptrdiff_t path = 0; path < paths; path++)
    r_check(&ctx, sgdl_trajectory_read(&ctx, r_text(file), r_text(dataset), path, r_size(first) - 1, frames,
                                       d, data + path * frames * d));
  UNPROTECT(1);
  return VECTOR_ELT(out, 0);
}

SEXP r_trajectory_write(SEXP file, SEXP info, SEXP steps, SEXP theta, SEXP velocity)
{
  sgdl_context ctx;
  sgdl_trajectory_info header;
  memset(&header, 0, sizeof header);
  header.frames = (ptrdiff_t)r_number(info, "frames", 0);
  header.dim = (ptrdiff_t)r_number(info, "dim", 0);
  header.n_paths = (ptrdiff_t)r_number(info, "n_paths", 0);
  header.has_velocity = !Rf_isNull(velocity);
  header.lr = r_number(info, "lr", R_NaN);
  header.momentum = r_number(info, "momentum", R_NaN);
  header.weight_decay = r_number(info, "weight_decay", R_NaN);
  header.batch_size = r_number(info, "batch_size", R_NaN);
  header.n_examples = r_number(info, "n_examples", R_NaN);
  header.epoch_sampling = r_number(info, "epoch_sampling", R_NaN);
  r_context(&ctx);
  r_check(&ctx, sgdl_trajectory_write(&ctx, r_text(file), &header, r_optional(steps), REAL(theta),
                                      r_optional(velocity)));
  return R_NilValue;
}
