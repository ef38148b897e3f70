/* The one table of status codes: a sentence for people, a word for programs. */
#include "base.h"

static const struct {
  const char *word, *sentence;
} table[SGDL_STATUS_COUNT] = {
    [SGDL_OK] = {"ok", "success"},
    [SGDL_BAD_ARGUMENT] = {"bad_argument", "an argument is out of range or has the wrong shape"},
    [SGDL_NOT_FINITE] = {"not_finite", "a value is NA, NaN or infinite where a finite number is needed"},
    [SGDL_NOT_SYMMETRIC] = {"not_symmetric", "the matrix is not symmetric"},
    [SGDL_NOT_PSD] = {"not_psd", "the matrix is not positive semidefinite"},
    [SGDL_UNSTABLE] = {"unstable", "the dynamics is unstable at this learning rate"},
    [SGDL_SADDLE] = {"saddle", "negative curvature: there is no stationary state"},
    [SGDL_FLAT] = {"flat", "flat directions: there is no stationary position"},
    [SGDL_NO_RESIDUAL] = {"no_residual", "no more examples than parameters: there is no residual variance"},
    [SGDL_TOO_SHORT] = {"too_short", "the trajectory or window is too short"},
    [SGDL_UNSUPPORTED] = {"unsupported", "this combination of options is not supported"},
    [SGDL_NO_DEVICE] = {"no_device", "the requested device is not available"},
    [SGDL_NO_CONVERGENCE] = {"no_convergence", "an eigenvalue or iterative computation did not converge"},
    [SGDL_TOO_LARGE] = {"too_large", "the size is past what BLAS or memory can address"},
    [SGDL_NO_MEMORY] = {"no_memory", "out of memory"},
    [SGDL_INTERRUPTED] = {"interrupted", "interrupted before the end"},
    [SGDL_IO] = {"io", "the file is missing, truncated or not what it claims to be"},
    [SGDL_CALLBACK] = {"callback", "a function given by the user failed"},
};

static int known(sgdl_status status)
{
  return (unsigned)status < SGDL_STATUS_COUNT;
}

const char *sgdl_status_string(sgdl_status status)
{
  return known(status) ? table[status].sentence : "unknown status code";
}

const char *sgdl_status_word(sgdl_status status)
{
  return known(status) ? table[status].word : "unknown";
}
