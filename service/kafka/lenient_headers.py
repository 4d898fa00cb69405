r"""Read records whose header names are not UTF-8.

Kafka's protocol requires header names in UTF-8, but brokers do not check them. Both client libraries raise
`UnicodeDecodeError` on a record with another name, on every attempt, and never get past it: one such record, from
anyone who may write to the topic, would stop its partition permanently. Neither library has a hook for this, so their
parsers of record batches are replaced, for the whole process, by their own pure-Python ones with one difference: a byte
that is not UTF-8 becomes an escape, `\xff`. The dead letter of such an article has the escaped name.

Reading in Python takes 10 µs more per record of 3 kB than aiokafka's C code, a thousandth of the cost of an article.
"""

from __future__ import annotations

from typing import Any


class _Bytes(bytearray):
    """The bytes of a batch. Any slice of them can be decoded."""

    def __getitem__(self, index: Any) -> Any:
        item = super().__getitem__(index)
        return _Bytes(item) if isinstance(item, bytearray) else item

    def decode(self, *_: object, **__: object) -> str:
        return super().decode(errors="backslashreplace")


class _Lenient:
    """Mixin for the record batches of both libraries."""

    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()  # type: ignore[misc] # both base classes have it
        self._buffer = _Bytes(self._buffer)


def patch_aiokafka() -> None:
    """Let consumers of aiokafka read records with any header names."""
    from aiokafka.consumer import fetcher  # noqa: PLC0415 - Kafka commands of the command line do not need aiokafka
    from aiokafka.record import default_records, memory_records  # noqa: PLC0415 - as above

    class Batch(_Lenient, default_records._DefaultRecordBatchPy):  # type: ignore[misc] # noqa: SLF001 - there is no public hook
        """A batch of records with any header names."""

    memory_records.DefaultRecordBatch = Batch
    fetcher.MemoryRecords = memory_records._MemoryRecordsPy  # noqa: SLF001 - there is no public hook


def patch_kafka_python() -> None:
    """Let consumers of kafka-python read records with any header names."""
    from kafka.record import default_records, memory_records  # noqa: PLC0415 - like aiokafka above

    class Batch(_Lenient, default_records.DefaultRecordBatch):  # type: ignore[misc] # kafka-python is not typed
        """A batch of records with any header names."""

    memory_records.DefaultRecordBatch = Batch
