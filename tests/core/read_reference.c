/* Just enough JSON for tests/reference: objects, arrays, numbers and plain strings. */
#include "read_reference.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *skip(const char *s)
{
  while (isspace((unsigned char)*s) || *s == ',' || *s == ':')
    s++;
  return s;
}

static const char *read_text(const char *s, char *out, size_t room)
{
  size_t n = 0;
  for (s++; *s != '"' && *s != '\0'; s++)
    if (n + 1 < room)
      out[n++] = *s;
  out[n] = '\0';
  return *s == '"' ? s + 1 : s;
}

static const char *read_value(const char *s, json *node)
{
  s = skip(s);
  if (*s == '"')
    return read_text(s, node->text, sizeof node->text);
  if (*s != '{' && *s != '[') {
    char *end;
    node->number = strtod(s, &end);
    return end > s ? end : s + strlen(s);
  }
  int object = *s == '{';
  json **last = &node->child;
  for (s = skip(s + 1); *s != '}' && *s != ']' && *s != '\0'; s = skip(s)) {
    *last = calloc(1, sizeof **last);
    if (object)
      s = read_text(s, (*last)->key, sizeof (*last)->key);
    s = read_value(s, *last);
    last = &(*last)->next;
  }
  return *s == '\0' ? s : s + 1;
}

json *json_read_reference(const char *name)
{
  char path[512];
  const char *folder = getenv("SGDL_REFERENCE");
  snprintf(path, sizeof path, "%s/%s", folder ? folder : "tests/reference", name);
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return NULL;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *text = calloc((size_t)size + 1, 1);
  size_t got = fread(text, 1, (size_t)size, file);
  fclose(file);
  json *root = got == (size_t)size ? calloc(1, sizeof *root) : NULL;
  if (root != NULL)
    read_value(text, root);
  free(text);
  return root;
}

void json_free(json *node)
{
  while (node != NULL) {
    json *next = node->next;
    json_free(node->child);
    free(node);
    node = next;
  }
}

const json *json_get(const json *object, const char *key)
{
  for (const json *c = object->child; c != NULL; c = c->next)
    if (strcmp(c->key, key) == 0)
      return c;
  return NULL;
}

ptrdiff_t json_length(const json *array)
{
  ptrdiff_t n = 0;
  for (const json *c = array->child; c != NULL; c = c->next)
    n++;
  return n;
}

double json_number(const json *object, const char *key)
{
  const json *c = json_get(object, key);
  return c ? c->number : NAN;
}

void json_vector(const json *object, const char *key, double *out)
{
  const json *array = json_get(object, key);
  for (const json *c = array ? array->child : NULL; c != NULL; c = c->next)
    *out++ = c->number;
}

void json_matrix(const json *object, const char *key, double *out)
{
  const json *array = json_get(object, key);
  ptrdiff_t rows = array ? json_length(array) : 0, i = 0;
  for (const json *row = array ? array->child : NULL; row != NULL; row = row->next, i++) {
    ptrdiff_t j = 0;
    for (const json *c = row->child; c != NULL; c = c->next, j++)
      out[i + j * rows] = c->number;
  }
}
