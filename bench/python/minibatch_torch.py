"""The loop of bench/core/minibatch.c with torch.optim.SGD on the CPU."""
import statistics
import time

import torch

N, D, S, STEPS, REPEATS = 53917, 23, 128, 5000, 3
FULL_STEPS = 20000  # of bench/core/minibatch.c: the time is scaled to it
LR, MOMENTUM, WEIGHT_DECAY = 0.02, 0.9, 1e-3


def train(X, y):
    theta = torch.zeros(D, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.SGD([theta], lr=LR, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    recorded = torch.zeros(STEPS + 1, D, dtype=torch.float64)
    for step in range(STEPS):
        batch = torch.randint(N, (S,))
        optimiser.zero_grad()
        loss = ((X[batch] @ theta - y[batch]) ** 2).mean() / 2
        loss.backward()
        optimiser.step()
        recorded[step + 1] = theta.detach()
    return recorded


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    X = torch.randn(N, D, dtype=torch.float64)
    y = X[:, 0] + torch.randn(N, dtype=torch.float64)
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        train(X, y)
        seconds.append(time.perf_counter() - start)
    print(f"time\tminibatch torch\t{FULL_STEPS / STEPS * statistics.median(seconds):.6g}")


if __name__ == "__main__":
    main()
