# What several plots share: colours, axes, ellipses, streamlines. Base graphics only.

# Okabe and Ito's colours, told apart by colour-blind readers.
palette_of <- c(theory = "#D55E00", measured = "#0072B2", trajectory = "#56B4E9", reference = "#666666",
                current = "#009E73")

# Ticks at powers of ten, with unlabelled ticks between them.
log_axis <- function(side) {
  usr <- 10^graphics::par("usr")[if (side %% 2 == 1) 1:2 else 3:4]
  powers <- seq(floor(log10(usr[1L])), ceiling(log10(usr[2L])))
  every <- ceiling(length(powers) / 10)
  labelled <- powers[powers %% every == 0]
  labels <- as.expression(lapply(labelled, function(k) bquote(10^.(k))))
  graphics::axis(side, at = 10^labelled, labels = labels, las = 1)
  if (every == 1) graphics::axis(side, at = as.vector(outer(2:9, 10^powers)), labels = FALSE, tcl = -0.25)
}

# The contour of a bivariate normal at the origin that holds a share `level` of it.
ellipse_points <- function(covariance, level, n = 200L) {
  angle <- seq(0, 2 * pi, length.out = n)
  eigen <- eigen(covariance, symmetric = TRUE)
  radius <- sqrt(stats::qchisq(level, 2) * pmax(eigen$values, 0))
  t(eigen$vectors %*% (radius * rbind(cos(angle), sin(angle))))
}

# Streamlines of the field (u, v) on the grid x, y: evenly spaced, since a line stops where it enters a cell
# that holds one already. Positions and speeds are in units of the window, so that both axes count alike.
draw_streamlines <- function(x, y, u, v, cells = 16L, col = "black", ...) {
  span <- c(diff(range(x)), diff(range(y)))
  field <- function(p) c(interpolate(p, u) / span[1L], interpolate(p, v) / span[2L])
  taken <- matrix(FALSE, cells, cells)
  for (seed in order(seed_distance(cells))) {
    if (taken[seed]) next
    start <- (c((seed - 1L) %% cells, (seed - 1L) %/% cells) + 0.5) / cells
    forward <- trace_streamline(start, field, taken, 1)
    backward <- trace_streamline(start, field, taken, -1)
    taken[rbind(forward$cells, backward$cells)] <- TRUE
    line <- rbind(backward$points[rev(seq_len(nrow(backward$points)))[-1L], , drop = FALSE], forward$points)
    if (nrow(line) <= 8L) next
    draw_streamline(cbind(x[1L] + span[1L] * line[, 1L], y[1L] + span[2L] * line[, 2L]), col, ...)
  }
}

# Seeds from the middle of the window outwards.
seed_distance <- function(cells) {
  offset <- (seq_len(cells) - 0.5) / cells - 0.5
  outer(offset^2, offset^2, "+")
}

# Bilinear interpolation of a matrix over the unit square.
interpolate <- function(p, values) {
  at <- p * (dim(values) - 1)
  cell <- pmin(pmax(floor(at), 0), dim(values) - 2)
  f <- at - cell
  i <- cell[1L] + 1L
  j <- cell[2L] + 1L
  (1 - f[1L]) * ((1 - f[2L]) * values[i, j] + f[2L] * values[i, j + 1L]) +
    f[1L] * ((1 - f[2L]) * values[i + 1L, j] + f[2L] * values[i + 1L, j + 1L])
}

# Steps of fixed length along the field (midpoint rule) until it leaves the window or meets a taken cell,
# its own earlier ones included: closed orbits end after one turn.
trace_streamline <- function(start, field, taken, sign, step = 0.005, most = 800L) {
  cells <- nrow(taken)
  unit <- function(p) {
    w <- sign * field(p)
    length <- sqrt(sum(w^2))
    if (is.finite(length) && length > 0) w / length else NULL
  }
  points <- matrix(start, 1L)
  here <- visited <- matrix(pmin(floor(start * cells), cells - 1) + 1, 1L)
  for (i in seq_len(most)) {
    p <- points[nrow(points), ]
    w <- unit(p)
    if (!is.null(w)) w <- unit(p + step / 2 * w)
    if (is.null(w)) break
    p <- p + step * w
    if (any(p < 0 | p > 1)) break
    cell <- matrix(pmin(floor(p * cells), cells - 1) + 1, 1L)
    if (any(cell != here)) {
      if (taken[cell]) break
      taken[here] <- TRUE
      here <- cell
      visited <- rbind(visited, cell)
    }
    points <- rbind(points, p)
  }
  list(points = unname(points), cells = visited)
}

draw_streamline <- function(line, col, ...) {
  graphics::lines(line, col = col, ...)
  middle <- nrow(line) %/% 2L
  graphics::arrows(line[middle, 1L], line[middle, 2L], line[middle + 2L, 1L], line[middle + 2L, 2L],
                   length = 0.07, angle = 25, col = col, ...)
}
