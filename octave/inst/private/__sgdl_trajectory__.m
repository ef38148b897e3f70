## [x, spacing] = __sgdl_trajectory__ (x)
##
## The positions of a trajectory as T x d x nsim, a vector as T x 1, and the steps from
## one frame to the next (1 unless they are known).
function [x, spacing] = __sgdl_trajectory__ (x)
  spacing = 1;
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
