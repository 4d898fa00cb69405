"""What the benchmarks make of their measurements; the measuring itself is tried by running them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks import paper, readme, tables
from benchmarks.contenders.ceiling import at_pace
from benchmarks.samples import growth

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = paper.Constants(
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
    """A worker that grows steeply at first and by 2 MB in 10,000 articles later has grown by 2 MB."""
    samples = [
        {"arrived": count, "all": 400 + min(count, 5_000) / 100 + count / 5_000} for count in range(0, 20_001, 100)
    ]

    assert growth(samples, "all") == pytest.approx((2, 0), abs=1e-6)


def test_what_only_goes_up_and_down_grows_less_than_its_error() -> None:
    """A worker whose memory swings by 10 MB about the same size has a slope within two standard errors."""
    samples = [{"arrived": count, "lanes": 50 + count // 100 % 3 * 5} for count in range(0, 20_001, 100)]

    slope, error = growth(samples, "lanes")

    assert abs(slope) < error < 5


def test_growth_of_a_worker_that_stood_still_is_not_made_up() -> None:
    """Samples between which no article came out give no slope, and say so."""
    with pytest.raises(SystemExit, match="too few samples"):
        growth([{"arrived": 12, "all": 400}] * 5, "all")


def test_p99_is_the_bound_that_holds_99_in_100() -> None:
    """Of 1,000 waits, 985 by at most 20 ms and all by at most 50 ms: the 99th percentile is at most 50 ms."""
    shown = tables.late([_delays({"0.02": 985, "0.05": 1000, "+Inf": 1000})])

    assert shown == "98.5%, p99 ≤ 50 ms, of 1000"


def test_few_waits_have_no_p99() -> None:
    """A 99th percentile of twenty waits would be their worst."""
    assert tables.late([_delays({"0.02": 19, "0.05": 20, "+Inf": 20})]) == "95.0%, of 20"


def test_the_pace_leaves_start_and_end_out() -> None:
    """100 articles, of which 80 between the looks took 8 s of the clock and 16 of CPU: 10 s and 20 for all."""
    assert at_pace([(100.0, 5.0), (108.0, 21.0)], 100) == pytest.approx((10, 20))


@pytest.mark.parametrize(("looks", "articles"), [([], 8), ([(100.0, 5.0)], 20)])
def test_too_few_articles_have_no_pace(looks: list[tuple[float, float]], articles: int) -> None:
    """Where start and end are all there is, the message says so, however few looks there were."""
    with pytest.raises(SystemExit, match=f"{articles} articles are too few"):
        at_pace(looks, articles)


def test_a_need_follows_from_the_constants() -> None:
    """1,000 articles of 70 ms in cores that are 70 % busy: 100 cores, and 10 MB/s on the brokers, thrice."""
    found = paper.need(KNOWN, 1_000)

    assert (found.cores, found.lanes, found.workers, found.partitions) == (100, 16, 7, 14)
    assert (found.megabytes, found.brokers, found.brokers_compressed) == (8.0, 3, 3)
    assert found.dollars == pytest.approx(100 * 0.04 * 720)


def test_many_articles_need_more_brokers_unless_compressed() -> None:
    """100,000 articles a second are 1,000 MB/s and three copies of it: 30 brokers of 100 MB/s, or a quarter."""
    found = paper.need(KNOWN, 100_000)

    assert (found.brokers, found.brokers_compressed) == (30, 8)


def test_the_page_keeps_what_was_not_measured_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without results a block of the page stays as it is; with them it is made anew."""
    monkeypatch.setattr(readme, "RESULTS", tmp_path)
    text = "before\n<!-- measured: scale -->\nold\n<!-- end -->\nafter\n"

    assert readme.made(text) == text

    monkeypatch.setitem(readme.MAKERS, "scale", ("scale.json", lambda: "new"))
    (tmp_path / "scale.json").write_text("{}")

    assert readme.made(text) == "before\n<!-- measured: scale -->\n\nnew\n\n<!-- end -->\nafter\n"


def test_the_page_has_every_block() -> None:
    """No block was taken out of benchmarks/README.md by hand."""
    assert set(readme.MAKERS) == {match[2] for match in readme.BLOCK.finditer(readme.README.read_text())}
