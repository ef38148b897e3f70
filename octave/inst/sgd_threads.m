## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{previous} =} sgd_threads ()
## @deftypefnx {} {@var{previous} =} sgd_threads (@var{n})
## Get, and set, the number of threads used by this package.
##
## @strong{Argument}: @var{n}, a whole number >= 0; 0 means all that the machine offers.
## At the start it is the environment variable SGDLANGEVIN_THREADS, else 0.
##
## @strong{Value}: the number before the call.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}.  Cost: none.
##
## @example
## previous = sgd_threads (1);
## sgd_threads (previous);
## @end example
## @seealso{sgd_devices}
## @end deftypefn

function previous = sgd_threads (n = [])
  previous = __sgdl__ ("threads", n);
endfunction

%!demo
%! previous = sgd_threads (1);
%! sgd_threads (previous);

%!test
%! previous = sgd_threads (3);
%! unwind_protect
%!   assert (sgd_threads (), 3);
%!   assert (sgd_threads (), 3);
%! unwind_protect_cleanup
%!   sgd_threads (previous);
%! end_unwind_protect
%! assert (sgd_threads (), previous);
%!error id=sgdlangevin:bad_argument sgd_threads (-1)
%!error <`n` = 1.5: expected a whole number .= 0> sgd_threads (1.5)
%!error <`n`: expected a number, got a character vector> sgd_threads ("all")
