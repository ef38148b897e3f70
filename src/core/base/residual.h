/* x - offset - trend, rounded once (two-sum twice): a line taken out of a series. */
#ifndef SGDL_RESIDUAL_H
#define SGDL_RESIDUAL_H

#include "portable.h"

SGDL_PORTABLE double sgdl_residual(double x, double offset, double trend)
{
  double a = x - offset, p = a - x, a_low = (x - (a - p)) - (offset + p);
  double b = a - trend, q = b - a, b_low = (a - (b - q)) - (trend + q);
  return b + (a_low + b_low);
}

#endif
