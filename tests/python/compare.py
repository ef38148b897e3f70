"""Minibatch SGD on the diamonds table, step by step against a NumPy loop (1e-12) and torch.optim.SGD (1e-10) on
the same batches. Arguments: the program made from path.c, the table. The last line is "N passed, N failed"; without
PyTorch its half is skipped, and says so."""
import gzip
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

try:
    import torch
except ImportError:
    torch = None

STEPS, SEED = 200, 20261123
SAMPLING = ["replacement", "without", "epoch"]
LOSSES = ["linear", "linear objective", "logistic"]
# lr, momentum, weight_decay, dampening, nesterov, batch size, sampling, drop_last. Batches of 1000 make epochs of 54
# steps, the last of 917 examples or dropped.
SETTINGS = [
    (0.05, 0.0, 0.0, 0.0, 0, 128, "replacement", 0),
    (0.02, 0.9, 1e-3, 0.0, 0, 128, "replacement", 0),
    (0.02, 0.9, 1e-3, 0.0, 1, 128, "without", 0),
    (0.05, 0.8, 1e-2, 0.5, 0, 32, "replacement", 0),
    (0.02, 0.95, 0.0, 0.3, 0, 1000, "epoch", 0),
    (0.03, 0.9, 1e-4, 0.0, 1, 1000, "epoch", 1),
]


def read_table(file):
    """Columns standardised, a constant one before them, price last."""
    with gzip.open(file, "rt") as lines:
        table = np.loadtxt(lines, delimiter=",", skiprows=1)
    table = (table - table.mean(0)) / table.std(0)
    price = table[:, 6].copy()
    table[:, 6] = 1.0
    return table, price


def our_path(program, folder, X, y, loss, setting):
    lr, momentum, weight_decay, dampening, nesterov, size, sampling, drop_last = setting
    N, d = X.shape
    X.ravel(order="F").tofile(folder / "X")
    y.tofile(folder / "y")
    arguments = [folder, N, d, loss, size, STEPS, SEED, SAMPLING.index(sampling), drop_last, repr(lr),
                 repr(momentum), repr(weight_decay), repr(dampening), nesterov]
    subprocess.run([program, *map(str, arguments)], check=True)
    theta, velocity = (np.fromfile(folder / name).reshape(d, STEPS + 1).T for name in ("theta", "velocity"))
    numbers = iter(np.fromfile(folder / "batches", dtype=np.int64).tolist())
    batches = [np.array(list(itertools.islice(numbers, size))) for size in numbers]
    assert len(batches) == STEPS
    return theta, velocity, batches


def numpy_path(X, y, loss, setting, batches):
    lr, momentum, weight_decay, dampening, nesterov = setting[:5]
    theta, buffer = np.zeros(X.shape[1]), None
    thetas, buffers = [theta], [np.zeros_like(theta)]
    for batch in batches:
        rows, output = X[batch], X[batch] @ theta
        prediction = 1 / (1 + np.exp(-output)) if loss == "logistic" else output
        gradient = (prediction - y[batch]) @ rows / len(batch) + weight_decay * theta
        buffer = gradient if buffer is None else momentum * buffer + (1 - dampening) * gradient
        theta = theta - lr * (gradient + momentum * buffer if nesterov else buffer)
        thetas.append(theta)
        buffers.append(buffer)
    return np.array(thetas), np.array(buffers)


def torch_path(X, y, loss, setting, batches):
    lr, momentum, weight_decay, dampening, nesterov = setting[:5]
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    theta = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.SGD([theta], lr=lr, momentum=momentum, weight_decay=weight_decay, dampening=dampening,
                                nesterov=bool(nesterov))
    thetas = [theta.detach().numpy().copy()]
    for batch in batches:
        output, target = X[batch] @ theta, y[batch]
        optimiser.zero_grad()
        if loss == "logistic":
            value = torch.nn.functional.binary_cross_entropy_with_logits(output, target)
        else:
            value = torch.nn.functional.mse_loss(output, target) / 2
        value.backward()
        optimiser.step()
        thetas.append(theta.detach().numpy().copy())
    return np.array(thetas)


class Tally:
    passed = failed = 0

    def check(self, what, ours, theirs, tolerance):
        """Largest difference over all steps, relative to the largest entry."""
        error = np.abs(ours - theirs).max() / np.abs(theirs).max()
        if error <= tolerance:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {what}: {error:.3g} off at step {np.abs(ours - theirs).max(1).argmax()}, "
                  f"expected at most {tolerance:g}")


def main(program, table):
    tally = Tally()
    X, price = read_table(table)
    with tempfile.TemporaryDirectory() as folder:
        for loss, setting in itertools.product(LOSSES, SETTINGS):
            y = (price > np.median(price)).astype(float) if loss == "logistic" else price
            theta, velocity, batches = our_path(program, Path(folder), X, y, loss, setting)
            reference, buffers = numpy_path(X, y, loss, setting, batches)
            what = f"{loss}, {setting}"
            tally.check(f"NumPy, theta, {what}", theta, reference, 1e-12)
            tally.check(f"NumPy, velocity, {what}", velocity, -buffers, 1e-12)
            if torch:
                tally.check(f"torch.optim.SGD, {what}", theta, torch_path(X, y, loss, setting, batches), 1e-10)
    if torch is None:
        print("SKIPPED torch.optim.SGD: python3-torch not installed: tools/install-deps.sh --check")
    print(f"{tally.passed} passed, {tally.failed} failed")
    return tally.failed > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
