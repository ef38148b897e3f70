/* Assertions for the C unit tests: each counts, a failure prints where, what and the values.
 * A test file is functions called from main(), which ends with `return check_report();`. */
#ifndef SGDL_CHECK_H
#define SGDL_CHECK_H

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static int check_passed, check_failed;

/* Counts one check; returns ok, so that a failure can print more. */
static inline int check_count(int ok, const char *file, int line, const char *what)
{
  if (ok) {
    check_passed++;
  } else {
    check_failed++;
    printf("FAILED %s:%d: %s\n", file, line, what);
  }
  return ok;
}

static inline void check_near(double value, double expected, double tolerance, const char *file, int line,
                              const char *what)
{
  int same = value == expected || (isnan(value) && isnan(expected));
  if (!check_count(same || fabs(value - expected) <= tolerance, file, line, what))
    printf("  value %.17g, expected %.17g, difference %.3g, tolerance %.3g\n", value, expected,
           value - expected, tolerance);
}

/* Largest |x - y| over n elements against tolerance times the largest |y|. */
static inline void check_near_array(const double *x, const double *y, ptrdiff_t n, double tolerance,
                                    const char *file, int line, const char *what)
{
  double scale = 0.0, worst = 0.0;
  ptrdiff_t at = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    double difference = fabs(x[i] - y[i]);
    if (fabs(y[i]) > scale) scale = fabs(y[i]);
    if (x[i] != y[i] && !(difference <= worst) && !isnan(worst)) {
      worst = difference;
      at = i;
    }
  }
  if (!check_count(worst <= tolerance * scale, file, line, what))
    printf("  element %td of %td: %.17g, expected %.17g; error over largest %.3g, tolerance %.3g\n", at, n,
           x[at], y[at], worst / scale, tolerance);
}

static inline void check_contains(const char *text, const char *part, const char *file, int line)
{
  if (!check_count(text && strstr(text, part), file, line, "text contains"))
    printf("  text     \"%s\"\n  expected \"%s\"\n", text ? text : "(null)", part);
}

static inline void check_integer(long long value, long long expected, const char *file, int line,
                                 const char *what)
{
  if (!check_count(value == expected, file, line, what))
    printf("  value %lld, expected %lld\n", value, expected);
}

#define CHECK(condition) check_count((condition) != 0, __FILE__, __LINE__, #condition)
/* |value - expected| <= tolerance; equal infinities and two NaNs agree. */
#define CHECK_NEAR(value, expected, tolerance) \
  check_near((value), (expected), (tolerance), __FILE__, __LINE__, #value " near " #expected)
/* relative to |expected| */
#define CHECK_CLOSE(value, expected, tolerance) \
  check_near((value), (expected), (tolerance) * fabs(expected), __FILE__, __LINE__, \
             #value " close to " #expected)
/* arrays, relative to the largest element of `expected` */
#define CHECK_ARRAY(value, expected, n, tolerance) \
  check_near_array((value), (expected), (n), (tolerance), __FILE__, __LINE__, #value " close to " #expected)
#define CHECK_INT(value, expected) \
  check_integer((value), (expected), __FILE__, __LINE__, #value " == " #expected)
#define CHECK_STATUS(call, expected) \
  check_integer((call), (expected), __FILE__, __LINE__, #call " gives " #expected)
#define CHECK_TEXT(text, part) check_contains((text), (part), __FILE__, __LINE__)

/* Last line of every test program; its result is the exit status. */
static inline int check_report(void)
{
  printf("%d passed, %d failed\n", check_passed, check_failed);
  return check_failed != 0;
}

#endif
