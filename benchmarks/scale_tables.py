"""Format the results of `benchmarks.scale` as Markdown."""

from __future__ import annotations

import math
import statistics
from typing import Any

from benchmarks.rollout import HALT_SECONDS, POD_SECONDS
from benchmarks.samples import ROLES, growth
from benchmarks.tables import lateness, table

Part = dict[str, Any]
TITLES = {
    "partitions": "Partitions",
    "workers": "Workers and worker processes",
    "delivery": "Cost of exactly once",
    "overload": "Overload",
    "soak": "Soak",
    "slow": "One slow article",
    "rollout": "A rollout",
    "compression": "Compressed records",
}
MEMORY = ["parent: PSS, MB", "fork server: PSS", "worker process: private", "all: PSS"]  # one column per role
MAX_ROWS = 12  # of samples in the table of a run over time


def markdown(results: dict[str, Part]) -> str:
    """Return the results of every part that was measured."""
    renderers = {
        "partitions": _variants,
        "workers": _variants,
        "delivery": _delivery,
        "overload": _overload,
        "soak": _soak,
        "slow": _slow,
        "rollout": _rollout,
        "compression": _compression,
    }
    parts = [
        f"### {title}\n\n{_preface(results[name])}\n\n{renderers[name](results[name])}"
        for name, title in TITLES.items()
        if name in results
    ]
    return "\n\n".join(parts) + "\n"


def _preface(part: Part) -> str:
    rounds = f", {part['rounds']} interleaved rounds" if "rounds" in part else ""
    return (
        f"{part['articles']:,} articles of {part['tokens_per_article']:.0f} tokens on average{rounds}, "
        f"{part['minutes']:.1f} minutes; {part['machine']}. `{part['command']}`"
    )


def _variants(part: Part) -> str:
    first = next(iter(part["runs"].values()))
    rows = []
    for name, runs in part["runs"].items():
        speeds = [run["articles_per_second"] for run in runs]
        memory = runs[-1]["memory"]
        whole = sum(process["pss"] for role in memory.values() for process in role)
        rows.append(
            [
                name,
                *(f"{figure:.1f}" for figure in (min(speeds), statistics.median(speeds), max(speeds))),
                f"{statistics.median(_ratios(runs, first, 'articles_per_second')):.2f}",
                *(
                    f"{statistics.median(run[kind] for run in runs) / part['articles'] * 1e3:.1f}"
                    for kind in ("cpu_seconds", "parent_cpu_seconds", "broker_cpu_seconds")
                ),
                f"{memory['parent'][0]['pss']:.0f}",
                f"{whole:.0f}",
                lateness([run["loop_delay"] for run in runs]),
            ]
        )
    head = [
        "articles/s",
        "minimum",
        "median",
        "maximum",
        "relative to the first",
        "CPU ms per article",
        "of it parents",
    ]
    return table(
        [*head, "Kafka in addition", "first worker: parent PSS, MB", "all its processes", "event loop delay ≤ 20 ms"],
        rows,
    )


def _ratios(runs: list[Part], first: list[Part], kind: str) -> list[float]:
    """Return the ratio of one figure of *runs* to that of *first*, round by round."""
    return [run[kind] / other[kind] for run, other in zip(runs, first, strict=True)]


def _delivery(part: Part) -> str:
    first, second = part["runs"].values()
    cost = (
        f"Exactly once relative to at least once, pair by pair: articles per second {_interval(first, second)}; "
        f"CPU of the worker per article {_interval(first, second, 'cpu_seconds')}; "
        f"of Kafka {_interval(first, second, 'broker_cpu_seconds')}."
    )
    return f"{_variants(part)}\n\n{cost}"


def _interval(first: list[Part], second: list[Part], kind: str = "articles_per_second") -> str:
    """Return the geometric mean ratio of the pairs and two standard errors, the range that noise alone explains."""
    logs = [math.log(ratio) for ratio in _ratios(second, first, kind)]
    mean = statistics.mean(logs)
    error = statistics.stdev(logs) / math.sqrt(len(logs)) if len(logs) > 1 else math.inf
    return f"{math.exp(mean):.3f} (± {2 * error:.3f})"


def _overload(part: Part) -> str:
    phases = part["phases"]
    summary = (
        f"{part['sent']:,} articles in {phases['during']['seconds']:.0f} s, ten times the worker's throughput. "
        f"The backlog was then {part['backlog']:,} and cleared {phases['catching up']['seconds']:.0f} s later. "
        f"{_ledger(part)}"
    )
    normal = phases["before"]["articles_per_second"]
    rows = [
        ["articles/s", *(f"{phase['articles_per_second']:.1f}" for phase in phases.values())],
        ["relative to before", *(f"{phase['articles_per_second'] / normal:.2f}" for phase in phases.values())],
        ["CPU of the worker, ms per article", *(f"{phase['cpu_ms']:.1f}" for phase in phases.values())],
    ]
    return "\n\n".join([summary, table(["", *phases], rows), _course(part["samples"])])


def _slow(part: Part) -> str:
    summary = (
        "An article in one of four partitions uses its whole limit of 30 s of CPU time. There is one worker with two "
        "processes; one of them is busy with that article, so the other three partitions can have half of the speed."
    )
    rows = [
        [
            f"{run['without']:.1f}",
            f"{run['with']:.1f}",
            f"{run['ratio']:.2f}",
            f"{run['others_out_seconds']:.0f} s",
            f"{run['slow_out_seconds']:.0f} s",
            str(run["overtaken"]),
        ]
        for run in part["slow"]
    ]
    head = ["articles/s of the others, without it", "with it", "ratio", "the others are published after"]
    return f"{summary}\n\n{table([*head, 'its own partition after', 'of it, out of order'], rows)}"


def _soak(part: Part) -> str:
    slopes = {role: growth(part["samples"], role) for role in ROLES}
    grown = ", ".join(
        f"{role.replace('_', ' ')} {slope:+.1f} (± {error:.1f})" for role, (slope, error) in slopes.items()
    )
    summary = (
        f"One worker of {len(part['memory']['worker_processes'])} processes, "
        f"{part['articles_per_second']:.1f} articles per second. "
        f"{_ledger(part)} Growth over the second half, MB per 10,000 articles: {grown}."
    )
    return f"{summary}\n\n{_course(part['samples'])}"


def _ledger(part: Part) -> str:
    ledger = part["ledger"]
    return (
        f"Of all {ledger['sent']:,} sent, counted by a second client that reads committed records: "
        f"{ledger['records']:,} records, {ledger['dead_letters']:,} dead letters, "
        f"**lost {ledger['lost']:,}, repeated {ledger['repeated']:,}**; "
        f"worker processes that failed: {part['restarts']:.0f}."
    )


def _course(samples: list[Part]) -> str:
    """Return some of *samples*, evenly spread, and the maximum of all."""
    step = max(1, math.ceil((len(samples) - 1) / (MAX_ROWS - 1)))
    chosen = samples[:-1:step] + samples[-1:]
    rows = [
        [
            f"{row['seconds']:.0f}",
            *(f"{count:,}" for count in (row["arrived"], row["sent"] - row["arrived"])),
            *(f"{row[role]:.0f}" for role in ROLES),
        ]
        for row in chosen
    ]
    backlog = max(row["sent"] - row["arrived"] for row in samples)
    rows.append(["maximum", "", f"{backlog:,}", *(f"{max(row[role] for row in samples):.0f}" for role in ROLES)])
    return table(["s", "published", "backlog", *MEMORY], rows)


def _rollout(part: Part) -> str:
    summary = (
        f"{part['workers']} workers of one process, {part['partitions']} partitions, {part['articles_per_second']:.0f} "
        f"articles per second. A partition halts if it publishes nothing for more than {HALT_SECONDS:.0f} s. Between "
        f"an old worker that has ended and the start of the new one lie {POD_SECONDS:.0f} s."
    )
    rows = [
        [
            name,
            *(f"{run[kind]:.1f}" for kind in ("halts_per_partition", "halted_seconds_per_partition", "longest_halt")),
            f"{run['replacing_seconds']:.1f}",
            *(f"{run[kind]:.2f}" for kind in ("delay_p50", "delay_p99", "delay_max")),
            *(str(run[kind]) for kind in ("lag_max", "lost", "repeated")),
        ]
        for name, run in part["rollouts"].items()
    ]
    head = ["way to replace a worker", "halts per partition", "seconds of them", "longest halt, s", "s per worker"]
    head += ["delay of an article, s: median", "p99", "maximum", "most articles waiting", "lost", "repeated"]
    return f"{summary}\n\n{table(head, rows)}"


def _compression(part: Part) -> str:
    rows = [
        [
            f"{'with events' if row['events'] else 'records'}, {row['codec']}, {row['run']} together",
            f"{row['bytes'] / 1e3:.1f}",
            f"{row['bytes'] / _plain(part, row)['bytes']:.2f}",
            *(f"{row[kind]:.2f}" for kind in ("write_ms", "read_ms")),
        ]
        for row in part["rows"]
    ]
    head = ["what, codec, articles", "kB per article on disk", "relative to none", "CPU ms to write", "to read"]
    sizes = (
        f"A record is {part['record_bytes'] / 1e3:.1f} kB, its article {part['article_bytes'] / 1e3:.1f} kB. It has "
        f"{part['events']:.1f} flat events of {part['event_bytes'] / 1e3:.1f} kB."
    )
    return f"{sizes}\n\n{table(head, rows)}"


def _plain(part: Part, row: Part) -> Part:
    same = ("run", "events")
    return next(other for other in part["rows"] if other["codec"] == "none" and all(other[k] == row[k] for k in same))
