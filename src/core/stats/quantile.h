/* Quantiles of the normal and the chi-squared law. */
#ifndef SGDL_QUANTILE_H
#define SGDL_QUANTILE_H

/* z with P(Z <= z) = p, 0 < p < 1. */
double sgdl_normal_quantile(double p);
/* P(|Z| > |z|). */
double sgdl_normal_two_sided(double z);
/* x with P(chi squared with df > 0 degrees of freedom <= x) = p, 0 < p < 1. */
double sgdl_chi_squared_quantile(double p, double df);
/* P(chi squared > x); NaN where x is NaN or df <= 0. */
double sgdl_chi_squared_above(double x, double df);

#endif
