"""What `benchmarks.scale` measured, as Markdown for people."""

from __future__ import annotations

import math
import statistics
from typing import Any

from benchmarks.samples import ROLES, growth
from benchmarks.tables import late, table

Part = dict[str, Any]
TITLES = {
    "partitions": "Partitions",
    "workers": "Workers and lanes",
    "delivery": "What exactly once costs",
    "overload": "Overload",
    "soak": "Soak",
    "slow": "One slow article",
    "compression": "Compressed records",
}
ROWS = 12  # of a load that is shown as it went


def markdown(found: dict[str, Part]) -> str:
    """Return every part that was measured."""
    shown = {
        "partitions": _variants,
        "workers": _variants,
        "delivery": _delivery,
        "overload": _overload,
        "soak": _soak,
        "slow": _slow,
        "compression": _compression,
    }
    parts = [
        f"### {title}\n\n{_preface(found[name])}\n\n{shown[name](found[name])}"
        for name, title in TITLES.items()
        if name in found
    ]
    return "\n\n".join(parts) + "\n"


def _preface(part: Part) -> str:
    rounds = f", {part['rounds']} interleaved rounds" if "rounds" in part else ""
    return (
        f"{part['articles']:,} articles of {part['tokens_an_article']:.0f} tokens on average{rounds}, "
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
                late([run["loop_delay"] for run in runs]),
            ]
        )
    head = ["articles/s", "minimum", "median", "maximum", "to the first", "CPU ms an article", "of it parents"]
    return table(
        [*head, "Kafka besides", "first worker: parent PSS, MB", "all its processes", "event loop late, ≤ 20 ms"], rows
    )


def _ratios(runs: list[Part], first: list[Part], kind: str) -> list[float]:
    """Return one figure of *runs* to that of *first*, round by round."""
    return [run[kind] / other[kind] for run, other in zip(runs, first, strict=True)]


def _delivery(part: Part) -> str:
    first, second = part["runs"].values()
    cost = (
        f"Exactly once to at least once, pair by pair: articles a second {_interval(first, second)}; "
        f"CPU of the worker an article {_interval(first, second, 'cpu_seconds')}; "
        f"of Kafka {_interval(first, second, 'broker_cpu_seconds')}."
    )
    return f"{_variants(part)}\n\n{cost}"


def _interval(first: list[Part], second: list[Part], kind: str = "articles_per_second") -> str:
    """Return the mean ratio of pairs, and two standard errors about it: what noise alone would make of it."""
    logs = [math.log(ratio) for ratio in _ratios(second, first, kind)]
    mean = statistics.mean(logs)
    error = statistics.stdev(logs) / math.sqrt(len(logs)) if len(logs) > 1 else math.inf
    return f"{math.exp(mean):.3f} (± {2 * error:.3f})"


def _overload(part: Part) -> str:
    phases = part["phases"]
    story = (
        f"{part['sent']:,} articles in {phases['during']['seconds']:.0f} s, ten times what the worker had just taken. "
        f"At their end {part['behind']:,} were behind, and out {phases['catching up']['seconds']:.0f} s later. "
        f"{_ledger(part)}"
    )
    normal = phases["before"]["articles_per_second"]
    rows = [
        ["articles/s", *(f"{phase['articles_per_second']:.1f}" for phase in phases.values())],
        ["to before", *(f"{phase['articles_per_second'] / normal:.2f}" for phase in phases.values())],
        ["CPU of the worker, ms an article", *(f"{phase['cpu_ms']:.1f}" for phase in phases.values())],
    ]
    return "\n\n".join([story, table(["", *phases], rows), _course(part["samples"])])


def _slow(part: Part) -> str:
    story = (
        "An article in one of four partitions burns its whole limit of 30 s of processor time; one worker of two "
        "processes. One of them is busy with it, so half of the speed is what the other three partitions can have."
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
    head = ["articles/s of the others, without it", "with it", "ratio", "the others are out after"]
    return f"{story}\n\n{table([*head, 'its own partition after', 'of it, out of turn'], rows)}"


def _soak(part: Part) -> str:
    slopes = {role: growth(part["samples"], role) for role in ROLES}
    grown = ", ".join(f"{role} {slope:+.1f} (± {error:.1f})" for role, (slope, error) in slopes.items())
    story = (
        f"One worker of {len(part['memory']['lanes'])} lanes, {part['articles_per_second']:.1f} articles a second. "
        f"{_ledger(part)} Growth over the second half, MB in 10,000 articles: {grown}."
    )
    return f"{story}\n\n{_course(part['samples'])}"


def _ledger(part: Part) -> str:
    ledger = part["ledger"]
    return (
        f"Of all {ledger['sent']:,} sent, counted by a second client that reads what is committed: "
        f"{ledger['records']:,} records, {ledger['dead_letters']:,} dead letters, "
        f"**lost {ledger['lost']:,}, repeated {ledger['repeated']:,}**; "
        f"lanes that failed: {part['replaced']:.0f}."
    )


def _course(samples: list[Part]) -> str:
    """Return some of *samples*, evenly spread, and the most that any showed."""
    step = max(1, math.ceil((len(samples) - 1) / (ROWS - 1)))
    chosen = samples[:-1:step] + samples[-1:]
    rows = [
        [
            f"{row['seconds']:.0f}",
            *(f"{count:,}" for count in (row["arrived"], row["sent"] - row["arrived"])),
            *(f"{row[role]:.0f}" for role in ROLES),
        ]
        for row in chosen
    ]
    behind = max(row["sent"] - row["arrived"] for row in samples)
    rows.append(["most", "", f"{behind:,}", *(f"{max(row[role] for row in samples):.0f}" for role in ROLES)])
    return table(["s", "out", "behind", "parent: PSS, MB", "loader: PSS", "lane: own", "all: PSS"], rows)


def _compression(part: Part) -> str:
    rows = [
        [
            f"{row['codec']}, {row['run']} together",
            f"{row['bytes'] / 1e3:.1f}",
            f"{row['bytes'] / _plain(part, row)['bytes']:.2f}",
            *(f"{row[kind]:.2f}" for kind in ("write_ms", "read_ms")),
        ]
        for row in part["rows"]
    ]
    head = ["codec, records sent", "kB a record on disk", "to none", "CPU ms to write", "to read"]
    sizes = f"A record has {part['record_bytes'] / 1e3:.1f} kB, its article {part['article_bytes'] / 1e3:.1f} kB."
    return f"{sizes}\n\n{table(head, rows)}"


def _plain(part: Part, row: Part) -> Part:
    return next(other for other in part["rows"] if other["run"] == row["run"] and other["codec"] == "none")
