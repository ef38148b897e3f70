## x = __sgdl_folder__ (action, folder, x)
##
## The host's own description of a run on disk, run.mat: "new" makes the folder, which must hold no run;
## "save" writes the struct `x`, by rename, so that the file is whole or absent; "load" reads it.
function x = __sgdl_folder__ (action, folder, x)
  file = fullfile (folder, "run.mat");
  switch (action)
    case "new"
      in_the_way = [glob(fullfile (folder, "run.*")); glob(fullfile (folder, "checkpoint.h5")); ...
                    glob(fullfile (folder, "segment-*.h5"))];
      if (! isempty (in_the_way))
        error ("sgdlangevin:io",
               "`folder` = \"%s\": holds a run already; sgd_resume goes on with it", folder);
      endif
      [made, message] = mkdir (folder);
      if (! made)
        error ("sgdlangevin:io", "`folder` = \"%s\": cannot be made: %s", folder, message);
      endif
    case "save"
      temporary = [file ".tmp"];
      description = x;
      save ("-binary", temporary, "description");
      [failed, message] = rename (temporary, file);
      if (failed)
        error ("sgdlangevin:io", "`folder` = \"%s\": run.mat cannot be written: %s", folder, message);
      endif
    case "load"
      if (! exist (file, "file"))
        error ("sgdlangevin:io", "`x` = \"%s\": expected a folder with run.mat, written by sgd_simulate",
               folder);
      endif
      x = load (file).description;
  endswitch
endfunction
