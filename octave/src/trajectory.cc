// Trajectories on disk (HDF5).

#include "glue.h"

#include <octave/file-ops.h>

namespace sgdlangevin
{
  static std::string file_name (const octave_value& value)
  {
    return octave::sys::file_ops::tilde_expand (text (value, "file"));
  }

  // frames, dim, n_paths, has_velocity, then the scalars of /run (NaN when absent).
  static octave_scalar_map info_map (const sgdl_trajectory_info& info)
  {
    octave_scalar_map map;
    map.assign ("frames", static_cast<double> (info.frames));
    map.assign ("dim", static_cast<double> (info.dim));
    map.assign ("n_paths", static_cast<double> (info.n_paths));
    map.assign ("has_velocity", info.has_velocity != 0);
    map.assign ("lr", info.lr);
    map.assign ("momentum", info.momentum);
    map.assign ("weight_decay", info.weight_decay);
    map.assign ("batch_size", info.batch_size);
    map.assign ("n_examples", info.n_examples);
    map.assign ("epoch_sampling", info.epoch_sampling);
    return map;
  }

  // (file): its shape and scalars.
  SGDLANGEVIN_ENTRY (trajectory_info)
  {
    call_context ctx;
    sgdl_trajectory_info info;
    ctx.check (sgdl_trajectory_info_read (ctx, file_name (args(0)).c_str (), &info));
    return ovl (info_map (info));
  }

  // (folder of segments): those of all segments as one.
  SGDLANGEVIN_ENTRY (segments_info)
  {
    call_context ctx;
    sgdl_trajectory_info info;
    ctx.check (sgdl_segments_info_read (ctx, file_name (args(0)).c_str (), &info));
    return ovl (info_map (info));
  }

  // A slab of a file or of a folder of segments, path by path.
  template <typename reader>
  static NDArray read_slab (reader read, const octave_value_list& args)
  {
    call_context ctx;
    std::string name = file_name (args(0)), dataset = text (args(1), "dataset");
    ptrdiff_t first = whole_number (args(2), "frames", 1) - 1, count = whole_number (args(3), "frames", 1);
    ptrdiff_t dim = whole_number (args(4), "dim", 1), n_paths = whole_number (args(5), "n_paths", 1);
    NDArray out (dim_vector (count, dim, n_paths));
    for (ptrdiff_t path = 0; path < n_paths; path++)
      ctx.check (read (ctx, name.c_str (), dataset.c_str (), path, first, count, dim,
                       out.fortran_vec () + path * count * dim));
    return out;
  }

  // (file, dataset, first (1-based), count, dim, n_paths): count x dim x n_paths.
  SGDLANGEVIN_ENTRY (trajectory_read)
  {
    return ovl (read_slab (sgdl_trajectory_read, args));
  }

  // (folder, dataset, first (1-based), count, dim, n_paths): the same across segments.
  SGDLANGEVIN_ENTRY (segments_read)
  {
    return ovl (read_slab (sgdl_segments_read, args));
  }

  // (file, theta, velocity, steps, run struct): writes; nothing, or the error.
  SGDLANGEVIN_ENTRY (trajectory_write)
  {
    call_context ctx;
    std::string file = file_name (args(0));
    NDArray theta = real_array (args(1), "theta"), velocity = real_array (args(2), "velocity");
    octave_scalar_map run = args(4).scalar_map_value ();
    auto scalar = [&run] (const char *name) { return real_scalar (field (run, name, "run"), name); };
    if (theta.ndims () > 3 || theta.isempty ())
      bad_argument ("`theta`: expected a T x d matrix or a T x d x nsim array, got %s",
                    describe (args(1)).c_str ());
    if (! velocity.isempty () && velocity.dims () != theta.dims ())
      bad_argument ("`velocity`: expected the shape of `theta`, %s, got %s", theta.dims ().str ().c_str (),
                    velocity.dims ().str ().c_str ());

    sgdl_trajectory_info info;
    info.frames = theta.rows ();
    info.dim = theta.columns ();
    info.n_paths = theta.ndims () == 3 ? theta.dim3 () : 1;
    info.has_velocity = ! velocity.isempty ();
    info.lr = scalar ("lr");
    info.momentum = scalar ("momentum");
    info.weight_decay = scalar ("weight_decay");
    info.batch_size = scalar ("batch_size");
    info.n_examples = scalar ("n_examples");
    info.epoch_sampling = scalar ("epoch_sampling");
    NDArray steps = real_vector (args(3), "step", info.frames, true);
    ctx.check (sgdl_trajectory_write (ctx, file.c_str (), &info, data_or_null (steps), theta.data (),
                                      data_or_null (velocity)));
    return ovl ();
  }
}
