/* Just enough JSON for tests/reference: objects, arrays, numbers and plain strings. */
#ifndef SGDL_READ_REFERENCE_H
#define SGDL_READ_REFERENCE_H

#include <stddef.h>

typedef struct json {
  char key[64];              /* name inside an object, "" inside an array                     */
  char text[128];            /* strings                                                       */
  double number;             /* numbers                                                       */
  struct json *child, *next; /* first element, next sibling                                   */
} json;

/* The file `name` of the folder in $SGDL_REFERENCE (default tests/reference); NULL when unreadable. */
json *json_read_reference(const char *name);
void json_free(json *node);

/* Member of an object (NULL when absent); number of elements. */
const json *json_get(const json *object, const char *key);
ptrdiff_t json_length(const json *array);
double json_number(const json *object, const char *key);
/* Array of numbers; array of rows, into column-major storage. */
void json_vector(const json *object, const char *key, double *out);
void json_matrix(const json *object, const char *key, double *out);

#endif
