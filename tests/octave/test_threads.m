## The same bits on one thread and on two, for everything that runs in parallel. Run by run.sh.

%!function result = on_threads (n, call)
%!  previous = sgd_threads (n);
%!  unwind_protect
%!    result = call ();
%!  unwind_protect_cleanup
%!    sgd_threads (previous);
%!  end_unwind_protect
%!endfunction
%!function same_bits (call)
%!  assert (isequaln (on_threads (1, call), on_threads (2, call)));
%!endfunction
%!function equal = isequaln (a, b)
%!  ## NaN equals NaN, and 0 is not -0
%!  if (isstruct (a))
%!    equal = all (cellfun (@(name) isequaln (a.(name), b.(name)), fieldnames (a)));
%!  elseif (isfloat (a))
%!    equal = isequal (size (a), size (b)) && isequal (typecast (a(:), "uint64"), typecast (b(:), "uint64"));
%!  else
%!    equal = isequal (a, b);
%!  endif
%!endfunction
%!shared d, problem, langevin, sgd, epoch, X, y, minibatch
%! d = 40;
%! rand ("twister", 1);
%! randn ("twister", 1);
%! X = randn (300, d) .* (d:-1:1) / d;
%! y = randn (300, 1);
%! A = randn (d);
%! problem = sgd_quadratic (X' * X / 300, "b", ones (d, 1), "Sigma", A * A' / d);
%! hyper = sgd_hyper (0.02, 0.9, 1e-3, 16);
%! langevin = sgd_model (problem, hyper);
%! sgd = sgd_model (problem, hyper, "dynamics", "sgd");
%! epoch = sgd_model (problem, hyper, "dynamics", "sgd", "sampling", "epoch", "n_examples", 300);
%! minibatch = sgd_model (sgd_regression (X, y), hyper, "sampling", "without");
%!test same_bits (@() sgd_stationary (langevin))
%!test same_bits (@() sgd_stationary (epoch))
%!test same_bits (@() sgd_transient (langevin, [1, 10, 1000], ones (d, 1)))
%!test same_bits (@() sgd_transient (epoch, [1, 10, 1000], ones (d, 1)))
%!test same_bits (@() sgd_msd (langevin, 1:50))
%!test same_bits (@() sgd_msd (epoch, 1:50, "modes", true))
%!test same_bits (@() sgd_modified_loss (langevin))
%!test same_bits (@() sgd_simulate (langevin, 200, "nsim", 5, "seed", 3, "start", "stationary"))
%!test same_bits (@() sgd_simulate (langevin, 200, "seed", 3, "coordinates", "modes"))
%!test same_bits (@() sgd_simulate (sgd, 200, "nsim", 5, "seed", 3))
%!test same_bits (@() sgd_simulate (epoch, 200, "nsim", 5, "seed", 3))
%!test same_bits (@() sgd_simulate (minibatch, 200, "nsim", 5, "seed", 3, "method", "minibatch"))
%!test
%! run = sgd_simulate (langevin, 5000, "nsim", 3, "seed", 3);
%! same_bits (@() msd (run));
%! same_bits (@() msd (run, "type", "ensemble"));
%! same_bits (@() diffusion_exponent (run, "seed", 1, "n_boot", 99));
