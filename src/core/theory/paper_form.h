/* The paper's sum for the mean squared displacement. */
#ifndef SGDL_PAPER_FORM_H
#define SGDL_PAPER_FORM_H

#include "../base/base.h"

/* Term of the mode with eigenvalue rho of H at whole k >= 1:
 * eta^2 sigma2 rho/(S(1-beta^2)) [ k + 2 sum_{j=1}^{k-1} (k-j) E22(eta j) ]. O(log k). */
double sgdl_paper_term(const sgdl_hyper *h, double sigma2, double rho, double k);

#endif
