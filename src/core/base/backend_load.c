/* Backends that are plug-ins: found, opened, asked for their backend, refused with a reason. Keeps no state:
 * the dynamic loader counts handles, the plug-in makes its backend once. */
#define _GNU_SOURCE /* RTLD_NODELETE */
#include "base.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#ifndef RTLD_NODELETE
#define RTLD_NODELETE 0
#endif

static const char *const plugin_name = "sgdlangevin_cuda.so";
static const char *const how = "build it with `make cuda-backend` (it needs nvcc) or use device = \"cpu\"";

enum { PATH_SIZE = 4096 };

/* Where the plug-in is, and what said so. */
static sgdl_status find_plugin(sgdl_context *ctx, const char *file, const char *folder, char path[PATH_SIZE],
                               const char **source)
{
  struct stat there;
  const char *variable = getenv("SGDLANGEVIN_CUDA");
  int n = -1;
  if (file && *file) {
    *source = "the option";
    n = snprintf(path, PATH_SIZE, "%s", file);
  } else if (variable && *variable) {
    *source = "the environment variable SGDLANGEVIN_CUDA";
    n = snprintf(path, PATH_SIZE, "%s", variable);
  } else if (folder && *folder) {
    *source = "the package";
    n = snprintf(path, PATH_SIZE, "%s/%s", folder, plugin_name);
  }
  if (n < 0)
    return sgdl_fail(ctx, SGDL_NO_DEVICE, "`device` = \"cuda\": no place is known for the plug-in %s: %s",
                     plugin_name, how);
  if (n >= PATH_SIZE)
    return sgdl_fail(ctx, SGDL_NO_DEVICE,
                     "`device` = \"cuda\": the path of the plug-in has %d characters: expected "
                     "at most %d",
                     n, PATH_SIZE - 1);
  if (stat(path, &there) == 0) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_NO_DEVICE, "`device` = \"cuda\": the plug-in %s (from %s) is not there: %s",
                   path, *source, how);
}

/* The backend of an open library; *started: it got as far as looking for a device. */
static sgdl_status ask_plugin(sgdl_context *ctx, const char *path, void *library, int *started,
                              const sgdl_backend **backend)
{
  const sgdl_backend *made = NULL;
  sgdl_backend_entry_function *entry;
  *(void **)&entry = dlsym(library, "sgdl_backend_entry");
  if (!entry)
    return sgdl_fail(ctx, SGDL_NO_DEVICE,
                     "`device` = \"cuda\": %s exports no `sgdl_backend_entry`: it is not a plug-in "
                     "of this package; %s",
                     path, how);
  ctx->message[0] = '\0';
  sgdl_status status = entry(SGDL_BACKEND_ABI, ctx, &made);
  int abi = made ? made->abi : 0;
  if (status == SGDL_UNSUPPORTED || (status == SGDL_OK && abi != SGDL_BACKEND_ABI))
    return sgdl_fail(ctx, SGDL_NO_DEVICE,
                     "`device` = \"cuda\": the plug-in %s was built for version %d of the backend "
                     "contract: expected %d; build it again with `make cuda-backend`",
                     path, abi, SGDL_BACKEND_ABI);
  *started = 1;
  if (status != SGDL_OK) {
    char reason[SGDL_MESSAGE_SIZE];
    memcpy(reason, ctx->message, sizeof reason);
    return sgdl_fail(ctx, SGDL_NO_DEVICE, "`device` = \"cuda\": %.*s", SGDL_MESSAGE_SIZE - 32,
                     reason[0] ? reason : sgdl_status_string(status));
  }
  *backend = made;
  return SGDL_OK;
}

static sgdl_status open_plugin(sgdl_context *ctx, const char *file, const char *folder,
                               const sgdl_backend **backend)
{
  char path[PATH_SIZE];
  const char *source = "";
  SGDL_TRY(find_plugin(ctx, file, folder, path, &source));
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return sgdl_fail(ctx, SGDL_NO_DEVICE, "`device` = \"cuda\": the plug-in does not load (%.600s): %s",
                     dlerror(), how);
  int started = 0;
  sgdl_status status = ask_plugin(ctx, path, library, &started, backend);
  if (started) /* its runtime may have threads of its own now: it stays */
    (void)dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  dlclose(library);
  return status;
}

sgdl_status sgdl_backend_open(sgdl_context *ctx, const char *device, const char *file, const char *folder,
                              const sgdl_backend **backend, char *note)
{
  static const char *const devices[] = {"auto", "cpu", "cuda"};
  int choice = 0;
  *backend = NULL;
  if (note) note[0] = '\0';
  ctx->message[0] = '\0';
  SGDL_TRY(sgdl_match_option(ctx, "device", device, devices, 3, &choice));
  sgdl_status status = SGDL_OK;
  if (choice != 1) status = open_plugin(ctx, file, folder, backend);
  if (choice == 2) return status;
  if (*backend) return SGDL_OK;
  *backend = sgdl_backend_cpu();
  if (choice == 0 && note) snprintf(note, SGDL_MESSAGE_SIZE, "%s", ctx->message);
  ctx->message[0] = '\0';
  return SGDL_OK;
}
