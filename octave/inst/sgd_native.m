## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{native} =} sgd_native (@var{file}, @var{symbol})
## A gradient compiled from C, for sgd_objective.
##
## The function has the type @code{sgdl_native_gradient} of sgdl_simulate.h:
##
## @example
## int symbol (ptrdiff_t dim, const double *theta, ptrdiff_t size, const uint32_t *batch, double *gradient)
## @end example
##
## @noindent
## It writes the mean gradient over the @code{size} examples in @code{batch}, counted from 0 (NULL: all
## of them, or an objective without examples), and returns 0, or anything else for a failure.
##
## @strong{Arguments}
##
## @table @var
## @item file
## shared library, as @code{mkoctfile -shared} or @code{cc -shared -fPIC} makes it
## @item symbol
## name of the function in it
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_native"} and the fields @code{file} (its full name)
## and @code{symbol}.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}; sgd_objective says where the library or the function
## cannot be loaded.
##
## @strong{Source}: none.  Cost: none here; a call of it costs no more than one in C.
##
## @example
## native = sgd_native ("./my_gradient.so", "my_gradient");
## @end example
## @seealso{sgd_objective}
## @end deftypefn

function native = sgd_native (file, symbol)
  if (nargin < 2)
    print_usage ();
  endif
  require_text (file, "file");
  require_text (symbol, "symbol");
  native = struct ("type", "sgd_native", "file", make_absolute_filename (tilde_expand (file)),
                   "symbol", symbol);
endfunction

function require_text (value, name)
  if (! (ischar (value) && isrow (value)))
    error ("sgdlangevin:bad_argument", "`%s`: expected one character string, got a value of class %s", name,
           class (value));
  endif
endfunction

%!demo
%! folder = tempname ();
%! mkdir (folder);
%! file = fopen (fullfile (folder, "half.c"), "w");
%! fputs (file, ["#include <stddef.h>\n#include <stdint.h>\n", ...
%!   "int half (ptrdiff_t d, const double *theta, ptrdiff_t n, const uint32_t *batch, double *g)\n", ...
%!   "{ for (ptrdiff_t i = 0; i < d; i++) g[i] = theta[i] / 2; return 0; }\n"]);
%! fclose (file);
%! library = fullfile (folder, "half.so");
%! system (sprintf ("cc -shared -fPIC -o %s %s/half.c", library, folder));
%! objective = sgd_objective (sgd_native (library, "half"), 3);
%! sgd_gradient (objective, 1:3)
%! confirm_recursive_rmdir (false, "local");
%! rmdir (folder, "s");

%!function cc = compiler ()
%!  cc = strtrim (evalc ("mkoctfile -p CC"));
%!endfunction
%!shared folder, source, library, X, y
%! X = [1, 0; 2, 1; -1, 3; 0, 1; 1, 1];
%! y = [1; 2; 0; -1; 2];
%! folder = tempname ();
%! mkdir (folder);
%! source = fullfile (folder, "squares.c");
%! library = fullfile (folder, "squares.so");
%! file = fopen (source, "w");
%! fprintf (file, "%s\n", ...
%!   "#include <stddef.h>", "#include <stdint.h>", ...
%!   "static const double X[] = {1, 2, -1, 0, 1, 0, 1, 3, 1, 1}, y[] = {1, 2, 0, -1, 2};", ...
%!   "int squares (ptrdiff_t d, const double *theta, ptrdiff_t n, const uint32_t *batch, double *g) {", ...
%!   "  g[0] = g[1] = 0;", ...
%!   "  for (ptrdiff_t q = 0; q < n; q++) {", ...
%!   "    ptrdiff_t i = batch ? batch[q] : q;", ...
%!   "    double r = X[i] * theta[0] + X[i + 5] * theta[1] - y[i];", ...
%!   "    g[0] += r * X[i] / n; g[1] += r * X[i + 5] / n; }", ...
%!   "  return theta[0] > 1e3 || d != 2; }");
%! fclose (file);
%! system (sprintf ("%s -shared -fPIC -o '%s' '%s'", compiler (), library, source));
%!test
%! native = sgd_native (library, "squares");
%! assert ({native.type, native.file, native.symbol}, {"sgd_native", library, "squares"});
%! objective = sgd_objective (native, 2, "n_examples", 5);
%! assert (objective.kind, "native");
%! theta = [0.3; -2];
%! assert (sgd_gradient (objective, theta), X' * (X * theta - y) / 5, 1e-15);
%! b = [2, 2, 5];
%! assert (sgd_gradient (objective, theta, b), X(b,:)' * (X(b,:) * theta - y(b)) / 3, 1e-14);
%!test   # the same run as with the function in Octave
%! hyper = sgd_hyper (0.02, 0.9, 0.01, 2);
%! compiled = sgd_objective (sgd_native (library, "squares"), 2, "n_examples", 5);
%! written = sgd_objective (@(theta, b) X(b,:)' * (X(b,:) * theta - y(b)) / numel (b), 2, "n_examples", 5);
%! options = {"dynamics", "sgd", "sampling", "epoch"};
%! run = sgd_simulate (sgd_model (compiled, hyper, options{:}), 50, "seed", 2, "theta0", 1:2);
%! same = sgd_simulate (sgd_model (written, hyper, options{:}), 50, "seed", 2, "theta0", 1:2);
%! assert (run.theta, same.theta, 1e-13);
%!function run = failing (library)
%!  objective = sgd_objective (sgd_native (library, "squares"), 2, "n_examples", 5);
%!  model = sgd_model (objective, sgd_hyper (0.1), "dynamics", "sgd");
%!  run = sgd_simulate (model, 5, "theta0", [2e3, 0], "seed", 1);
%!endfunction
%!test   # failures
%! warning ("off", "sgdlangevin:callback", "local");
%! run = failing (library);
%! assert (run.complete, false);
%! assert (run.step, 0);
%!warning id=sgdlangevin:callback failing (library);
%!warning <step 1> failing (library);
%!error <Invalid call> sgd_native ("file")
%!error <`file`: expected one character string, got a value of class double> sgd_native (1, "f")
%!error <`symbol`: expected one character string> sgd_native ("file", {"f"})
%!error <`symbol` = "nothing_here": expected a function that ".*squares.so" exports>
%! sgd_objective (sgd_native (library, "nothing_here"), 2)
%!error id=sgdlangevin:bad_argument sgd_objective (sgd_native (library, "nothing_here"), 2)
%!error <`file` = "/nowhere.so": expected a shared library \(.*\)> sgd_objective (sgd_native ("/nowhere.so", "f"), 2)
%!error id=sgdlangevin:io sgd_objective (sgd_native ("/nowhere.so", "f"), 2)
%!error <squares.c": expected a shared library \(> sgd_objective (sgd_native (source, "squares"), 2)
%!error <`symbol` is empty> sgd_objective (sgd_native ("/nowhere.so", ""), 2)
%!error id=sgdlangevin:bad_argument sgd_objective (struct ("type", "sgd_native", "file", 1, "symbol", "f"), 2)
%!error id=sgdlangevin:bad_argument sgd_objective (struct ("type", "sgd_native", "symbol", "f"), 2)
%!test
%! confirm_recursive_rmdir (false, "local");
%! rmdir (folder, "s");
