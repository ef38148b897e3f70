"""The loop of bench/core/minibatch.c in NumPy: one draw, one gather, two products a step."""
import statistics
import time

import numpy as np

N, D, S, STEPS, REPEATS = 53917, 23, 128, 20000, 3
LR, MOMENTUM, WEIGHT_DECAY = 0.02, 0.9, 1e-3


def train(X, y, seed):
    rng = np.random.default_rng(seed)
    theta, velocity = np.zeros(D), np.zeros(D)
    recorded = np.empty((STEPS + 1, D))
    recorded[0] = theta
    for step in range(STEPS):
        batch = rng.integers(0, N, S)
        rows = X[batch]
        gradient = (rows @ theta - y[batch]) @ rows / S
        velocity = MOMENTUM * velocity - gradient - WEIGHT_DECAY * theta
        theta = theta + LR * velocity
        recorded[step + 1] = theta
    return recorded


def main():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((N, D))
    y = X[:, 0] + rng.standard_normal(N)
    seconds = []
    for repeat in range(REPEATS):
        start = time.perf_counter()
        train(X, y, repeat)
        seconds.append(time.perf_counter() - start)
    print(f"time\tminibatch NumPy\t{statistics.median(seconds):.6g}")


if __name__ == "__main__":
    main()
