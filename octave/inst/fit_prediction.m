## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{y} =} fit_prediction (@var{fit})
## @deftypefnx {} {@var{y} =} fit_prediction (@var{fit}, @var{name}, @var{value}, @dots{})
## What a theory fitted by fit_langevin predicts.
##
## @strong{Arguments}
##
## @table @var
## @item fit
## from fit_langevin
## @item at
## frequencies in cycles per step, or lags in steps; default those of the fit's bands or of its msd
## @item what
## @qcode{"spectrum"} (default): density of the position of every mode, two-sided, per cycle per step (without
## the aliases that frames every few steps add); @qcode{"msd"}: mean squared displacement, the sum over the
## modes
## @end table
##
## @strong{Value}: frequencies x modes, or one number a lag.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}.
##
## @strong{Source}: arXiv 2107.09133.  Cost: that of sgd_power_spectrum or sgd_msd a mode.
##
## @example
## model = sgd_model (sgd_spectrum ([1, 0.1], "sigma2", 1), sgd_hyper (0.1, 0.9), "dynamics", "sgd");
## fit = fit_langevin (sgd_simulate (model, 1000, "start", "stationary", "seed", 1), model);
## fit_prediction (fit, "at", [0.01, 0.1])
## @end example
## @seealso{fit_langevin}
## @end deftypefn

function y = fit_prediction (fit, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  __sgdl__ ("expect_type", fit, "fit", {"sgd_fit"});
  opt = __sgdl_options__ ("fit_prediction", {"at", []; "what", {"spectrum", "msd"}}, varargin);
  at = opt.at;
  is_msd = strcmp (opt.what, "msd");
  if (isempty (at))
    if (is_msd)
      at = fit.msd.lag;
    else
      at = fit.bands.freq;
    endif
  endif
  y = zeros (numel (at), numel (fit.mode));
  for l = 1:numel (fit.mode)
    model = fitted_model (fit, l);
    if (is_msd)
      y(:,l) = sgd_msd (model, at).msd;
    else
      y(:,l) = sgd_power_spectrum (model, at).theta;
    endif
  endfor
  if (is_msd)
    y = sum (y, 2);
  endif
endfunction

## The fitted mode as a model of its own.
function model = fitted_model (fit, l)
  h = fit.model.hyper;
  momentum = h.momentum;
  if (any (strcmp (fit.parameters, "damping")))
    ratio = fit.estimate(l,3) * h.lr / 2;
    momentum = (1 - ratio) / (1 + ratio);
  endif
  hyper = sgd_hyper (h.lr, momentum, h.weight_decay, h.batch_size);
  model = sgd_model (sgd_spectrum (max (fit.estimate(l,2), 0), "noise", fit.estimate(l,1)), hyper,
                     "dynamics", fit.model.dynamics, "sampling", fit.model.sampling,
                     "n_examples", fit.model.n_examples, "drop_last", fit.model.drop_last);
endfunction

%!demo
%! model = sgd_model (sgd_spectrum ([1, 0.1], "sigma2", 1), sgd_hyper (0.1, 0.9), "dynamics", "sgd");
%! fit = fit_langevin (sgd_simulate (model, 4000, "start", "stationary", "seed", 1), model);
%! loglog (fit.msd.lag, fit.msd.msd, "o", fit.msd.lag, fit_prediction (fit, "what", "msd"));
%! xlabel ("lag (steps)");
%! ylabel ("mean squared displacement");

%!test
%! model = sgd_model (sgd_spectrum ([1, 0.1], "sigma2", 1), sgd_hyper (0.1, 0.9), "dynamics", "sgd");
%! fit = fit_langevin (sgd_simulate (model, 1000, "start", "stationary", "seed", 1), model);
%! f = [0.01; 0.1];
%! expected = sgd_power_spectrum (model, f, "modes", true).modes .* (fit.estimate(:,1) ./ [1; 0.1])';
%! assert (fit_prediction (fit, "at", f), expected, -1e-10);
%! scaled = sgd_model (sgd_spectrum ([1, 0.1], "noise", fit.estimate(:,1)), sgd_hyper (0.1, 0.9), "dynamics", "sgd");
%! assert (fit_prediction (fit, "at", [1, 10], "what", "msd"), sgd_msd (scaled, [1, 10]).msd, -1e-10);
%! assert (fit_prediction (fit), fit.bands.fit, -1e-9);
%!error <Invalid call> fit_prediction ()
%!error <`fit`: expected the value of> fit_prediction (1)
%!error <did you mean "msd">
%! model = sgd_model (sgd_spectrum (1, "sigma2", 1), sgd_hyper (0.1), "dynamics", "sgd");
%! fit = fit_langevin (sgd_simulate (model, 300, "start", "stationary", "seed", 1), model);
%! fit_prediction (fit, "what", "mds")
