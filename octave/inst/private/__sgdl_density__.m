## density = __sgdl_density__ (plan, done)
##
## Does what the plan of sgd_density says and `done` (pairs, along, counts, noise) has not, stage by stage.
## Where it is stopped, the density of what is done, with a warning.
function density = __sgdl_density__ (plan, done)
  out = struct ("status", "ok");
  for stage = {@find_pairs, @find_noise_along, @probe_counts, @probe_noise}
    [done, out] = stage{1} (plan, done);
    if (! strcmp (out.status, "ok"))
      break;
    endif
  endfor
  density = pack (plan, done, strcmp (out.status, "ok"));
  if (strcmp (out.status, "interrupted"))
    warning ("sgdlangevin:interrupted", ...
             "interrupted after %d products: the result holds those, sgd_resume goes on", density.n_products);
  elseif (! density.complete && density.n_products == 0)
    error (["sgdlangevin:" out.status], "%s", out.message);
  elseif (! density.complete)
    warning (["sgdlangevin:" out.status], "%s", out.message);
  endif
endfunction

function [done, out] = find_pairs (plan, done)
  out.status = "ok";
  if (! isempty (done.pairs))
    return;
  elseif (! isempty (plan.pairs))
    done.pairs = plan.pairs;
    return;
  endif
  out = __sgdl__ ("extreme_eigenpairs", plan.operator, plan.wanted);
  if (strcmp (out.status, "ok"))
    [values, order] = sort (out.values, "descend");
    done.pairs = struct ("values", values, "vectors", out.vectors(:,order), "residual", out.residual(order),
                         "n_products", out.n_products);
  endif
endfunction

## Strength of the noise along the known eigenvectors, and its trace.
function [done, out] = find_noise_along (plan, done)
  out.status = "ok";
  if (isempty (plan.noise) || ! isempty (done.along))
    return;
  endif
  out = __sgdl__ ("noise_along", plan.noise, plan.operator.dim, done.pairs.vectors);
  if (strcmp (out.status, "ok"))
    done.along = out;
  endif
endfunction

function [done, out] = probe_counts (plan, done)
  out.status = "ok";
  if (plan.counts)
    [done, out] = run_probes (plan, done, "counts", []);
  endif
endfunction

function [done, out] = probe_noise (plan, done)
  out.status = "ok";
  if (! isempty (plan.noise))
    [done, out] = run_probes (plan, done, "noise", plan.noise);
  endif
endfunction

function [done, out] = run_probes (plan, done, part, noise)
  out.status = "ok";
  earlier = done.(part);
  options = plan.options;
  left = plan.operator.dim - numel (done.pairs.values);
  if (! isempty (earlier))
    options.first_probe = earlier.probes;
  endif
  options.probes -= options.first_probe;
  if (left == 0 || options.probes <= 0 || (! isempty (earlier) && earlier.reached))
    return;
  endif
  options.steps = min (options.steps, left);
  out = __sgdl__ ("spectral_probes", plan.operator, done.pairs.values, done.pairs.vectors, noise, options);
  done.(part) = join_quadratures (earlier, out);
  if (! isempty (earlier))
    done.(part) = judge_again (done, plan, part);
  endif
endfunction

## The worst relative standard error of all probes, and whether that is the target; as in the core, known
## eigenvalues belong to the whole of the counts.
function quadrature = judge_again (done, plan, part)
  quadrature = done.(part);
  alone = struct ("type", "sgd_density", "dim", plan.operator.dim, "eigenvalues", [], "gradient_noise", [], ...
                  "counts", [], "noise", [], "sigma2", [], "flat_tolerance", []);
  alone.(part) = quadrature;
  if (strcmp (part, "counts"))
    alone.eigenvalues = done.pairs.values;
  endif
  [value, se] = __sgdl__ ("density_trace", alone, strcmp (part, "noise"), plan.options.functions, ...
                          plan.options.parameters);
  ratio = abs (se ./ value);
  ratio(se == 0) = 0;
  quadrature.se = max (ratio);
  quadrature.reached = plan.options.target > 0 && quadrature.se <= plan.options.target;
endfunction

## Columns of whole probes, after those of an earlier part.
function quadrature = join_quadratures (earlier, out)
  quadrature = earlier;
  if (out.probes == 0)
    return;
  endif
  quadrature = rmfield (out, {"status", "message"});
  kept = 1:out.probes;
  for name = {"nodes", "weights", "alpha", "beta"}
    quadrature.(name{1}) = out.(name{1})(:,kept);
    if (! isempty (earlier))
      quadrature.(name{1}) = [earlier.(name{1}), quadrature.(name{1})];
    endif
  endfor
  for name = {"length", "mass"}
    quadrature.(name{1}) = out.(name{1})(kept);
    if (! isempty (earlier))
      quadrature.(name{1}) = [earlier.(name{1}); quadrature.(name{1})];
    endif
  endfor
  if (! isempty (earlier))
    quadrature.probes += earlier.probes;
    quadrature.n_products += earlier.n_products;
  endif
endfunction

function density = pack (plan, done, complete)
  pairs = done.pairs;
  if (isempty (pairs))
    pairs = struct ("values", zeros (0, 1), "vectors", zeros (plan.operator.dim, 0), "residual", zeros (0, 1),
                    "n_products", 0);
  endif
  products = pairs.n_products;
  for part = {"counts", "noise"}
    if (! isempty (done.(part{1})))
      products += done.(part{1}).n_products;
    endif
  endfor
  n_examples = plan.operator.n_examples;
  strength = noise_trace = [];
  if (! isempty (plan.noise) && isempty (n_examples))
    n_examples = plan.noise.n_examples;
  endif
  if (! isempty (plan.sigma2))
    strength = plan.sigma2 * max (pairs.values, 0);   # none along negative curvature, even of rounding
  elseif (! isempty (done.along))
    strength = done.along.strength;
    noise_trace = done.along.trace;
  endif
  density = struct ("type", "sgd_density", "dim", plan.operator.dim, "n_examples", n_examples, ...
                    "eigenvalues", pairs.values, "vectors", pairs.vectors, "residual", pairs.residual, ...
                    "gradient_noise", strength, "counts", done.counts, "noise", done.noise, ...
                    "sigma2", plan.sigma2, "noise_trace", noise_trace, "flat_tolerance", plan.flat_tolerance, ...
                    "trace", NaN, "se", NaN, "n_products", products, "complete", complete, ...
                    "seed", plan.options.seed, "resume", struct ("plan", plan, "done", done));
  if (__sgdl_has_part__ (density, false))
    [density.trace, density.se] = __sgdl__ ("density_trace", density, false, {"identity"}, 0);
  endif
endfunction
