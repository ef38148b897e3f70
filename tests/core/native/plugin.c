/* Plug-ins that are not what they should be, for test_backend: PLUGIN says which. */
#include "backend.h"

#include <stdio.h>
#include <string.h>

enum { GOOD = 1, OTHER_ABI, LIES_ABOUT_ABI, NO_ENTRY, FAILS, FAILS_SILENTLY };

static sgdl_backend backend;

__attribute__((visibility("default")))
#if PLUGIN == 4
sgdl_status sgdl_backend_other(int abi, sgdl_context *ctx, const sgdl_backend **made)
#else
sgdl_status sgdl_backend_entry(int abi, sgdl_context *ctx, const sgdl_backend **made)
#endif
{
  backend.abi = PLUGIN == OTHER_ABI || PLUGIN == LIES_ABOUT_ABI ? 999 : SGDL_BACKEND_ABI;
  backend.name = "cuda";
  backend.device = "a fake";
  *made = &backend;
  if (PLUGIN == OTHER_ABI && abi != backend.abi) return SGDL_UNSUPPORTED;
  if (PLUGIN == FAILS) snprintf(ctx->message, sizeof ctx->message, "the fake has no device");
  return PLUGIN == FAILS || PLUGIN == FAILS_SILENTLY ? SGDL_NO_DEVICE : SGDL_OK;
}
