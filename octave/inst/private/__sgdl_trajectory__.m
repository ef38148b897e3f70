## [x, spacing] = __sgdl_trajectory__ (x)
##
## The positions of a trajectory as T x d x nsim, a vector as T x 1, and the steps from
## one frame to the next (1 unless they are known).  Cell arrays of paths and structs of columns (see msd) are
## put together, if the paths have one length.
function [x, spacing] = __sgdl_trajectory__ (x)
  spacing = 1;
  if ((iscell (x) && ! isempty (x)) || (isstruct (x) && ! isfield (x, "type")))
    paths = __sgdl_paths__ (x);
    if (any (paths.frames != paths.frames(1)))
      error ("sgdlangevin:bad_argument", "`x`: expected paths of one length, got from %d to %d frames",
             min (paths.frames), max (paths.frames));
    endif
    x = cat (3, paths.x{:});
    spacing = paths.spacing;
    return;
  endif
  if (isstruct (x) && isfield (x, "type") && any (strcmp (x.type, {"sgd_simulate", "sgd_trajectory"})))
    spacings = unique (diff (x.step));
    if (numel (spacings) > 1)
      error ("sgdlangevin:bad_argument",
             "`x`: expected frames at equal intervals, got steps from %g to %g apart",
             spacings(1), spacings(end));
    elseif (! isempty (spacings))
      spacing = spacings;
    endif
    if (isempty (x.theta))
      error ("sgdlangevin:bad_argument", "`x` holds no trajectory; %s",
             {"it kept summaries only", "read it with read_trajectory (x.folder)"}{1 + is_on_disk(x)});
    endif
    x = x.theta;
  endif
  if (isrow (x) && isnumeric (x))
    x = x(:);
  endif
endfunction

function yes = is_on_disk (x)
  yes = isfield (x, "folder") && ! isempty (x.folder);
endfunction
