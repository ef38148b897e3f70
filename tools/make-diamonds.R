# Writes inst/extdata/diamonds.csv.gz, the regression of the main job, from ggplot2's `diamonds`. All columns
# are integers, so that every host reads the same numbers: lengths (mm) and carat times 100, depth and table
# (percent) times 10, price in dollars, cut, color and clarity as level numbers (1 = first level of ggplot2's
# factor). Usage, from the top of the checkout: Rscript tools/make-diamonds.R

diamonds <- as.data.frame(ggplot2::diamonds)

# A stone without length, width or height, or over 20 mm wide, is a typing error; 23 rows have one.
possible <- with(diamonds, x > 0 & y > 0 & z > 0 & y <= 20 & z <= 20)
kept <- diamonds[possible, ]

as_integers <- function(values, scale) {
  integers <- round(values * scale)
  stopifnot(max(abs(integers - values * scale)) < 1e-9)
  as.integer(integers)
}

table <- with(kept, data.frame(
  carat = as_integers(carat, 100),
  cut = as.integer(cut), color = as.integer(color), clarity = as.integer(clarity),
  depth = as_integers(depth, 10), table = as_integers(table, 10), price = price,
  x = as_integers(x, 100), y = as_integers(y, 100), z = as_integers(z, 100)
))
stopifnot(nrow(diamonds) == 53940, nrow(table) == 53917)

file <- gzfile("inst/extdata/diamonds.csv.gz", "wb", compression = 9)
utils::write.csv(table, file, row.names = FALSE, quote = FALSE)
close(file)
cat(sprintf("inst/extdata/diamonds.csv.gz: %d of %d rows (%d impossible ones dropped), %d kB\n", nrow(table),
            nrow(diamonds), sum(!possible), as.integer(file.size("inst/extdata/diamonds.csv.gz") / 1000)))
