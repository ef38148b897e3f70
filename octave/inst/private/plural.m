## plural (n, noun)
##
## A number with its noun.
function text = plural (n, noun)
  text = sprintf ("%d %s%s", n, noun, "s"(n != 1));
endfunction
