"""SciPy's solve_continuous_lyapunov and solve_discrete_lyapunov on the 2d x 2d systems of bench/octave/stationary.m."""
import statistics
import time

import numpy as np
from scipy.linalg import solve_continuous_lyapunov, solve_discrete_lyapunov

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
    K = H + WEIGHT_DECAY * np.eye(D)
    step = np.block([[np.eye(D) - LR * K, LR * MOMENTUM * np.eye(D)], [-K, MOMENTUM * np.eye(D)]])
    kick = np.kron([[LR**2, LR], [LR, 1]], Sigma / S)
    for solver, A, Q in [(solve_continuous_lyapunov, drift, noise), (solve_discrete_lyapunov, step, kick)]:
        seconds = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            solver(A, Q)
            seconds.append(time.perf_counter() - start)
        print(f"time\tSciPy {solver.__name__} d=500\t{statistics.median(seconds):.6g}")


if __name__ == "__main__":
    main()
