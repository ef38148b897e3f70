## Every public function has help that makeinfo takes without a warning, and a demo that runs. Run by run.sh.

%!function names = public_functions ()
%!  names = cellfun (@(file) file(1:end-2), ...
%!                   glob (fullfile ("..", "..", "octave", "inst", "*.m")), "UniformOutput", false);
%!  [~, names] = cellfun (@fileparts, names, "UniformOutput", false);
%!endfunction
%!test
%! names = public_functions ();
%! assert (numel (names) >= 22);
%! for i = 1:numel (names)
%!   [text, format] = get_help_text (names{i});
%!   assert (strcmp (format, "texinfo"), "%s: help is %s", names{i}, format);
%!   [words, status] = __makeinfo__ (text, "plain text");
%!   assert (status == 0, "%s: makeinfo fails", names{i});
%!   assert (! isempty (strfind (words, names{i})), "%s: help does not name it", names{i});
%! endfor
%!test   # demos
%! figure ("visible", "off");
%! names = public_functions ();
%! for i = 1:numel (names)
%!   [code, blocks] = test (names{i}, "grabdemo");
%!   assert (numel (blocks) >= 2, "%s: no demo", names{i});
%!   for b = 1:numel (blocks) - 1
%!     evalc (code(blocks(b):blocks(b+1)-1));
%!   endfor
%! endfor
%! close ("all");
%!test   # INDEX lists what there is
%! index = strsplit (fileread (fullfile ("..", "..", "octave", "INDEX")), "\n");
%! listed = strtrim (index(strncmp (index, " ", 1)));
%! assert (sort (listed(:)), sort (public_functions ()(:)));
