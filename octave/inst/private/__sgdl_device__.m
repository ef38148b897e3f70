## SPDX-License-Identifier: GPL-3.0-or-later
## [backend, cleanup] = __sgdl_device__ (device, worth)
##
## The core works on the device asked for ("auto": where the work is worth it) as long as `cleanup` lives.  With
## a model in place of both: on that of the model.
function [backend, cleanup] = __sgdl_device__ (device, worth = true)
  if (isstruct (device))
    device = {"cpu", "cuda"}{1 + (isfield (device, "backend") && strcmp (device.backend, "cuda"))};
  endif
  __sgdl__ ("match_option", "device", device, {"auto", "cpu", "cuda"});
  backend = "cpu";
  cleanup = [];
  if (strcmp (device, "cpu") || (strcmp (device, "auto") && ! worth))
    return;
  endif
  cleanup = onCleanup (@() __sgdl__ ("use_device", "cpu"));
  backend = __sgdl__ ("use_device", device);
endfunction
