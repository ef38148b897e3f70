# Counts the results of R CMD check and of the testthat run inside it, and holds each note against
# the explained ones. Arguments: the .Rcheck folder, the file of explained notes.
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
explained <- readLines(arguments[2])
explained <- explained[!grepl("^(#|$)", explained)]

# One entry per "* checking ..." line, with the lines of detail that follow it.
log <- readLines(file.path(folder, "00check.log"))
starts <- grep("^\\* checking ", log)
entries <- Map(function(from, to) paste(log[from:to], collapse = "\n"), starts,
               c(starts[-1] - 1L, length(log)))
entries <- unlist(entries)

reason_for <- function(entry) {
  for (line in explained) {
    parts <- strsplit(line, " => ", fixed = TRUE)[[1]]
    if (grepl(parts[1], entry)) return(parts[2])
  }
  NA_character_
}

# "... OK", or on a line of its own below the details: " [6s/5s] ERROR".
status_of <- function(entry) {
  pattern <- "(\\.\\.\\.|\n)( *\\[[^]]*\\])? *(OK|NOTE|WARNING|ERROR|FAILED)\\b"
  regmatches(entry, regexec(pattern, entry))[[1]][4]
}

headline <- function(entry) sub("\n.*", "", entry)

status <- vapply(entries, status_of, "", USE.NAMES = FALSE)
bad <- status %in% c("WARNING", "ERROR", "FAILED")
notes <- which(status == "NOTE")
for (i in notes) {
  reason <- reason_for(entries[i])
  bad[i] <- is.na(reason)
  cat(headline(entries[i]), "\n  explained: ", if (is.na(reason)) "no" else reason, "\n", sep = "")
}
for (entry in entries[bad]) cat("FAILED: ", headline(entry), "\n", sep = "")
checks_failed <- sum(bad) + !any(grepl("^Status:", log))
checks_passed <- length(entries) - sum(bad)
cat(sprintf("R CMD check: %d passed, %d failed, %d note(s)\n", checks_passed, checks_failed, length(notes)))

# testthat's last summary: [ FAIL 0 | WARN 0 | SKIP 0 | PASS 10 ]
output <- unlist(lapply(Sys.glob(file.path(folder, "tests", "testthat.Rout*")), readLines))
pattern <- "^\\[ FAIL (\\d+) \\| WARN (\\d+) \\| SKIP (\\d+) \\| PASS (\\d+) \\]$"
summary_line <- utils::tail(grep(pattern, output, value = TRUE), 1)
counts <- c(1L, 0L, 0L, 0L)  # no summary: the tests did not run to their end
if (length(summary_line) > 0) counts <- as.integer(regmatches(summary_line, regexec(pattern, summary_line))[[1]][-1])
skips <- grep("Skipped tests|^• ", output, value = TRUE)
if (counts[3] > 0) writeLines(skips)
cat(sprintf("testthat: %d passed, %d failed, %d warnings, %d skipped\n",
            counts[4], counts[1], counts[2], counts[3]))

failed <- checks_failed + counts[1]
cat(sprintf("%d passed, %d failed\n", checks_passed + counts[4], failed))
quit(status = as.integer(failed > 0))
