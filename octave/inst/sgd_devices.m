## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{devices} =} sgd_devices ()
## The backends this build knows, and what each runs on.
##
## @strong{Value}: a struct array with the fields @code{backend} ("cpu", "cuda"), @code{device},
## @code{available} (true or false) and @code{detail}, which says why one is not there.
##
## Cost: none.
##
## @example
## sgd_devices ()(1).backend          # "cpu"
## @end example
## @seealso{sgd_threads, sgd_model}
## @end deftypefn

function devices = sgd_devices ()
  [backend, device] = __sgdl__ ("devices");
  devices = struct ("backend", {backend, "cuda"}, "device", {device, ""}, "available", {true, false},
                    "detail", {"", "this build has no CUDA backend"});
endfunction

%!demo
%! sgd_devices ()(1)

%!test
%! devices = sgd_devices ();
%! assert ({devices.backend}, {"cpu", "cuda"});
%! assert ([devices.available], [true, false]);
%! assert (ischar (devices(1).device) && ! isempty (devices(1).device));
%! assert (devices(2).detail, "this build has no CUDA backend");
%!error <called with too many inputs> sgd_devices (1)
