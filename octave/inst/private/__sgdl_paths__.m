## paths = __sgdl_paths__ (x)
##
## Trajectories in the shapes that people have them as a struct: x (T x d x nsim, or a cell array of
## frames x d matrices), frames (of each path), dim and spacing (steps from one frame to the next).
function paths = __sgdl_paths__ (x)
  if (iscell (x) && ! isempty (x))
    paths = from_cells (x, 1);
  elseif (isstruct (x) && ! isfield (x, "type"))
    paths = from_columns (x);
  else
    [x, spacing] = __sgdl_trajectory__ (x);
    [frames, dim, n_paths] = __sgdl__ ("trajectory_shape", x);
    paths = struct ("x", x, "frames", repmat (frames, 1, n_paths), "dim", dim, "spacing", spacing);
  endif
endfunction

function paths = from_cells (x, spacing)
  for i = 1:numel (x)
    if (! (isnumeric (x{i}) || islogical (x{i})) || ndims (x{i}) > 2 || isempty (x{i}) || iscomplex (x{i}))
      error ("sgdlangevin:bad_argument",
             "`x{%d}`: expected a numeric vector or a frames x coordinates matrix, got a value of class %s", i,
             class (x{i}));
    endif
    if (isrow (x{i}))
      x{i} = x{i}(:);
    endif
    if (columns (x{i}) != columns (x{1}))
      error ("sgdlangevin:bad_argument", "`x{%d}` has %d coordinates: expected %d as the first path has", i,
             columns (x{i}), columns (x{1}));
    endif
    x{i} = double (x{i});
  endfor
  paths = pack (x, spacing);
endfunction

function paths = pack (x, spacing)
  paths = struct ("x", {x}, "frames", cellfun (@rows, x(:))', "dim", columns (x{1}), "spacing", spacing);
endfunction

## Long format: fields `id` (of the path) and `step`, where there are any; every other field is a coordinate.
## Steps that are not there become missing frames.
function paths = from_columns (x)
  names = fieldnames (x);
  coordinates = names(! ismember (names, {"id", "step"}));
  if (numel (x) != 1 || isempty (coordinates))
    error ("sgdlangevin:bad_argument", "`x`: expected a struct with columns of coordinates beside id and step");
  endif
  values = [];
  for i = 1:numel (coordinates)
    column = numbers_of (x, coordinates{i}, rows (values));
    values(:,end+1) = column;
  endfor
  id = ones (rows (values), 1);
  if (isfield (x, "id"))
    id = by_appearance (x.id);
    if (numel (id) != rows (values) || (isnumeric (x.id) && any (isnan (x.id(:)))))
      error ("sgdlangevin:bad_argument", "`x.id`: expected a path's name in each of %d rows", rows (values));
    endif
  endif
  groups = arrayfun (@(k) find (id == k), 1:max (id), "uniformoutput", false);
  cells = cellfun (@(i) values(i,:), groups, "uniformoutput", false);
  spacing = 1;
  if (isfield (x, "step"))
    step = numbers_of (x, "step", rows (values));
    spacing = spacing_of (step, groups);
    cells = cellfun (@(i) on_grid (step(i), values(i,:), spacing), groups, "uniformoutput", false);
  endif
  paths = pack (cells, spacing);
endfunction

## 1 for the first value of x, 2 for the next that differs, ...
function id = by_appearance (x)
  [~, first, id] = unique (x(:), "first");
  [~, order] = sort (first);
  rank(order) = 1:numel (order);
  id = rank(id)(:);
endfunction

function column = numbers_of (x, name, n)
  column = x.(name);
  if (! isnumeric (column) || ! isvector (column) || iscomplex (column) || (n > 0 && numel (column) != n))
    error ("sgdlangevin:bad_argument", "`x.%s`: expected a numeric column%s, got a %s %s", name,
           {"", sprintf(" of %d", n)}{1 + (n > 0)}, strjoin (arrayfun (@num2str, size (column),
           "uniformoutput", false), " x "), class (column));
  endif
  column = double (column(:));
endfunction

## The least difference of steps, of which every other is a multiple.
function spacing = spacing_of (step, groups)
  bad = find (! isfinite (step), 1);
  if (bad)
    error ("sgdlangevin:bad_argument", "`x.step(%d)` = %g: expected a finite number", bad, step(bad));
  endif
  differences = cellfun (@(i) diff (sort (step(i))), groups(:), "uniformoutput", false);
  differences = vertcat (differences{:});
  if (any (differences == 0))
    error ("sgdlangevin:bad_argument", "`x.step`: expected each step once in a path, got one twice");
  endif
  spacing = 1;
  if (isempty (differences))
    return;
  endif
  spacing = min (differences);
  multiples = differences / spacing;
  odd = find (abs (multiples - round (multiples)) > 1e-6 * multiples, 1);
  if (odd)
    error ("sgdlangevin:bad_argument",
           "`x.step`: expected differences that are multiples of the least one, %g, got %g", spacing,
           differences(odd));
  elseif (sum (multiples) > 100 * numel (step) + 1e6)
    error ("sgdlangevin:bad_argument", "`x.step`: expected most steps %g apart, got %d rows over %g of them",
           spacing, numel (step), sum (multiples));
  endif
endfunction

function out = on_grid (step, values, spacing)
  at = round ((step - min (step)) / spacing) + 1;
  out = NaN (max (at), columns (values));
  out(at,:) = values;
endfunction
