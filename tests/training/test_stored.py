"""Results that outlive a training that was stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from training import stored

if TYPE_CHECKING:
    from pathlib import Path


def test_a_result_is_made_once(tmp_path: Path) -> None:
    """The second time, it is read from its file."""
    made: list[int] = []

    def make() -> list[int]:
        made.append(len(made))
        return made

    assert stored.kept(tmp_path / "step.pickle", make) == stored.kept(tmp_path / "step.pickle", make) == [0]
    assert made == [0]


def test_a_step_that_fails_leaves_no_result(tmp_path: Path) -> None:
    """It is repeated next time; what was stored before stays whole."""
    path = tmp_path / "step.pickle"
    with pytest.raises(ZeroDivisionError):
        stored.kept(path, lambda: 1 // 0)
    assert not path.exists()
    stored.write(path, 1)
    with pytest.raises(AttributeError):
        stored.write(path, lambda: None)
    assert stored.read(path) == 1
