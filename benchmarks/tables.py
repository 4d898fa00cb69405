"""Format the results of `benchmarks.run` as Markdown tables."""

from __future__ import annotations

import os
import platform
import re
import statistics
import sys
from pathlib import Path
from typing import Any

DELAY_BUCKET = re.compile(r'^newswire_event_loop_delay_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)
RESTARTS = re.compile(r"^newswire_worker_process_restarts_total (\S+)$", re.MULTILINE)
MIN_WAITS_FOR_P99 = 100  # a 99th percentile of fewer would be their maximum

Run = dict[str, Any]


def machine() -> str:
    """Describe the machine: processor, usable cores, Python version and load average."""
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", info, re.MULTILINE)
    name = model[1] if model else platform.machine()
    cores = len(os.sched_getaffinity(0))
    return f"{name}, {cores} cores, Python {platform.python_version()}, load average {os.getloadavg()[1]:.1f}"


def command(module: str) -> str:
    """Return the command line of *module*, with files reduced to their names: folders depend on the machine."""
    return " ".join(["python -m", module, *(argument.rpartition("/")[2] for argument in sys.argv[1:])])


def loop_delay(before: str, after: str) -> dict[str, float]:
    """Return, per bucket, how many waits of the event loop were late by at most its bound between two scrapes."""
    earlier = dict(DELAY_BUCKET.findall(before))
    return {bound: float(count) - float(earlier.get(bound, 0)) for bound, count in DELAY_BUCKET.findall(after)}


def restarts(metrics: str) -> float:
    """Return how many worker processes have failed so far."""
    return sum(map(float, RESTARTS.findall(metrics)))


def median(runs: list[Run], name: str) -> float:
    """Return the median of the figure *name* over *runs*."""
    return float(statistics.median(run[name] for run in runs))


def markdown(result: dict[str, Any]) -> str:
    """Return all results as Markdown."""
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
    """Return a Markdown table; all columns but the first are numeric."""
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
    head = ["articles/s", "minimum", "median", "maximum", "relative to the ceiling", "tokens per CPU second"]
    return table(head, rows)


def _processes(result: dict[str, Any]) -> str:
    rows = []
    for name, measured in result["runs"].items():
        if not measured[0].get("memory"):
            continue
        share = statistics.median(run["parent_cpu_seconds"] / run["seconds"] for run in measured)
        broker = statistics.median(run["broker_cpu_seconds"] / run["seconds"] for run in measured)
        memory = measured[-1]["memory"]
        workers = memory["worker_processes"]
        rows.append(
            [
                name,
                f"{share:.0%}",
                f"{broker:.0%}",
                *(f"{memory['parent'][0][kind]:.0f}" for kind in ("rss", "pss")),
                f"{memory['fork_server'][0]['pss']:.0f}" if memory["fork_server"] else "",
                f"{max(process['private'] for process in workers):.0f}" if workers else "",
                lateness([run["loop_delay"] for run in measured]),
            ]
        )
    head = ["at full load", "CPU of the parent", "CPU of Kafka", "parent: RSS, MB", "PSS", "fork server: PSS"]
    return table([*head, "worker process: private", "event loop delay ≤ 20 ms"], rows) if rows else ""


def _latency(result: dict[str, Any]) -> str:
    rows = [
        [
            name,
            f"{row['load']:.0%}",
            str(row["articles"]),
            *(f"{row[kind]:.2f}" for kind in ("p50", "p99", "max")),
            f"{row['parent_cpu_share']:.0%}",
            lateness([row["loop_delay"]]),
        ]
        for name, loads in result["latency"].items()
        for row in loads
    ]
    head = ["from sent to readable, s", "load", "articles", "p50", "p99", "max", "CPU of the parent"]
    return table([*head, "event loop delay ≤ 20 ms"], rows)


def lateness(delays: list[dict[str, float]]) -> str:
    """Return the share of the event loop's waits that were late by at most 20 ms, and their 99th percentile."""
    total = sum(delay.get("+Inf", 0) for delay in delays)
    if not total:
        return ""
    shares = {bound: sum(delay[bound] for delay in delays) / total for bound in delays[0]}
    most = next(bound for bound, share in shares.items() if share >= 0.99)  # noqa: PLR2004 - p99
    p99 = f"p99 ≤ {float(most) * 1e3:.0f} ms, " if total >= MIN_WAITS_FOR_P99 else ""
    return f"{shares['0.02']:.1%}, {p99}of {total:.0f}"
