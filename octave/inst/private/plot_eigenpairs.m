## plot_eigenpairs (x)
##
## Sizes of extreme eigenvalues on a log axis, below them their residuals and the line they had to reach.
function plot_eigenpairs (x)
  at = (1:numel (x.values))';
  residual = max (x.residual, eps * x.spread / 100);
  negative = x.values < 0;
  newplot ();
  set (gca (), "yscale", "log", "nextplot", "add", "box", "on");
  handles = names = {};
  kinds = {! negative, "o", "eigenvalue"; negative, "v", "negative eigenvalue"};
  for i = 1:2
    some = kinds{i,1} & x.values != 0;
    if (any (some))
      handles{end+1} = semilogy (at(some), abs (x.values(some)), kinds{i,2}, "color", sgd_colour ("theory"), ...
                                 "markerfacecolor", sgd_colour ("theory"));
      names{end+1} = kinds{i,3};
    endif
  endfor
  handles{end+1} = semilogy (at, residual, "x", "color", sgd_colour ("measured"));
  line = x.tolerance * x.spread * [1, 1];
  handles{end+1} = semilogy ([0.5, numel(at) + 0.5], line, "--", "color", sgd_colour ("reference"));
  legend ([handles{:}], [names, {"residual", "tolerance"}], "location", "east");
  xlabel ("eigenpair");
  ylabel ("size");
  title ("Eigenpairs");
  xlim ([0.5, numel(at) + 0.5]);
  set (gca (), "nextplot", "replace");
endfunction
