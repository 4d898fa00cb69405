"""What was measured, as tables for people."""

from __future__ import annotations

import os
import platform
import re
import statistics
import sys
from pathlib import Path
from typing import Any

BUCKET = re.compile(r'^newswire_event_loop_delay_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)
REPLACED = re.compile(r"^newswire_worker_process_restarts_total (\S+)$", re.MULTILINE)
ENOUGH = 100  # waits, for a 99th percentile to be one

Run = dict[str, Any]


def machine() -> str:
    """Name the processor, the cores that may be used, and the load that others put on them."""
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", info, re.MULTILINE)
    name = model[1] if model else platform.machine()
    cores = len(os.sched_getaffinity(0))
    return f"{name}, {cores} cores, Python {platform.python_version()}, load average {os.getloadavg()[1]:.1f}"


def command(module: str) -> str:
    """Return how *module* was started, files without their folders: those are the matter of one machine."""
    return " ".join(["python -m", module, *(argument.rpartition("/")[2] for argument in sys.argv[1:])])


def loop_delay(before: str, after: str) -> dict[str, float]:
    """Return how many of the event loop's waits between two looks at the metrics were late by at most each bound."""
    earlier = dict(BUCKET.findall(before))
    return {bound: float(count) - float(earlier.get(bound, 0)) for bound, count in BUCKET.findall(after)}


def replaced(metrics: str) -> float:
    """Return how many lanes of a worker have failed so far."""
    return sum(map(float, REPLACED.findall(metrics)))


def median(runs: list[Run], name: str) -> float:
    """Return the median of one figure."""
    return float(statistics.median(run[name] for run in runs))


def markdown(result: dict[str, Any]) -> str:
    """Return everything as Markdown."""
    parts = [_preface(result), _throughput(result), _processes(result)]
    if result["latency"]:
        parts.append(_latency(result))
    return "\n\n".join(part for part in parts if part) + "\n"


def _preface(result: dict[str, Any]) -> str:
    size = result["tokens"] / result["articles"]
    return (
        f"{result['articles']} articles of {size:.0f} tokens on average, {result['rounds']} interleaved rounds; "
        f"{result['machine']}. `{result['command']}`"
    )


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table; all columns but the first hold figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _throughput(result: dict[str, Any]) -> str:
    runs: dict[str, list[Run]] = result["runs"]
    ceiling = next((name for name in runs if name.startswith("ceiling")), "")
    rows = []
    for name, measured in runs.items():
        speeds = [run["articles_per_second"] for run in measured]
        paired = zip(measured, runs.get(ceiling, []), strict=False)
        ratios = [run["articles_per_second"] / top["articles_per_second"] for run, top in paired]
        cpu = [result["tokens"] / run["cpu_seconds"] for run in measured if run.get("cpu_seconds")]
        rows.append(
            [
                name,
                f"{min(speeds):.1f}",
                f"**{statistics.median(speeds):.1f}**",
                f"{max(speeds):.1f}",
                f"{statistics.median(ratios):.2f}" if ratios else "",
                f"{statistics.median(cpu):,.0f}" if cpu else "",
            ]
        )
    head = ["articles/s", "minimum", "median", "maximum", "to the ceiling", "tokens a CPU second"]
    return table(head, rows)


def _processes(result: dict[str, Any]) -> str:
    rows = []
    for name, measured in result["runs"].items():
        if not measured[0].get("memory"):
            continue
        share = statistics.median(run["parent_cpu_seconds"] / run["seconds"] for run in measured)
        broker = statistics.median(run["broker_cpu_seconds"] / run["seconds"] for run in measured)
        memory = measured[-1]["memory"]
        lanes = memory["lanes"]
        rows.append(
            [
                name,
                f"{share:.0%}",
                f"{broker:.0%}",
                *(f"{memory['parent'][0][kind]:.0f}" for kind in ("rss", "pss")),
                f"{memory['loader'][0]['pss']:.0f}" if memory["loader"] else "",
                f"{max(lane['own'] for lane in lanes):.0f}" if lanes else "",
                late([run["loop_delay"] for run in measured]),
            ]
        )
    head = ["at full load", "CPU of the parent", "CPU of Kafka", "parent: RSS, MB", "PSS", "loader: PSS"]
    return table([*head, "lane: own", "event loop late by ≤ 20 ms"], rows) if rows else ""


def _latency(result: dict[str, Any]) -> str:
    rows = [
        [
            name,
            f"{row['load']:.0%}",
            str(row["articles"]),
            *(f"{row[kind]:.2f}" for kind in ("p50", "p99", "max")),
            f"{row['parent_cpu_share']:.0%}",
            late([row["loop_delay"]]),
        ]
        for name, loads in result["latency"].items()
        for row in loads
    ]
    head = ["sent to readable, s", "load", "articles", "p50", "p99", "max", "CPU of the parent"]
    return table([*head, "event loop late by ≤ 20 ms"], rows)


def late(delays: list[dict[str, float]]) -> str:
    """Return which share of the event loop's waits was late by at most 20 ms, and the bound that holds 99 % of them."""
    total = sum(delay.get("+Inf", 0) for delay in delays)
    if not total:
        return ""
    shares = {bound: sum(delay[bound] for delay in delays) / total for bound in delays[0]}
    most = next(bound for bound, share in shares.items() if share >= 0.99)  # noqa: PLR2004 - p99
    p99 = f"p99 ≤ {float(most) * 1e3:.0f} ms, " if total >= ENOUGH else ""
    return f"{shares['0.02']:.1%}, {p99}of {total:.0f}"
