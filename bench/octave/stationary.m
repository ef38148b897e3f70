## The stationary covariance of a general problem at d = 500, from H and Sigma to theta, velocity and cross,
## against octave-control's lyap on the 2d x 2d system A C + C A' = 2 D/kap of THEORY section 2 and dlyap on
## C = F C F' + noise of its section 4.
pkg load control
1;

## In turn, so that a disturbance of the machine hits all; the median of each one's times.
function seconds = median_seconds (runs, repeats)
  seconds = zeros (repeats, numel (runs));
  for r = 1:repeats
    for i = 1:numel (runs)
      t = tic ();
      runs{i} ();
      seconds(r,i) = toc (t);
    endfor
  endfor
  seconds = median (seconds);
endfunction

function stationary = package_answer (H, Sigma, hyper, dynamics)
  stationary = sgd_stationary (sgd_model (sgd_quadratic (H, "Sigma", Sigma), hyper, "dynamics", dynamics));
endfunction

function compare (peer, ours, theirs)
  joint = [ours.theta, ours.cross; ours.cross', ours.velocity];
  printf ("check\tstationary against %s, relative difference\t%.2g\n", peer,
          norm (joint - theirs, "fro")/norm (theirs, "fro"));
endfunction

d = 500;
randn ("seed", 1);
A = randn (2*d, d);
H = A'*A/(2*d);
H = (H + H')/2;
A = randn (2*d, d);
Sigma = A'*A/(2*d);
Sigma = (Sigma + Sigma')/2;
hyper = sgd_hyper (0.1, 0.9, 1e-4, 32);

a = 1/hyper.mass;
drift = [zeros(d), -eye(d); a*(H + hyper.weight_decay*eye (d)), hyper.damping*eye(d)];
noise = zeros (2*d);
noise(d+1:end, d+1:end) = 2*hyper.damping*Sigma/hyper.inverse_temperature;

K = H + hyper.weight_decay*eye (d);
eta = hyper.lr;
step = [eye(d) - eta*K, eta*hyper.momentum*eye(d); -K, hyper.momentum*eye(d)];
kick = kron ([eta^2, eta; eta, 1], Sigma/hyper.batch_size);

langevin = @() package_answer (H, Sigma, hyper, "langevin");
sgd = @() package_answer (H, Sigma, hyper, "sgd");
compare ("lyap", langevin (), lyap (-drift, noise));   # the untimed first runs
compare ("dlyap", sgd (), dlyap (step, kick));
seconds = median_seconds ({langevin, @() lyap(-drift, noise), sgd, @() dlyap(step, kick)}, 5);
printf ("time\tstationary Octave d=500\t%.6g\ntime\tlyap d=500\t%.6g\n", seconds(1:2));
printf ("time\tstationary SGD Octave d=500\t%.6g\ntime\tdlyap d=500\t%.6g\n", seconds(3:4));
