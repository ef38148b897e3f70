# Run by R CMD INSTALL: the package's own library to libs, the CUDA plug-in, where one was made, to backends.
put <- function(files, folder) {
  folder <- file.path(R_PACKAGE_DIR, folder)
  dir.create(folder, recursive = TRUE, showWarnings = FALSE)
  file.copy(files, folder, overwrite = TRUE)
}
put(Sys.glob(paste0("*", SHLIB_EXT)), paste0("libs", R_ARCH))
if (file.exists("symbols.rds")) put("symbols.rds", paste0("libs", R_ARCH))
plugin <- file.path("cuda", "sgdlangevin_cuda.so")
if (file.exists(plugin)) put(plugin, "backends")
