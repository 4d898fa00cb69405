r"""Headers whose names are not UTF-8, read in spite of it.

Kafka's protocol wants the names of headers in UTF-8, but no broker looks at them. Both our clients raise
`UnicodeDecodeError` on a record with another name, at every try, and never get past it: one such record, from anyone
who may write to the topic, would stop its partition for ever. Neither client has a seam for it, so the parsers of
record batches are replaced, for the whole process, by those that they have in Python, with one difference: a byte that
is not UTF-8 is read as an escape, `\xff`. The dead letter of such an article bears the escaped name.

Reading in Python takes 10 µs a record more than aiokafka's C does (3 kB each), a thousandth of what an article costs.
"""

from __future__ import annotations

from typing import Any


class _Bytes(bytearray):
    """Bytes of a batch; a slice of them can always be decoded."""

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return _Bytes(found) if isinstance(found, bytearray) else found

    def decode(self, *_: object, **__: object) -> str:
        return super().decode(errors="backslashreplace")


class _Lenient:
    """What the batches of both clients are given before their own class."""

    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()  # type: ignore[misc] # both have it
        self._buffer = _Bytes(self._buffer)


def read_any_with_aiokafka() -> None:
    """Have the consumers of aiokafka read records with any names of headers."""
    from aiokafka.consumer import fetcher  # noqa: PLC0415 - the command line's Kafka commands need no aiokafka
    from aiokafka.record import default_records, memory_records  # noqa: PLC0415 - nor these

    class Batch(_Lenient, default_records._DefaultRecordBatchPy):  # type: ignore[misc] # noqa: SLF001 - no public way
        """A batch of records with any names of headers."""

    memory_records.DefaultRecordBatch = Batch
    fetcher.MemoryRecords = memory_records._MemoryRecordsPy  # noqa: SLF001 - no public way


def read_any_with_kafka_python() -> None:
    """Have the consumers of kafka-python read records with any names of headers."""
    from kafka.record import default_records, memory_records  # noqa: PLC0415 - beside its like above

    class Batch(_Lenient, default_records.DefaultRecordBatch):  # type: ignore[misc] # kafka-python is not typed
        """A batch of records with any names of headers."""

    memory_records.DefaultRecordBatch = Batch
