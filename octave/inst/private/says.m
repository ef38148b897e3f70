## says (format, varargin)
##
## A line of a summary: printf with its end.
function text = says (format, varargin)
  text = [sprintf(format, varargin{:}), "\n"];
endfunction
