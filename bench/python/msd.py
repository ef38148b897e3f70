"""tidynamics' time-averaged MSD (all lags, FFT by NumPy) of walks, one thread: median of several runs."""
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "build", "bench", "python"))

import numpy as np
import tidynamics

rng = np.random.default_rng(1)
for T, d in ((100000, 1), (10000, 100), (2000, 2000)):
    walk = np.cumsum(rng.standard_normal((T, d)), axis=0)
    seconds = []
    for repeat in range(8):
        start = time.perf_counter()
        tidynamics.msd(walk)
        if repeat:
            seconds.append(time.perf_counter() - start)
    print(f"time\ttidynamics T={T} d={d}\t{statistics.median(seconds):.6g}", flush=True)
