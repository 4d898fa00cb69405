"""Throughput, latency, memory and growth: the service side by side with its ceiling and with what people write.

`make bench`, and see README.md.
"""

import os

# One process a core is what is compared: more threads would only take turns. Read when NumPy is imported.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_variable] = "1"
