/* Tails of the distributions that tests of samples refer to. */
#ifndef SGDL_DISTRIBUTIONS_H
#define SGDL_DISTRIBUTIONS_H

/* P(X <= x) and P(X > x) of a gamma variable of this shape > 0 and scale 1, x >= 0; the smaller of both to about
 * 1e-13 relative. Chi squared with k degrees of freedom: shape k/2, x/2. */
void sgdl_gamma_tails(double shape, double x, double *below, double *above);
/* P(X > x) of Fisher's F with df1 and df2 degrees of freedom. */
double sgdl_fisher_above(double x, double df1, double df2);
/* P(sqrt(n) D > x) as n grows, D the distance of Kolmogorov and Smirnov. */
double sgdl_kolmogorov_above(double x);

/* First and second derivative of log Gamma, x > 0. */
double sgdl_digamma(double x);
double sgdl_trigamma(double x);

/* I_x(a, b) by its continued fraction: f with I = x^a y^b/(a B(a, b)) f, for x < (a + 1)/(a + b + 2). */
double sgdl_beta_fraction(double a, double b, double x);

#endif
