/* Student's t distribution. */
#ifndef SGDL_STUDENT_H
#define SGDL_STUDENT_H

/* P(T <= t) with df > 0 degrees of freedom; the tail P(|T| > |t|) to about 1e-13 relative. */
double sgdl_student_cdf(double t, double df);
double sgdl_student_two_sided(double t, double df);
/* t with P(T <= t) = p, 0 < p < 1. */
double sgdl_student_quantile(double p, double df);

#endif
