"""Romanian letters that texts write in two ways."""

from __future__ import annotations

WITH_COMMA = str.maketrans("ŞşŢţ", "ȘșȚț")
"""Romanian letters with a cedilla, which older keyboards have for those with a comma. Lengths stay the same."""
