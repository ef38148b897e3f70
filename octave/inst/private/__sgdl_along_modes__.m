## [x, spacing, model, modes] = __sgdl_along_modes__ (caller, x, model, modes)
##
## A trajectory as frames, with the model that is projected on: without its vectors where the trajectory is along
## the modes already; all modes where none are named.
function [frames, spacing, model, modes] = __sgdl_along_modes__ (caller, x, model, modes)
  __sgdl_refuse_wide__ (model, caller, "sgd_quadratic () with H = X'X/N if d is small");
  [frames, spacing] = __sgdl_trajectory__ (x);
  [~, dim] = __sgdl__ ("trajectory_shape", frames);
  if (dim != model.dim)
    error ("sgdlangevin:bad_argument", "`x`: expected %d coordinates, got %d", model.dim, dim);
  endif
  if (isstruct (x) && isfield (x, "coordinates") && strcmp (x.coordinates, "modes"))
    model.vectors = [];
  endif
  if (isempty (modes))
    modes = 1:model.dim;
  endif
endfunction
