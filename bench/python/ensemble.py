"""The ensemble of bench/core/ensemble.c in NumPy: all paths and modes at once, one step after another."""
import statistics
import time

import numpy as np

D, PATHS, STEPS, REPEATS = 1000, 100, 100, 5


def simulate(rng, maps, factor):
    """maps, factor: 2 x 2 x D; factor lower triangular. theta of every step and path."""
    theta, velocity = np.zeros((PATHS, D)), np.zeros((PATHS, D))
    recorded = np.empty((STEPS + 1, PATHS, D))
    recorded[0] = theta
    for step in range(STEPS):
        first, second = rng.standard_normal((2, PATHS, D))
        theta, velocity = (maps[0, 0] * theta + maps[0, 1] * velocity + factor[0, 0] * first,
                           maps[1, 0] * theta + maps[1, 1] * velocity + factor[1, 0] * first + factor[1, 1] * second)
        recorded[step + 1] = theta
    return recorded


def main():
    rng = np.random.default_rng(1)
    scale = np.sqrt(1 / np.arange(1, D + 1))
    # Any stable map takes as long as the exact one.
    maps = np.array([[np.full(D, 0.99), np.full(D, 0.05)], [np.full(D, -0.1), np.full(D, 0.9)]])
    factor = np.array([[0.01 * scale, 0 * scale], [0.05 * scale, 0.1 * scale]])
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        simulate(rng, maps, factor)
        seconds.append(time.perf_counter() - start)
    print(f"time\tensemble NumPy\t{statistics.median(seconds):.6g}")


if __name__ == "__main__":
    main()
