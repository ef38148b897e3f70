"""SciPy's solve_continuous_lyapunov on the 2d x 2d system of bench/octave/stationary.m."""
import statistics
import time

import numpy as np
from scipy.linalg import solve_continuous_lyapunov

D, REPEATS = 500, 3
LR, MOMENTUM, WEIGHT_DECAY, S = 0.1, 0.9, 1e-4, 32


def wishart(rng):
    A = rng.standard_normal((2 * D, D))
    return A.T @ A / (2 * D)


def main():
    rng = np.random.default_rng(1)
    H, Sigma = wishart(rng), wishart(rng)
    a = 2 / (LR * (1 + MOMENTUM))
    damping = a * (1 - MOMENTUM)
    drift = np.block([[np.zeros((D, D)), -np.eye(D)],
                      [a * (H + WEIGHT_DECAY * np.eye(D)), damping * np.eye(D)]])
    noise = np.zeros((2 * D, 2 * D))
    noise[D:, D:] = 2 * damping * Sigma / (S * (1 - MOMENTUM**2))
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        solve_continuous_lyapunov(drift, noise)
        seconds.append(time.perf_counter() - start)
    print(f"time\tSciPy solve_continuous_lyapunov d=500\t{statistics.median(seconds):.6g}")


if __name__ == "__main__":
    main()
