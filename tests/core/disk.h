/* Folders of runs in tests: their files, and whether they hold what a run in memory gives. */
#ifndef SGDL_TEST_DISK_H
#define SGDL_TEST_DISK_H

#include "sgdl.h"

/* Makes a folder of its own for a test, in memory where the system has room for files there: tests are of what is
 * written and when, and waiting for a disk is most of their time. 0, or -1 where none could be made. */
int disk_make(char folder[64]);
/* folder/name, overwritten by the next call. */
const char *disk_file(const char *folder, const char *name);
/* The files of a folder and the folder itself; the tree: also the files of the folders in it. */
void disk_remove(const char *folder);
void disk_remove_tree(const char *folder);
/* The rows that the folder holds, first to last of a run whose records x width x n_paths arrays are theta and
 * velocity (optional): how many, or -1 where a bit differs or the folder cannot be read. */
ptrdiff_t disk_rows(sgdl_context *ctx, const char *folder, ptrdiff_t records, ptrdiff_t width, ptrdiff_t n_paths,
                    const double *theta, const double *velocity);
/* Every bit of every recorded row, and the steps of the rows. */
int disk_equals_memory(sgdl_context *ctx, const char *folder, const sgdl_model *model, const sgdl_simulation *sim,
                       int velocity);

#endif
