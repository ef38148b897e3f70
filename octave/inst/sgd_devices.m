## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{devices} =} sgd_devices ()
## The backends this build knows, and what each runs on.
##
## The CUDA backend is a plug-in, @file{sgdlangevin_cuda.so}: made with the package where the CUDA compiler
## is found, or by @code{make cuda-backend}.  The environment variable @env{SGDLANGEVIN_CUDA} names it; else it
## is looked for in the package.  It takes the first device that @env{CUDA_VISIBLE_DEVICES} shows.
##
## With device "auto" (the default of sgd_model, sgd_simulate and msd) it is used where it is there and the
## work is worth the way to the device: a model of at least 1,000 parameters, a simulation of at least 100,000
## parameters times paths, an MSD of at least 1e7 numbers; where it is not there, the CPU is, and the field
## @code{backend} of results says so.  With "cuda" its absence is the error
## @code{sgdlangevin:no_device}, which says why.  A model too large for the device's memory is the error
## @code{sgdlangevin:too_large}, which names the size that fits; this, and a device that fails on the way,
## is an error under "auto" too, and the session goes on: a device that was lost is not there any more.
## Everything is in double precision.  Answers agree to rounding (1e-10 relative in the tests); random numbers
## are the same.
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
  [cpu, cuda, why] = __sgdl__ ("devices");
  devices = struct ("backend", {"cpu", "cuda"}, "device", {cpu, cuda}, "available", {true, ! isempty(cuda)},
                    "detail", {"", why});
endfunction

%!demo
%! sgd_devices ()(1)

%!test
%! devices = sgd_devices ();
%! assert ({devices.backend}, {"cpu", "cuda"});
%! assert (devices(1).available);
%! assert (ischar (devices(1).device) && ! isempty (devices(1).device));
%! assert (devices(2).available, isempty (devices(2).detail));
%! assert (devices(2).available, ! isempty (devices(2).device));
%!test   # a plug-in that is not there
%! before = getenv ("SGDLANGEVIN_CUDA");
%! unwind_protect
%!   setenv ("SGDLANGEVIN_CUDA", "/nowhere/plugin.so");
%!   assert (! isempty (strfind (sgd_devices ()(2).detail, "/nowhere/plugin.so (from the environment variable")));
%!   problem = sgd_spectrum ([1, 2], "sigma2", 1);
%!   model = sgd_model (problem, sgd_hyper (0.1));
%!   assert (model.backend, "cpu");
%!   for call = {@() sgd_model(problem, sgd_hyper (0.1), "device", "cuda"), ...
%!               @() sgd_simulate(model, 10, "device", "cuda"), @() msd((1:10)', "device", "cuda")}
%!     fail ("call{1} ()", "/nowhere/plugin.so");
%!   endfor
%!   assert (sgd_simulate (model, 10, "seed", 1, "device", "auto").backend, "cpu");
%!   model.backend = "cuda";   # made on a device: so is its theory
%!   for call = {@() sgd_stationary(model), @() sgd_transient(model, 3), @() sgd_modified_loss(model)}
%!     fail ("call{1} ()", "/nowhere/plugin.so");
%!   endfor
%! unwind_protect_cleanup
%!   setenv ("SGDLANGEVIN_CUDA", before);
%! end_unwind_protect
%!test   # a device gives the answers of the CPU: SGDL_TEST_DEVICE, emulated (tests/core) or real
%! plugin = getenv ("SGDL_TEST_DEVICE");
%! if (exist (plugin, "file"))
%!   setenv ("SGDLANGEVIN_CUDA", plugin);
%!   assert (sgd_devices ()(2).available);
%!   H = cov (sin ((1:60)' * (1:20) .^ 2));
%!   problem = sgd_quadratic (H, "Sigma", cov (cos ((1:60)' * (1:20) .^ 2)));
%!   cpu = sgd_model (problem, sgd_hyper (0.05, 0.9, 0.01, 8), "device", "cpu");
%!   gpu = sgd_model (problem, sgd_hyper (0.05, 0.9, 0.01, 8), "device", "cuda");
%!   assert ({cpu.backend, gpu.backend}, {"cpu", "cuda"});
%!   one = sgd_stationary (cpu);
%!   other = sgd_stationary (gpu);
%!   assert (other.theta, one.theta, 1e-10 * norm (one.theta));
%!   assert (other.cross, one.cross, 1e-10 * norm (one.cross));
%!   a = sgd_simulate (cpu, 50, "nsim", 3, "seed", 1);
%!   b = sgd_simulate (gpu, 50, "nsim", 3, "seed", 1);
%!   assert ({a.backend, b.backend}, {"cpu", "cuda"});
%!   assert (b.theta, a.theta, 1e-10);
%!   x = cumsum (a.theta);
%!   assert (msd (x, "device", "cuda").msd, msd (x, "device", "cpu").msd, -1e-10);
%!   unsetenv ("SGDLANGEVIN_CUDA");
%! endif
%!error <called with too many inputs> sgd_devices (1)
