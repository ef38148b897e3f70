## What progress costs in Octave: the same simulation with and without the bar, in turn. Seconds of the processor
## that Octave itself takes (the bar is caught), because on a shared machine the clock is off by more than the 1% in
## question.
1;

function seconds = processor (model, progress)
  begun = cputime ();
  evalc ("sgd_simulate (model, 1.5e5, 'nsim', 10, 'seed', 1, 'record', 1000, 'progress', progress);");
  seconds = cputime () - begun;
endfunction

repeats = 9;
model = sgd_model (sgd_spectrum (1 ./ (1:100)', "sigma2", 1), sgd_hyper (0.1, 0.9));
seconds = zeros (repeats + 1, 2);
for r = 1:repeats + 1
  seconds(r,:) = [processor(model, false), processor(model, true)];
endfor
middle = median (seconds(2:end,:));
printf ("time\tsimulation in Octave without progress\t%.6g\n", middle(1));
printf ("time\tsimulation in Octave with progress\t%.6g\n", middle(2));
