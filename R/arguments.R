# Checks of what the host alone can know: types, shapes and names of arguments. Ranges are the core's.

describe <- function(x) {
  if (is.null(x)) return("NULL")
  if (is.data.frame(x)) return("a data frame (see data.matrix() and model.matrix())")
  if (is.character(x)) return("a character vector")
  if (is.factor(x)) return("a factor")
  if (is.function(x)) return("a function")
  if (isS4(x)) return(sprintf("an object of class \"%s\"", class(x)[1]))
  if (is.list(x)) return(if (is.object(x)) sprintf("an object of class \"%s\"", class(x)[1]) else "a list")
  if (length(dim(x)) > 1L) return(sprintf("a %s %s array", paste(dim(x), collapse = " x "), typeof(x)))
  if (is.numeric(x) && length(x) == 1L) return("a number")
  sprintf("a %s vector of length %d", typeof(x), length(x))
}

# A bare NA is logical in R, but stands for a missing number.
is_numbers <- function(x) {
  (is.numeric(x) && !is.factor(x)) || (is.logical(x) && length(x) > 0L && all(is.na(x)))
}

as_doubles <- function(x) {
  if (!is.double(x)) storage.mode(x) <- "double"
  x
}

as_number <- function(x, name) {
  if (!is_numbers(x) || length(x) != 1L) stop_argument("`%s`: expected a number, got %s", name, describe(x))
  as.double(x)
}

# A whole number in [least, 2^53).
as_count <- function(x, name, least) {
  x <- as_number(x, name)
  if (is.na(x) || x < least || x >= 2^53 || x != floor(x)) {
    stop_argument("`%s` = %.15g: expected a whole number >= %d", name, x, least)
  }
  x
}

as_flag <- function(x, name) {
  if (!is.logical(x) || length(x) != 1L || is.na(x)) {
    stop_argument("`%s`: expected TRUE or FALSE, got %s", name, describe(x))
  }
  x
}

as_text <- function(x, name) {
  if (!is.character(x) || length(x) != 1L || is.na(x)) {
    stop_argument("`%s`: expected one character string, got %s", name, describe(x))
  }
  x
}

as_numeric_matrix <- function(x, name) {
  if (!is_numbers(x) || length(dim(x)) != 2L) {
    stop_argument("`%s`: expected a numeric matrix, got %s", name, describe(x))
  }
  as_doubles(x)
}

as_square_matrix <- function(x, name, n = nrow(x)) {
  x <- as_numeric_matrix(x, name)
  if (nrow(x) != ncol(x) || nrow(x) == 0L) {
    stop_argument("`%s`: expected a square matrix, got %d x %d", name, nrow(x), ncol(x))
  }
  if (nrow(x) != n) {
    stop_argument("`%s`: expected a %d x %d matrix, got %d x %d", name, n, n, nrow(x), ncol(x))
  }
  x
}

# n numbers (any number of them where n is NULL); NULL passes where `optional`.
as_numeric_vector <- function(x, name, n = NULL, optional = FALSE) {
  if (optional && is.null(x)) return(NULL)
  if (!is_numbers(x) || (length(dim(x)) > 1L && !1L %in% dim(x))) {
    stop_argument("`%s`: expected a numeric vector, got %s", name, describe(x))
  }
  if (!is.null(n) && length(x) != n) {
    stop_argument("`%s`: expected a vector of length %d, got length %d", name, n, length(x))
  }
  if (length(x) == 0L) stop_argument("`%s`: expected a numeric vector, got an empty one", name)
  as_doubles(as.vector(x))
}

# One vector of d numbers, or d x n_paths; NULL passes.
as_start <- function(x, name, d, n_paths) {
  one_point <- is.null(x) || length(dim(x)) != 2L || n_paths == 1
  if (one_point) return(as_numeric_vector(x, name, d, optional = TRUE))
  x <- as_numeric_matrix(x, name)
  if (nrow(x) != d || ncol(x) != n_paths) {
    stop_argument("`%s`: expected a vector of length %d or a %d x %.0f matrix, got %d x %d", name, d, d,
                  n_paths, nrow(x), ncol(x))
  }
  x
}

# Points of phase space as n x 2d rows (theta, v); rows of d mean v = 0, a vector is one point.
as_points <- function(x, name, d) {
  if (is.null(dim(x)) && is_numbers(x)) x <- matrix(x, nrow = 1L)
  x <- as_numeric_matrix(x, name)
  if (ncol(x) == d) x <- cbind(x, matrix(0, nrow(x), d))
  if (ncol(x) != 2 * d) {
    stop_argument("`%s`: expected %d columns (theta) or %d (theta, v), got %d", name, d, 2 * d, ncol(x))
  }
  x
}

# Where the theory starts from, for the core: the position of `start` in its enumeration sgdl_from.
theory_starts <- c("stationary", "point", "stationary-velocity", "gaussian", "checkpoint")

as_initial <- function(model, start, choices, theta0, v0, cov0) {
  start <- match_option(start, "start", choices)
  d <- model$dim
  if (start == "gaussian") refuse_wide(model, "start = \"gaussian\"", "start = \"point\"")
  if (!is.null(cov0)) cov0 <- as_square_matrix(cov0, "cov0", 2 * d)
  if (is.null(cov0) == (start == "gaussian")) {
    stop_argument(paste("`cov0`: expected a %d x %d covariance of (theta, v) with start = \"gaussian\"",
                        "and with no other"), as.integer(2 * d), as.integer(2 * d))
  }
  initial <- list(from = match(start, theory_starts) - 1L,
                  theta0 = as_numeric_vector(theta0, "theta0", d, optional = TRUE),
                  v0 = as_numeric_vector(v0, "v0", d, optional = TRUE), cov0 = cov0)
  if (is_wide(model)) wide_initial(model, initial) else initial
}

as_object <- function(x, name, class, maker = paste0(class, "()")) {
  if (!inherits(x, class)) stop_argument("`%s`: expected the value of %s, got %s", name, maker, describe(x))
  x
}

# The 0-based position of an option among its choices; the core names the nearest one otherwise.
option_index <- function(value, argument, choices) {
  .Call(C_match_option, argument, as_text(value, argument), choices)
}

match_option <- function(value, argument, choices) choices[option_index(value, argument, choices) + 1L]

# Whatever lands in the dots is misspelt or too much.
reject_dots <- function(fun, ...) {
  if (...length() == 0L) return(invisible())
  known <- setdiff(names(formals(fun, envir = topenv())), "...")
  given <- names(list(...))
  misspelt <- given[nzchar(given)]
  if (length(misspelt)) .Call(C_unknown_argument, fun, misspelt[1L], known)
  stop_argument("%s: expected at most %d arguments, got %d more", fun, length(known), ...length())
}

# A seed in [0, 2^53), from R's generator where none is given, so that set.seed() works.
as_seed <- function(seed) {
  if (!is.null(seed)) return(as_count(seed, "seed", 0))
  u <- stats::runif(2L)
  floor(u[1L] * 2^31) * 2^21 + floor(u[2L] * 2^21)
}

# Column names of H or X where these are the problem's parameters; NULL where there are none.
parameter_names <- function(problem) {
  if (!is.null(problem$H)) return(colnames(problem$H))
  columns <- if (!is.null(problem$X)) design_names(problem$X)
  switch(if (is.null(problem$kind)) "linear" else problem$kind, linear = , logistic = columns,
         softmax = softmax_names(columns, problem))
}

name_parameters <- function(x, names) {
  if (is.null(names) || is.null(x)) return(x)
  if (is.matrix(x)) dimnames(x) <- list(names, names) else names(x) <- names
  x
}

format_numbers <- function(x, digits = 4L) format(x, digits = digits, trim = TRUE)

shown <- function(x, n = 6L) {
  text <- paste(format_numbers(utils::head(x, n)), collapse = ", ")
  if (length(x) > n) paste0(text, ", ...") else text
}

# The first rows of a table, whole numbers written out and others to four digits.
print_rows <- function(table, n = 6L) {
  top <- utils::head(table, n)
  numbers <- vapply(top, is.double, NA)
  top[numbers] <- lapply(top[numbers], function(x) {
    whole <- is.finite(x) & x == floor(x) & abs(x) < 1e15
    ifelse(whole, sprintf("%.0f", x), formatC(x, digits = 4L, format = "g"))
  })
  print(top, row.names = FALSE)
  if (nrow(table) > n) cat(sprintf("... and %d more\n", nrow(table) - n))
}

plural <- function(n, noun) sprintf("%d %s%s", as.integer(n), noun, if (n == 1) "" else "s")
