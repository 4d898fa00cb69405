"""`newswire serve` as a process: its records are those of `newswire enrich`, and it ends as it should."""

from __future__ import annotations

import gzip
import http.client
import os
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from service.contract import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

NEWSWIRE = [sys.executable, "-m", "service"]
SAMPLES = sorted((Path(__file__).parents[1] / "wire/samples").iterdir())
NDJSON = {"Accept": "application/x-ndjson"}
FEED = b"""<rss version="2.0"><channel><title>Alpine News</title>
<item><guid>1</guid><title>Snow in Graz</title><description>Snow closed the airport of Graz.</description></item>
<item><guid>2</guid><title>Rain in Zurich</title><description>Rain flooded two streets in Zurich.</description></item>
</channel></rss>"""


@contextmanager
def serving() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the command, and yield it with its port once it is ready."""
    command = [*NEWSWIRE, "serve", "--port", "0", "--processes", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"NEWSWIRE_LOG_FORMAT": "json"}) as process:
        assert process.stdout is not None
        event = orjson.loads(process.stdout.readline())
        assert event["event"] == "serving"
        try:
            yield process, int(event["address"].rstrip("/").rpartition(":")[2])
        finally:
            process.kill()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Return the port of a server that all tests of the module share."""
    with serving() as (_, port):
        yield port


def connected(port: int) -> closing[http.client.HTTPConnection]:
    """Return a connection to the server that is closed at the end."""
    return closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60))


def post(port: int, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Return the status and the body of the answer."""
    with connected(port) as connection:
        connection.request("POST", "/enrich", body, headers or {})
        response = connection.getresponse()
        return response.status, response.read()


def enrich(*names: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run `newswire enrich`."""
    command = [*NEWSWIRE, "enrich", "--processes", "1", *names]
    return subprocess.run(command, input=stdin, capture_output=True, check=False)


@pytest.fixture(scope="module")
def records() -> dict[str, bytes]:
    """Return what `newswire enrich` says of each sample: the line of its record, or why it is refused."""
    done = enrich(*map(str, SAMPLES))
    refusals = [line for line in done.stderr.decode().splitlines() if ": refused, " in line]
    refused = {Path(line.split(": refused, ")[0]).name: line.encode() for line in refusals}
    lines = iter(done.stdout.splitlines(keepends=True))
    return {sample.name: refused.get(sample.name) or next(lines) for sample in SAMPLES}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_the_record_is_that_of_the_command_line(port: int, records: dict[str, bytes], sample: Path) -> None:
    """Every format gives the bytes that `newswire enrich` prints, or is refused for the same reason."""
    status, answer = post(port, sample.read_bytes())

    if status == 200:
        assert answer + b"\n" == records[sample.name]
    else:
        problem = orjson.loads(answer)
        assert f": refused, {problem['reason']} ({problem['detail']})".encode() in records[sample.name]


def test_a_batch_gives_the_lines_of_the_command_line(port: int) -> None:
    """JSON lines give the lines that `newswire enrich` prints for them."""
    body = b"".join(
        orjson.dumps({"id": str(number), "body": f"The mayor of Graz met {number} farmers on Monday."}) + b"\n"
        for number in range(30)
    )

    status, answer = post(port, body, NDJSON)

    assert status == 200
    assert answer == enrich("-", stdin=body).stdout


@pytest.mark.parametrize(
    "body",
    [
        FEED,
        b'[{"id": "a", "body": "Hail fell in Lodz."}, {"id": "b", "body": " "}, {"id": "c", "body": "Fog hid Bern."}]',
        gzip.compress(FEED),
    ],
    ids=["feed", "list", "gzip"],
)
def test_whatever_can_be_split_is_a_batch(port: int, tmp_path: Path, body: bytes) -> None:
    """A feed, a list and a compressed file give what `newswire enrich` prints, and a line for each refusal."""
    (tmp_path / "batch").write_bytes(body)
    command_line = enrich(str(tmp_path / "batch"))

    status, answer = post(port, body, NDJSON)

    lines = answer.splitlines(keepends=True)
    records = [line for line in lines if "reason" not in orjson.loads(line)]
    assert status == 200
    assert b"".join(records) == command_line.stdout
    assert len(records) == 2
    assert len(lines) - len(records) == command_line.stderr.count(b": refused, ")


def test_the_attributes_of_an_event_are_read(port: int) -> None:
    """The headers of a CloudEvent fill the gaps of its article, as on Kafka."""
    headers = {"ce-specversion": "1.0", "ce-id": "7", "ce-source": "https://wire.example/", "ce-subject": "storm-1"}

    _, answer = post(port, b'{"body": "A storm reached Gdansk."}', headers)

    record = orjson.loads(answer)
    assert (record["id"], record["source"]["uri"]) == ("storm-1", "https://wire.example/")


def test_the_server_describes_itself(port: int) -> None:
    """`/openapi.json` is the published document."""
    with connected(port) as connection:
        connection.request("GET", "/openapi.json")
        answer = connection.getresponse().read()

    assert answer == schemas.documents()[schemas.OPENAPI]


def test_a_stop_in_the_middle_of_a_batch_cuts_nothing_off() -> None:
    """On SIGTERM the rest of a batch is enriched and sent, and the exit code is 0."""
    body = b"".join(orjson.dumps({"id": str(number), "body": "Rain fell in Oslo."}) + b"\n" for number in range(60))
    with serving() as (process, port), connected(port) as connection:
        connection.request("POST", "/enrich", body, NDJSON)
        response = connection.getresponse()
        first = response.readline()
        process.send_signal(signal.SIGTERM)
        rest = response.read()
        code = process.wait(60)

    assert [orjson.loads(line)["id"] for line in (first + rest).splitlines()] == [str(number) for number in range(60)]
    assert code == 0


def test_an_address_in_use_is_reported(port: int) -> None:
    """The message names the address and the settings that choose another one."""
    done = subprocess.run([*NEWSWIRE, "serve", "--port", str(port)], capture_output=True, check=False)

    assert done.returncode == 1
    assert f"cannot use 127.0.0.1:{port}" in done.stderr.decode()
    assert "NEWSWIRE_SERVE_PORT" in done.stderr.decode()
