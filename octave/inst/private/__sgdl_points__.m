## points = __sgdl_points__ (points, d)
##
## Points of phase space as rows of 2d numbers: theta, then v (0 where only theta is
## given).  A vector of length 2d or d is one point.
function points = __sgdl_points__ (points, d)
  points = __sgdl__ ("matrix", points, "points");
  is_row_shaped = any (columns (points) == [d, 2*d]);
  if (! is_row_shaped && isvector (points) && any (numel (points) == [d, 2*d]))
    points = points.';
  elseif (! is_row_shaped)
    error ("sgdlangevin:bad_argument",
           "`points`: expected %d columns (theta) or %d (theta, v), got %d", d, 2*d, columns (points));
  endif
  if (columns (points) == d)
    points = [points, zeros(rows (points), d)];
  endif
endfunction
