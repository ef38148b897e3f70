## options = __sgdl_options__ (caller, table, args)
##
## Name-value pairs `args` as a struct.  Each row of `table` is {name, default};
## a cellstr as default lists the choices of an option, its default first.
## Absent or [] means the default.
function options = __sgdl_options__ (caller, table, args)
  names = table(:,1);
  for i = 1:numel (args)
    if (mod (i, 2) == 1 && ! (ischar (args{i}) && isrow (args{i})))
      error ("sgdlangevin:bad_argument",
             "%s: expected the name of an argument, got a value of class %s after %d leading arguments",
             caller, class (args{i}), i - 1);
    endif
  endfor
  if (mod (numel (args), 2) != 0)
    known = any (strcmp (args{end}, names));
    if (! known)
      __sgdl__ ("unknown_argument", caller, args{end}, names);
    endif
    error ("sgdlangevin:bad_argument", "%s: `%s` has no value", caller, args{end});
  endif

  options = struct ();
  for i = 1:rows (table)
    default = table{i,2};
    if (iscell (default))
      default = default{1};
    endif
    options.(names{i}) = default;
  endfor
  for i = 1:2:numel (args)
    which_one = find (strcmp (args{i}, names));
    if (isempty (which_one))
      __sgdl__ ("unknown_argument", caller, args{i}, names);
    endif
    if (isnumeric (args{i+1}) && isempty (args{i+1}))
      continue;
    endif
    choices = table{which_one,2};
    if (iscell (choices))
      __sgdl__ ("match_option", names{which_one}, args{i+1}, choices);
    endif
    options.(names{which_one}) = args{i+1};
  endfor
endfunction
