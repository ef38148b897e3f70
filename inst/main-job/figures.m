## Figures of the main job, drawn by sgd_plot.
1;

## A figure of one row of panels, each a function that draws into the current axes.
function to_png (folder, name, draw)
  handle = figure ("visible", "off", "paperunits", "inches", "paperposition", [0, 0, 6 * numel(draw), 5]);
  for i = 1:numel (draw)
    subplot (1, numel (draw), i);
    draw{i} ();
  endfor
  print (handle, fullfile (folder, [name "_octave.png"]), "-dpng", "-r120");
  close (handle);
endfunction

function label (words_x, words_y, words)
  xlabel (words_x);
  ylabel (words_y);
  title (words);
endfunction

function draw_msd (measured, replacement, epoch, unit, words)
  theory = {sgd_msd(replacement, measured.lag), sgd_msd(epoch, measured.lag)};
  sgd_plot (measured, "theory", theory, "labels", {"theory, with replacement", "theory, epochs"});
  label ("lag (steps)", sprintf ("mean squared displacement (%s)", unit), words);
endfunction

function regression_msd_figure (folder, replacement, epoch)
  draw = @(run, words) draw_msd (run.measured, replacement.model, epoch.model, "squared coefficients", words);
  to_png (folder, "regression_msd", {@() draw(replacement, "Diamonds, batches with replacement"), ...
                                     @() draw(epoch, "Diamonds, batches by epochs")});
endfunction

function softmax_msd_figure (folder, run, models)
  words = "torch.optim.SGD on softmax regression, by epochs";
  to_png (folder, "softmax_msd", {@() draw_msd(run.measured, models.replacement, models.epoch,
                                               "parameter units squared", words)});
endfunction

function phase_portrait_figure (folder, run)
  state = sgd_stationary (run.model);
  to_png (folder, "phase_portrait", {@() sgd_plot(state, "mode", 1, "trajectory", run.path)});
endfunction

## Left, positions along a steep and a flat mode: the training loss is elongated, the modified loss hardly.
## Right, the phase plane of the steep mode, where the current turns.
function modified_loss_figure (folder, problem, hyper, path)
  model = sgd_model (problem, hyper);
  to_png (folder, "modified_loss",
          {@() draw_positions(model, path, 1, 18), @() draw_phase_plane(model, path, 1)});
endfunction

function draw_positions (model, path, steep, flat)
  phi = sgd_modified_loss (model);
  section = sgd_modified_loss_section (phi, model.vectors(:, steep), model.vectors(:, flat));
  sgd_plot (section, "trajectory", path.theta(:, [steep, flat]), "streamlines", false);
  label (sprintf ("position along mode %d, from the minimiser", steep),
         sprintf ("position along mode %d, from the minimiser", flat),
         "Modified loss over training loss: positions");
endfunction

function draw_phase_plane (model, path, mode)
  vector = model.vectors(:, mode);
  still = zeros (model.dim, 1);
  section = sgd_modified_loss_section (sgd_modified_loss (model), [vector; still], [still; vector]);
  sgd_plot (section, "trajectory", [path.theta(:, mode), path.velocity(:, mode)]);
  label (sprintf ("position along mode %d, from the minimiser", mode),
         "velocity along it (per unit time lr x step)", "Phase plane, with the current");
endfunction

function spectrum_figure (folder, model)
  to_png (folder, "spectrum", {@() sgd_plot(sgd_oscillations (model))});
endfunction
