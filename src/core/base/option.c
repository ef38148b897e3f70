/* Options by name: exact match, or a failure that lists the choices and names the nearest. */
#define _POSIX_C_SOURCE 200809L /* strnlen */
#include "base.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_NAME = 63 };

static int smaller(int a, int b)
{
  return a < b ? a : b;
}

static int same_letter(char a, char b)
{
  return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Edits (insert, delete, replace, swap of neighbours) between two names, ignoring case;
 * letters past LONGEST_NAME are not compared. */
static int edit_distance(const char *a, const char *b)
{
  int rows[3][LONGEST_NAME + 1];
  int *before = rows[0], *previous = rows[1], *current = rows[2];
  int n = (int)strnlen(a, LONGEST_NAME), m = (int)strnlen(b, LONGEST_NAME);
  for (int j = 0; j <= m; j++) previous[j] = j;
  for (int i = 1; i <= n; i++) {
    current[0] = i;
    for (int j = 1; j <= m; j++) {
      int replace = previous[j - 1] + !same_letter(a[i - 1], b[j - 1]);
      current[j] = smaller(replace, smaller(previous[j], current[j - 1]) + 1);
      if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]))
        current[j] = smaller(current[j], before[j - 2] + 1);
    }
    int *free_row = before;
    before = previous;
    previous = current;
    current = free_row;
  }
  return previous[m];
}

/* An abbreviation means what it begins, however long the rest is. */
static int abbreviates(const char *name, const char *choice)
{
  while (*name && same_letter(*name, *choice)) name++, choice++;
  return *name == '\0';
}

static const char *nearest(const char *name, const char *const *choices, int n)
{
  const char *best = choices[0];
  for (int i = 0; i < n; i++)
    if (*name && abbreviates(name, choices[i])) return choices[i];
  for (int i = 1; i < n; i++)
    if (edit_distance(name, choices[i]) < edit_distance(name, best)) best = choices[i];
  return best;
}

/* `choices` between `quote` characters, separated by commas, cut at the size of the buffer. */
static void join(char *out, size_t size, const char *const *choices, int n, char quote)
{
  size_t used = 0;
  out[0] = '\0';
  for (int i = 0; i < n && used < size; i++) {
    int written = snprintf(out + used, size - used, "%s%c%s%c", i ? ", " : "", quote, choices[i], quote);
    if (written < 0) return;
    used += (size_t)written;
  }
}

sgdl_status sgdl_match_option(sgdl_context *ctx, const char *argument, const char *value,
                              const char *const *choices, int n, int *index)
{
  for (int i = 0; i < n; i++)
    if (strcmp(value, choices[i]) == 0) {
      *index = i;
      return SGDL_OK;
    }
  char list[SGDL_MESSAGE_SIZE / 2];
  join(list, sizeof list, choices, n, '"');
  return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`%s` = \"%.*s\": expected one of %s; did you mean \"%s\"?",
                   argument, LONGEST_NAME, value, list, nearest(value, choices, n));
}

sgdl_status sgdl_unknown_argument(sgdl_context *ctx, const char *function, const char *name,
                                  const char *const *known, int n)
{
  char list[SGDL_MESSAGE_SIZE / 2];
  join(list, sizeof list, known, n, '`');
  return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "%s has no argument `%.*s`: did you mean `%s`? It takes %s",
                   function, LONGEST_NAME, name, nearest(name, known, n), list);
}
