## __sgdl_epoch_ripple__ (source, x, spacing, last)
##
## Warns (sgdlangevin:epoch_ripple) where `source` is a run known to be sampled by epochs and lags up to `last` frames
## reach past half of one: the slope of its MSD is no exponent there.
function __sgdl_epoch_ripple__ (source, x, spacing, last)
  epoch = epoch_steps (source);
  if (isempty (epoch) || 2 * last * spacing < epoch)
    return;
  endif
  seen = "";
  if (size (x, 2) <= 64 && epoch >= spacing)
    [~, ripple, ~, p] = __sgdl__ ("epoch_ripple", x, epoch / spacing, last);
    if (p < 0.01)
      seen = sprintf ("; at whole epochs this MSD is %.2g%% %s its surroundings (%s)%s", 100 * abs (expm1 (ripple)),
                      {"above", "below"}{1 + (ripple < 0)}, __sgdl_p_text__ (p),
                      {"", ", as if every epoch had the same order"}{1 + (ripple < 0)});
    endif
  endif
  warning ("sgdlangevin:epoch_ripple",
           ["this run was sampled by epochs of %d steps, and lags reach up to %g: gradient noise sums to nearly ", ...
            "nothing over an epoch, so that past half of one the slope of the MSD is that of shuffling, not a ", ...
            "diffusion exponent%s; use lags below %d, or hold the MSD against sgd_msd of a model with sampling ", ...
            "\"epoch\""], epoch, last * spacing, seen, ceil (epoch / 2));
endfunction

function epoch = epoch_steps (source)
  epoch = [];
  if (! (isstruct (source) && isfield (source, "type")))
    return;
  elseif (isfield (source, "resume") && isstruct (source.resume) && isfield (source.resume, "model"))
    model = source.resume.model;
    real = strcmp (source.method, "minibatch") || strcmp (model.dynamics, "sgd");
    if (real && strcmp (model.sampling, "epoch") && model.report.epoch_steps > 1)
      epoch = model.report.epoch_steps;
    endif
  elseif (isfield (source, "run") && isfield (source, "hyper") && ! isempty (source.hyper) ...
          && source.run.epoch_sampling == 1 && source.run.n_examples > source.hyper.batch_size)
    epoch = ceil (source.run.n_examples / source.hyper.batch_size);
  endif
endfunction
