/* A hash of arrays of doubles, by their bits: to tell one array from another and whole files from damaged ones. */
#ifndef SGDL_HASH_H
#define SGDL_HASH_H

#include "base.h"

#include <string.h>

/* Goes on from h (0 at first): the hash of an array does not depend on how it is cut. */
static inline uint64_t sgdl_hash(uint64_t h, const double *x, ptrdiff_t n)
{
  for (ptrdiff_t i = 0; i < n; i++) {
    uint64_t bits;
    memcpy(&bits, x + i, sizeof bits);
    h = (h ^ bits ^ 0x2545f4914f6cdd1du) * 0x9e3779b97f4a7c15u;
    h ^= h >> 32;
  }
  return h;
}

/* As a number that a double holds exactly: 53 of its bits. */
static inline double sgdl_hash_number(uint64_t h)
{
  return (double)(h >> 11);
}

#endif
