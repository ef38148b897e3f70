## settings (hyper)
##
## Hyperparameters in a line of a summary.
function text = settings (hyper)
  text = says ("  lr %.4g, momentum %.4g, weight decay %.4g, batch size %d", hyper.lr, hyper.momentum,
               hyper.weight_decay, hyper.batch_size);
endfunction
