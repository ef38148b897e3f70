## [y, n_classes, levels] = __sgdl_classes__ (labels, N)
##
## N class labels as 0, 1, ..., n_classes - 1: from a cell array of strings (classes in the order of the
## alphabet: the levels) or from numbers 1, 2, ...
function [y, n_classes, levels] = __sgdl_classes__ (labels, N)
  if (iscellstr (labels))
    [levels, ~, y] = unique (labels(:));
    y = double (y(:)) - 1;
    n_classes = numel (levels);
  else
    __sgdl_require_labels__ (labels, "whole numbers from 1");
    y = double (full (labels(:))) - 1;
    if (any (y != fix (y) | y < 0))
      k = find (y != fix (y) | ! (y >= 0), 1);
      error ("sgdlangevin:bad_argument", "`y`(%d) = %g: expected a class, a whole number from 1", k,
             y(k) + 1);
    endif
    n_classes = max ([y; 0]) + 1;
    levels = {};
  endif
  if (numel (y) != N)
    error ("sgdlangevin:bad_argument", "`y`: expected a vector of length %d, got length %d", N, numel (y));
  elseif (n_classes < 2)
    error ("sgdlangevin:bad_argument", "`y`: expected at least two classes, got one");
  endif
endfunction
