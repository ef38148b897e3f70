## The diamonds regression: log price (centred) on 6 numeric and 17 dummy columns, each standardised.
1;

## X (53917 x 23) and y from extdata/diamonds.csv.gz, whose columns are integers. Sums of integers are exact,
## so X has the same bits here and in diamonds.R; the mean of log price is rounded to nine decimals for the
## same reason.
function [X, y] = read_diamonds (file)
  folder = tempname ();
  unpacked = gunzip (file, folder){1};
  table = dlmread (unpacked, ",", 1, 0);
  unlink (unpacked);
  rmdir (folder);

  ## columns of the file: carat cut color clarity depth table price x y z
  counts = table(:, [1, 5, 6, 8, 9, 10]);
  for factor = [2, 3, 4]
    counts = [counts, table(:, factor) == (2:max (table(:, factor)))];
  endfor
  X = standardise_integers (counts);
  log_price = log (table(:, 7));
  y = log_price - round (mean (log_price) * 1e9) / 1e9;
endfunction

## (c - sum/N)/sd with sd = sqrt(N sum c^2 - (sum c)^2)/N: one rounding for each operation, none in the sums.
function X = standardise_integers (counts)
  n = rows (counts);
  sums = sum (counts);
  sds = sqrt (n * sumsq (counts) - sums .^ 2) / n;
  X = (counts - sums / n) ./ sds;
endfunction
