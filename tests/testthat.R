library(testthat)
library(sgdlangevin)

test_check("sgdlangevin")
