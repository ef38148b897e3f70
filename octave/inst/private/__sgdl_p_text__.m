## text = __sgdl_p_text__ (p)
function text = __sgdl_p_text__ (p)
  text = sprintf ("p = %.3g", p);
  if (p < 1e-4)
    text = "p < 0.0001";
  endif
endfunction
