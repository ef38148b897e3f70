# Operators against the matrices they stand for, and extreme eigenpairs against eigen().

X <- outer(1:12, 1:5, function(i, j) sin((i + 12 * (j - 1))^1.3))
H <- crossprod(X) / 12
V <- matrix(cos(1:15), 5)
product <- function(operator) sgd_hessian_product(operator, V)

test_that("products are the same, however the Hessian is known", {
  modes <- eigen(H)
  quadratic <- sgd_objective(function(theta) H %*% theta, 5, hvp = function(theta, V) H %*% V)
  ways <- list(
    "function" = sgd_operator(function(V) H %*% V, 5), matrix = sgd_operator(H), data = sgd_operator(X = X),
    low_rank = sgd_operator(vectors = modes$vectors, values = modes$values),
    objective = sgd_operator(sgd_regression(X, 1:12), theta = numeric(5)),
    "function" = sgd_operator(quadratic, theta = 1:5)
  )
  for (i in seq_along(ways)) {
    expect_equal(product(ways[[i]]), H %*% V, tolerance = 1e-13)
    expect_identical(ways[[i]]$kind, names(ways)[i])
    expect_identical(ways[[i]]$dim, 5)
    expect_s3_class(ways[[i]], c("sgd_operator", "sgd_problem"), exact = TRUE)
    expect_equal(sgd_hessian_product(ways[[i]], V[, 1]), drop(H %*% V[, 1]), tolerance = 1e-13)
  }
  expect_named(ways$data, c("dim", "n_examples", "kind", "hvp", "X", "vectors", "values", "bulk", "objective", "theta",
                            "noise", "sigma2"))
  expect_identical(ways$data$n_examples, 12)
  expect_identical(ways$objective$noise$kind, "objective")
  expect_null(ways$matrix$noise)
  expect_output(print(ways$objective), "(linear regression, 12 examples), 5 parameters, noise: gradients of 12 examples",
                fixed = TRUE)
})

test_that("sparse matrices are taken as they are, in any storage", {
  skip_if_not_installed("Matrix")
  sparse <- Matrix::Matrix(H * (abs(H) > 0.05), sparse = TRUE)
  expect_s4_class(sparse, "dsCMatrix")
  full <- as.matrix(sparse)
  expect_equal(product(sgd_operator(sparse)), full %*% V, tolerance = 1e-13)
  expect_equal(product(sgd_operator(methods::as(sparse, "generalMatrix"))), full %*% V, tolerance = 1e-13)
  expect_equal(product(sgd_operator(methods::as(sparse, "TsparseMatrix"))), full %*% V, tolerance = 1e-13)
  expect_equal(product(sgd_operator(X = Matrix::Matrix(X, sparse = TRUE))), H %*% V, tolerance = 1e-13)
  by_matrix <- sgd_operator(function(V) sparse %*% V, 5) # gives an object of Matrix
  expect_equal(product(by_matrix), full %*% V, tolerance = 1e-13)
  expect_failure_of(sgd_operator(Matrix::Matrix(X, sparse = TRUE)), "bad_argument",
                    "`hvp`: expected a square matrix, got 12 x 5")
  lopsided <- Matrix::sparseMatrix(i = 1, j = 2, x = 1, dims = c(3, 3))
  expect_failure_of(sgd_operator(lopsided), "not_symmetric", "")
})

test_that("low rank plus bulk", {
  U <- qr.Q(qr(V))
  operator <- sgd_operator(vectors = U, values = c(1, 3, 2), bulk = 0.5)
  expect_identical(operator$values, c(3, 2, 1))
  full <- U %*% diag(c(1, 3, 2)) %*% t(U) + 0.5 * (diag(5) - tcrossprod(U))
  expect_equal(product(operator), full %*% V, tolerance = 1e-13)
})

test_that("compiled products", {
  skip_on_os("windows")
  skip_on_cran()
  folder <- tempfile()
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  writeLines(c(
    "#include <stddef.h>",
    "int twice(ptrdiff_t dim, ptrdiff_t n, const double *V, double *HV)",
    "{ for (ptrdiff_t i = 0; i < dim * n; i++) HV[i] = 2 * V[i]; return 0; }",
    "int fails(ptrdiff_t dim, ptrdiff_t n, const double *V, double *HV) { return 7; }"
  ), file.path(folder, "twice.c"))
  compiled <- suppressWarnings(system2(file.path(R.home("bin"), "R"), c("CMD", "SHLIB", file.path(folder, "twice.c")),
                                       stdout = TRUE, stderr = TRUE))
  library_file <- file.path(folder, paste0("twice", .Platform$dynlib.ext))
  skip_if_not(file.exists(library_file), paste(compiled, collapse = "\n"))
  operator <- sgd_operator(sgd_native(library_file, "twice"), 5)
  expect_identical(product(operator), 2 * V)
  expect_failure_of(sgd_operator(sgd_native(library_file, "fails"), 5), "callback", "returned 7")
  expect_failure_of(sgd_operator(sgd_native(library_file, "absent"), 5), "bad_argument", "`symbol` = \"absent\"")
  expect_failure_of(sgd_operator(sgd_native("no.so", "twice"), 5), "io", "`file` = \"no.so\"")
})

test_that("what a function gives is looked at, and counted", {
  calls <- 0
  late <- function(V) {
    calls <<- calls + 1
    if (calls == 3) V[-1, ] else 2 * V
  }
  operator <- sgd_operator(late, 40)
  expect_failure_of(sgd_eigenpairs(operator, top = 2, seed = 1), "callback",
                    "`hvp`, product 2: expected a 40 x 4 matrix, got a 39 x 4 double array")
  expect_failure_of(sgd_operator(function(V) 1, 2), "callback",
                    "`hvp`, product 1: expected a 2 x 3 matrix, got a number")
  expect_failure_of(sgd_operator(function(V) NA_real_ * V, 2), "callback",
                    "`hvp`, product 1: expected finite numbers, got NA in row 1, column 1")
  expect_failure_of(sgd_operator(function(V) stop("my own words"), 2), "callback", "my own words")
  condition <- tryCatch(sgd_operator(function(V) stop("my own words"), 2), error = identity)
  expect_identical(conditionMessage(condition$parent), "my own words")
  expect_failure_of(sgd_operator(function(V) rbind(V[1, ] + V[2, ], V[2, ]), 2), "not_symmetric", "")
  expect_failure_of(sgd_operator(function(V) V^2, 2), "callback", "")
  expect_s3_class(sgd_operator(function(V) rbind(V[1, ] + V[2, ], V[2, ]), 2, tolerance = Inf), "sgd_operator")
})

test_that("jumps out of a function leave the core in order", {
  escape <- function() {
    withRestarts(sgd_operator(function(V) invokeRestart("away"), 3), away = function() "escaped")
  }
  for (i in 1:3) expect_identical(escape(), "escaped")
  expect_identical(product(sgd_operator(function(V) 3 * V, 5)), 3 * V)
})

test_that("arguments of operators", {
  expect_failure_of(sgd_operator(), "bad_argument", "`hvp`, `X`, `vectors`: expected exactly one of them, got none")
  expect_failure_of(sgd_operator(H, X = X), "bad_argument", "expected exactly one of them, got hvp and X")
  expect_failure_of(sgd_operator(function(V) V), "bad_argument", "`dim`: expected the number of parameters")
  expect_failure_of(sgd_operator(function(V) V, 0), "bad_argument", "`dim` = 0: expected a whole number >= 1")
  expect_failure_of(sgd_operator(X = X, dim = 4), "bad_argument", "`dim` = 4: expected 5, as given by `X`, or NULL")
  expect_failure_of(sgd_operator("H"), "bad_argument", "`hvp`: expected a function, a symmetric matrix")
  expect_failure_of(sgd_operator(X), "bad_argument", "`hvp`: expected a square matrix, got 12 x 5")
  expect_failure_of(sgd_operator(H, theta = 1:5), "bad_argument", "`theta`: expected NULL unless `hvp` is an objective")
  expect_failure_of(sgd_operator(sgd_regression(X, 1:12)), "bad_argument", "`theta`: expected the point")
  expect_failure_of(sgd_operator(sgd_regression(X, 1:12), theta = 1), "bad_argument", "`theta`: expected a vector")
  expect_failure_of(sgd_operator(sgd_objective(identity, 2), theta = 1:2), "unsupported", "`objective` has no `hvp`")
  expect_failure_of(sgd_operator(matrix(c(1, 0, 2, 1), 2)), "not_symmetric", "")
  expect_failure_of(sgd_operator(X = matrix(c(1, NA), 1)), "not_finite", "`X")
  expect_failure_of(sgd_operator(vectors = diag(5), values = 1:2), "bad_argument",
                    "`values`: expected a vector of length 5, got length 2")
  expect_failure_of(sgd_operator(vectors = matrix(1, 5, 2), values = 1:2), "bad_argument",
                    "`vectors`: expected orthonormal columns, got U'U off the identity by 5")
  expect_failure_of(sgd_operator(vectors = diag(2), values = c(1, NaN)), "not_finite", "`values")
  expect_failure_of(sgd_operator(vectors = diag(5), values = 1:5, bulk = "a"), "bad_argument", "`bulk`")
  expect_failure_of(sgd_operator(identity, 2, tolerance = 0), "bad_argument",
                    "`tolerance` = 0: expected a number > 0, or Inf")
  expect_failure_of(sgd_operator(H, noise = sgd_noise(diagonal = 1:5), sigma2 = 1), "bad_argument",
                    "`noise`, `sigma2`: expected at most one of them, got both")
  expect_failure_of(sgd_operator(H, sigma2 = -1), "bad_argument", "`sigma2` = -1: expected a finite number >= 0")
  expect_failure_of(sgd_operator(H, noise = sgd_noise(diagonal = 1:3)), "bad_argument",
                    "`noise`: expected diagonal of 5 parameters, got 3")
  expect_failure_of(sgd_operator(H, noise = 1), "bad_argument", "`noise`: expected the value of sgd_noise()")
  expect_failure_of(sgd_operator(H, sigm2 = 1), "bad_argument", "did you mean `sigma2`")
  expect_failure_of(sgd_hessian_product(sgd_operator(H), 1:5, V), "bad_argument", "`theta`: expected none")
  expect_failure_of(sgd_hessian_product(sgd_operator(H), 1:4), "bad_argument", "`V`: expected a vector of length 5")
})

test_that("arguments of noise", {
  expect_failure_of(sgd_noise(), "bad_argument",
                    "`gradients`, `factor`, `diagonal`: expected exactly one of them, got none")
  expect_failure_of(sgd_noise(factor = diag(2), diagonal = 1:2), "bad_argument", "got factor and diagonal")
  expect_failure_of(sgd_noise(identity), "bad_argument", "`n_examples`: expected the number of examples")
  expect_failure_of(sgd_noise(diag(2), n_examples = 2), "bad_argument",
                    "`n_examples`: expected NULL unless `gradients` is a function")
  expect_failure_of(sgd_noise(identity, n_examples = 0), "bad_argument", "`n_examples` = 0: expected a whole number")
  expect_failure_of(sgd_noise(diagonal = 1, chunk = 1.5), "bad_argument", "`chunk` = 1.5: expected a whole number")
  expect_failure_of(sgd_noise(diagonal = 1, centred = "x"), "bad_argument", "`centred`: expected TRUE or FALSE")
  expect_failure_of(sgd_noise(factor = "x"), "bad_argument", "`factor`: expected a numeric matrix")
  expect_failure_of(sgd_noise(diagnal = 1), "bad_argument", "did you mean `diagonal`")
  expect_output(print(sgd_noise(diag(3))), "Gradient noise: gradients of 3 examples")
  expect_output(print(sgd_operator(H, noise = sgd_noise(factor = V))), "(a matrix), 5 parameters, noise: of rank 3",
                fixed = TRUE)
})

# ---- eigenpairs ----

Z <- outer(1:40, 1:30, function(i, j) sin((i + 40 * (j - 1))^1.1) * j^-0.8)
G <- crossprod(Z) / 40 - 0.05 * diag(30)
operator <- sgd_operator(function(V) G %*% V, 30)

test_that("eigenpairs are those of eigen(), at both ends", {
  pairs <- sgd_eigenpairs(operator, top = 4, bottom = 2, seed = 1)
  expect_equal(pairs$values, eigen(G)$values[c(1:4, 29:30)], tolerance = 1e-9)
  expect_equal(crossprod(pairs$vectors), diag(6), tolerance = 1e-12)
  residual <- sqrt(colSums((G %*% pairs$vectors - pairs$vectors %*% diag(pairs$values))^2))
  expect_true(all(residual <= 1.1e-8 * pairs$spread))
  expect_named(pairs, c("values", "vectors", "residual", "top", "bottom", "tolerance", "n_products", "n_converged",
                        "n_restarts", "spread", "complete", "seed", "dim"))
  expect_identical(sgd_eigenpairs(operator, top = 4, bottom = 2, seed = 1)$vectors, pairs$vectors)
  expect_true(pairs$complete)
  set.seed(3)
  first <- sgd_eigenpairs(operator, top = 1)
  set.seed(3)
  expect_identical(sgd_eigenpairs(operator, top = 1)$seed, first$seed)
})

test_that("what was found so far comes with the condition", {
  wide <- sgd_operator(function(V) 1:400 * V, 400)
  condition <- tryCatch(sgd_eigenpairs(wide, top = 2, max_products = 44, tolerance = 1e-13, seed = 1),
                        sgdlangevin_no_convergence = identity)
  expect_s3_class(condition$result, "sgd_eigenpairs")
  expect_false(condition$result$complete)
  expect_lt(condition$result$n_converged, 2)
  expect_output(print(condition$result), "converged")
})

test_that("eigenpairs in tables and figures", {
  pairs <- sgd_eigenpairs(operator, top = 2, bottom = 1, seed = 1)
  expect_output(print(pairs), "3 eigenpairs of 30 parameters")
  expect_identical(as.data.frame(pairs)$end, c("top", "top", "bottom"))
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  expect_identical(plot(pairs), pairs)
  skip_if_not_installed("generics")
  expect_identical(generics::tidy(pairs)$estimate, pairs$values)
  expect_identical(generics::glance(pairs)$largest, pairs$values[1])
  skip_if_not_installed("ggplot2")
  expect_s3_class(ggplot2::autoplot(pairs), "ggplot")
})

test_that("arguments of eigenpairs", {
  expect_failure_of(sgd_eigenpairs(G), "bad_argument", "`operator`: expected the value of sgd_operator()")
  expect_failure_of(sgd_eigenpairs(operator, top = 31), "bad_argument",
                    "`top` + `bottom` = 31: expected from 1 to the dimension, 30")
  expect_failure_of(sgd_eigenpairs(operator, top = 0), "bad_argument", "`top` + `bottom` = 0: expected from 1")
  expect_failure_of(sgd_eigenpairs(operator, top = -1), "bad_argument", "`top` = -1: expected a whole number")
  expect_failure_of(sgd_eigenpairs(operator, tolerance = 0), "bad_argument", "`tolerance` = 0: expected a number > 0")
  expect_failure_of(sgd_eigenpairs(operator, block = 0), "bad_argument", "`block` = 0: expected a whole number")
  expect_failure_of(sgd_eigenpairs(operator, seed = 1.5), "bad_argument", "`seed` = 1.5: expected a whole number")
  expect_failure_of(sgd_eigenpairs(operator, botom = 1), "bad_argument", "did you mean `bottom`")
})
