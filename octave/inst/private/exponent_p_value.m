## text = exponent_p_value (p)
function text = exponent_p_value (p)
  text = sprintf ("p = %.3g", p);
  if (p < 1e-4)
    text = "p < 0.0001";
  endif
endfunction
