/* A folder that holds a run: files segment-000001.h5, ... and checkpoint.h5. */
#ifndef SGDL_FOLDER_H
#define SGDL_FOLDER_H

#include "../base/base.h"

enum { SGDL_PATH_SIZE = 4096 };

/* `folder`/`name`; SGDL_BAD_ARGUMENT where that is too long. */
sgdl_status sgdl_folder_file(sgdl_context *ctx, const char *folder, const char *name, char file[SGDL_PATH_SIZE]);
/* Segment k = 0, 1, ... is segment-<k+1>.h5. */
sgdl_status sgdl_segment_file(sgdl_context *ctx, const char *folder, ptrdiff_t k, char file[SGDL_PATH_SIZE]);

/* Makes the folder unless it is there, and sees that files can be written in it. */
sgdl_status sgdl_folder_make(sgdl_context *ctx, const char *folder);
/* SGDL_IO when a file in it has a name that a run would give. */
sgdl_status sgdl_folder_free_of_runs(sgdl_context *ctx, const char *folder);

#endif
