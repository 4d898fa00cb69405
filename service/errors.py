"""The errors of the service.

    NewswireError
    ├── InvalidArticleError         the article cannot be enriched (`service.contract.reject_reasons`)
    ├── SpanMismatchError           a mention differs from the text at its offsets
    ├── WorkerPoolError             no article can be enriched
    ├── KafkaOperationError         Kafka did not do what was asked
    │   ├── MissingTopicError
    │   ├── BrokersUnreachableError
    │   └── PreflightError          the topics do not suit a worker
    ├── LocalKafkaError             the built-in Kafka cannot run
    ├── FeedError                   a feed cannot be read or sent; it is tried again
    ├── SeenItemsError              the file of sent items cannot be used
    └── WorkerError                 raised by a worker only
        ├── DeliveryError
        ├── FencedError
        ├── OffsetGapError
        ├── RecordTooLargeError
        └── StallError

The command line catches `NewswireError`, prints its message and exits with code 1. Any other exception is a bug, or
comes from a library. `InvalidArticleError` carries a code of the contract, so it is defined there.
"""

from __future__ import annotations


class NewswireError(Exception):
    """Base class of all errors of the service. The message says what happened and, if possible, what to do."""


class SpanMismatchError(NewswireError):
    """Raised if a stage returned a mention whose offsets and words disagree, which is a bug."""


class WorkerPoolError(NewswireError):
    """Raised if no article can be enriched, for example because the model cannot be loaded."""


class KafkaOperationError(NewswireError):
    """Raised if Kafka refused a request, or did not answer it."""


class MissingTopicError(KafkaOperationError):
    """Raised if topics do not exist.

    Args:
        names: The missing topics.
    """

    def __init__(self, *names: str) -> None:
        super().__init__(f"there is no topic {', '.join(names)}: `newswire topics create` creates it")


class BrokersUnreachableError(KafkaOperationError):
    """Raised if no broker answers. The message says which settings to check."""


class PreflightError(KafkaOperationError):
    """Raised if a worker must not start, because a topic has too few partitions or the topics cannot be described."""


class LocalKafkaError(NewswireError):
    """Raised if the built-in Kafka cannot be downloaded, started or stopped."""


class FeedError(NewswireError):
    """Raised if a feed cannot be read or its items cannot be sent.

    Args:
        reason: A short code, for the metrics.
        message: What happened and, if possible, what to do.
        retry_seconds: How long the server asked to wait, or 0.
    """

    def __init__(self, reason: str, message: str, retry_seconds: float = 0.0) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_seconds = retry_seconds


class SeenItemsError(NewswireError):
    """Raised if what was sent cannot be read or noted, so that going on would repeat it."""


class WorkerError(NewswireError):
    """Base class of the errors that only a worker raises."""


class DeliveryError(WorkerError):
    """Raised if records cannot be delivered after several attempts, or without the right to write them."""


class FencedError(WorkerError):
    """Raised if another worker has joined the group under the same name (`NEWSWIRE_GROUP_INSTANCE_ID`).

    Args:
        group: The consumer group.
        name: The name that both have.
    """

    def __init__(self, group: str, name: str) -> None:
        super().__init__(
            f"another worker has joined the group {group} as {name}, so this one stops. If it should have been "
            "replaced, all is well; otherwise give each worker a NEWSWIRE_GROUP_INSTANCE_ID of its own"
        )


class OffsetGapError(WorkerError):
    """Raised if the next record of a partition does not follow the last one, so that something was missed."""


class RecordTooLargeError(WorkerError):
    """Raised if the broker refuses a record for its size: the topic accepts less than was assumed.

    Args:
        size: Bytes of the smallest record that was refused.
        alone: Whether it was the only record of the batch. If not, another record may be the one that is too large.
    """

    def __init__(self, size: int, *, alone: bool) -> None:
        refused = "a record of" if alone else "a batch whose smallest record has"
        super().__init__(f"the broker refused {refused} {size:,} bytes")
        self.size = size
        self.alone = alone


class StallError(WorkerError):
    """Raised if the worker makes no progress although articles wait. The message says what was observed."""
