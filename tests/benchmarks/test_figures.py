"""Calculations of the benchmarks. The measurements themselves are tested by running them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks import capacity, readme, rollout, tables
from benchmarks.contenders.ceiling import at_steady_pace
from benchmarks.samples import growth

if TYPE_CHECKING:
    from pathlib import Path

COST = capacity.ArticleCost(
    worker=0.07,
    parent=0.001,
    kafka=0.002,
    article_bytes=2_000,
    record_bytes=8_000,
    compressed=0.25,
    tokens=400,
)


def _delays(within: dict[str, float]) -> dict[str, float]:
    return {"0.01": 0, "0.02": 0, "0.05": 0, "+Inf": 0} | within


def test_growth_is_that_of_the_second_half() -> None:
    """A worker that grows steeply at first and then by 2 MB per 10,000 articles has a growth of 2 MB."""
    samples = [
        {"arrived": count, "all": 400 + min(count, 5_000) / 100 + count / 5_000} for count in range(0, 20_001, 100)
    ]

    assert growth(samples, "all") == pytest.approx((2, 0), abs=1e-6)


def test_memory_that_only_swings_grows_less_than_its_error() -> None:
    """A worker whose memory swings by 10 MB around the same size has a slope within two standard errors."""
    samples = [{"arrived": count, "worker_processes": 50 + count // 100 % 3 * 5} for count in range(0, 20_001, 100)]

    slope, error = growth(samples, "worker_processes")

    assert abs(slope) < error < 5


def test_a_worker_that_stood_still_has_no_growth() -> None:
    """Samples without an article in between give no slope, and the message says so."""
    with pytest.raises(SystemExit, match="too few samples"):
        growth([{"arrived": 12, "all": 400}] * 5, "all")


def test_p99_is_the_bound_that_holds_99_in_100() -> None:
    """Of 1,000 waits, 985 by at most 20 ms and all by at most 50 ms: the 99th percentile is at most 50 ms."""
    text = tables.lateness([_delays({"0.02": 985, "0.05": 1000, "+Inf": 1000})])

    assert text == "98.5%, p99 ≤ 50 ms, of 1000"


def test_few_waits_have_no_p99() -> None:
    """The 99th percentile of twenty waits would be their maximum."""
    assert tables.lateness([_delays({"0.02": 19, "0.05": 20, "+Inf": 20})]) == "95.0%, of 20"


def test_the_pace_excludes_start_and_end() -> None:
    """80 of 100 articles took 8 s of wall-clock time and 16 s of CPU time: 10 s and 20 s for all of them."""
    assert at_steady_pace([(100.0, 5.0), (108.0, 21.0)], 100) == pytest.approx((10, 20))


@pytest.mark.parametrize(("readings", "articles"), [([], 8), ([(100.0, 5.0)], 20)])
def test_too_few_articles_have_no_pace(readings: list[tuple[float, float]], articles: int) -> None:
    """If there are articles only at the start and the end, the message says so, with any number of readings."""
    with pytest.raises(SystemExit, match=f"{articles} articles are too few"):
        at_steady_pace(readings, articles)


def test_the_capacity_follows_from_the_cost_of_an_article() -> None:
    """1,000 articles of 70 ms on cores that are 70 % busy need 100 cores, and write 10 MB/s to three replicas."""
    needed = capacity.capacity_for(COST, 1_000)

    assert (needed.cores, needed.processes, needed.workers, needed.partitions) == (100, 16, 7, 14)
    assert (needed.mb_per_second, needed.brokers, needed.brokers_compressed) == (8.0, 3, 3)
    assert needed.dollars == pytest.approx(100 * 0.04 * 720)


def test_many_articles_need_more_brokers_unless_compressed() -> None:
    """100,000 articles per second are 1,000 MB/s in three copies: 30 brokers of 100 MB/s, or a quarter with zstd."""
    needed = capacity.capacity_for(COST, 100_000)

    assert (needed.brokers, needed.brokers_compressed) == (30, 8)


def test_the_page_keeps_what_was_not_measured_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without results a block of the page stays as it is; with results it is replaced."""
    monkeypatch.setattr(readme, "RESULTS", tmp_path)
    text = "before\n<!-- measured: scale -->\nold\n<!-- end -->\nafter\n"

    assert readme.with_results(text) == text

    monkeypatch.setitem(readme.RENDERERS, "scale", ("scale.json", lambda: "new"))
    (tmp_path / "scale.json").write_text("{}")

    assert readme.with_results(text) == "before\n<!-- measured: scale -->\n\nnew\n\n<!-- end -->\nafter\n"


def test_the_page_has_every_block() -> None:
    """benchmarks/README.md has a block for every renderer."""
    assert set(readme.RENDERERS) == {match[2] for match in readme.BLOCK.finditer(readme.README.read_text())}


def test_halts_are_intervals_without_a_record() -> None:
    """Of two partitions with a record per half second, one stands still twice: for 3 s and for 2 s."""
    steady = [0.5 * number for number in range(20)]
    halting = [0.0, 0.5, 3.5, 4.0, 6.0, 6.5]

    assert rollout.halts([steady, halting]) == {
        "halts_per_partition": 1.0,
        "halted_seconds_per_partition": 2.5,
        "longest_halt": 3.0,
    }


def test_the_most_articles_waiting() -> None:
    """Two of three articles wait at the same time."""
    assert rollout.most_waiting([0.0, 1.0, 2.0], [1.5, 2.5, 3.0]) == 2
