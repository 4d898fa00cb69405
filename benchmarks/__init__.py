"""Measure throughput, latency and memory of the service, next to its upper bound and to common alternatives.

Run `make bench`; README.md has the results.
"""

import os

# The comparison is one process per core; more threads would only take turns. NumPy reads these when it is imported.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_variable] = "1"
