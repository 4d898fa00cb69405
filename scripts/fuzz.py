"""Read 100,000 damaged messages of every format, and count the outcomes.

    python scripts/fuzz.py [--count 100000] [--seed 0]

Each is a sample of `tests/wire/samples` with random damage: bytes changed, pieces cut, repeated or inserted from
another sample, JSON values replaced by odd ones. Each must give an article or a reason for refusing it. The exit code
is 1 if an input raised another exception, needed more than two seconds or was refused without a detail; such an input
is written to `fuzz-N.bin`.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

from service import wire
from service.contract.reject_reasons import InvalidArticleError, RejectReason

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "tests/wire/samples").iterdir())]
HANG_SECONDS = 2.0
"""A clean article needs about one millisecond."""

# fmt: off
DAMAGE = [
    b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc3", b"\\ud800", b"\\udc00\\ud800", b"\\u0000",
    b"&", b"&amp;amp;lt;", b"&#0;", b"&#x110000;", b"&nbsp;", b"&bogus;", b"<", b">", b"<p>", b"</p>", b"<br/>",
    b"<!--", b"<![CDATA[", b"]]>", b"<?xml version='1.0' encoding='utf-16'?>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"<script>", b"<div>" * 300, b"[" * 1100, b'{"a":' * 1100, b"&amp;" * 500, b"<b>" * 300, b" " * 2000, b"9" * 400,
    b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"NaN", b"1e999", b"\n", b"\r", b"\x1b[31m",
    "\u202e\u00ad\u200b\u2028\ufeff".encode(), "\xc3\xa2\u20ac\u2122".encode(), "\U0001f1f7\U0001f1f4".encode(),
]
# fmt: on
ODD_VALUES: list[Any] = [
    None,
    True,
    -1,
    1e308,
    "",
    " ",
    "\x00",
    "None",
    [],
    {},
    [[]],
    [None],
    {"name": {}},
    "x" * 2000,
    ["a", 1],
]
FORMATS = [name.encode() for name in wire.FORMATS]


def _chance(rng: random.Random, share: float) -> bool:
    return rng.random() < share


def damaged(rng: random.Random) -> bytes:
    """Return a random sample, damaged one to four times."""
    value = rng.choice(SAMPLES)
    if value.startswith(b"{") and _chance(rng, 0.5):
        row = json.loads(value)
        for _ in range(rng.randint(1, 3)):
            _replace_somewhere(row, rng)
        value = json.dumps(row, ensure_ascii=_chance(rng, 0.5)).encode()
        if _chance(rng, 0.5):
            return value
    for _ in range(rng.randint(1, 4)):
        value = _damage(value, rng)
    return value.decode(errors="ignore").encode() if _chance(rng, 0.7) else value


def _replace_somewhere(node: Any, rng: random.Random) -> None:
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = rng.choice(keys)
        child = node[key]
        if isinstance(child, dict | list) and child and _chance(rng, 0.7):
            node = child
            continue
        node[key] = copy.deepcopy(rng.choice(ODD_VALUES))
        return


def _damage(value: bytes, rng: random.Random) -> bytes:
    start = rng.randint(0, len(value))
    end = min(len(value), start + rng.choice([0, 1, 4, 30, 400]))
    other = rng.choice(SAMPLES)
    position = rng.randint(0, len(other))
    replacement = rng.choice(
        [
            b"",
            rng.choice(DAMAGE),
            rng.randbytes(rng.randint(1, 6)),
            other[position : position + 80],
            value[start:end] * 3,
        ]
    )
    return value[:start] + replacement + value[end:]


def main() -> int:
    """Run the fuzzer, print the outcomes and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)  # noqa: S311 - not a secret; equal seeds give equal inputs
    outcomes: Counter[str] = Counter()
    failures = 0
    slowest = 0.0
    for number in range(options.count):
        value = damaged(rng)
        headers = {"newswire.format": rng.choice(FORMATS)} if _chance(rng, 0.1) else {}
        started = time.monotonic()
        problem = ""
        try:
            article = wire.read(value, headers)
            outcomes["article" if article.status == "usable" else "withdrawn"] += 1
            article.model_dump_json().encode()
        except InvalidArticleError as invalid:
            outcomes[invalid.reason] += 1
            problem = "" if invalid.detail and invalid.reason in RejectReason else "refused without a detail"
        except Exception:  # noqa: BLE001 - finding unexpected exceptions is the purpose
            problem = traceback.format_exc()
        seconds = time.monotonic() - started
        slowest = max(slowest, seconds)
        if seconds > HANG_SECONDS:
            problem = f"needed {seconds:.1f} s"
        if problem:
            failures += 1
            Path(f"fuzz-{number}.bin").write_bytes(value)
            print(f"input {number}, headers {headers}: {problem}", file=sys.stderr)
    for outcome, count in outcomes.most_common():
        print(f"{count:8,}  {outcome}")
    print(f"{options.count:8,}  inputs; {failures} failed; the slowest needed {slowest * 1000:.0f} ms")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
