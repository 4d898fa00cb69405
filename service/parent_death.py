"""End a child process when its parent dies, for the processes that this service starts."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def signal_on_parent_death(number: signal.Signals) -> None:
    """Ask Linux to send signal *number* to this process when the thread that started it ends.

    It works even if the parent is killed with SIGKILL, or this process is in an endless loop. A fork does not inherit
    it. Safe to call between fork and exec.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
