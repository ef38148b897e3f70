/* The built-in functions of an eigenvalue. */
#ifndef SGDL_FUNCTIONS_H
#define SGDL_FUNCTIONS_H

#include "../base/base.h"
#include "../sgdl_operator.h"

/* Kinds and parameters are such as there are. */
sgdl_status sgdl_functions_check(sgdl_context *ctx, ptrdiff_t n, const sgdl_function *functions);
/* f(rho); NaN where rho is outside of what f takes. */
double sgdl_function_value(const sgdl_function *f, double rho);
/* SGDL_BAD_ARGUMENT for a node outside of what f takes. */
sgdl_status sgdl_function_domain(sgdl_context *ctx, const sgdl_function *f, double rho);

#endif
