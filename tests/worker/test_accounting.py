"""What is committed is counted once, under labels that are known beforehand."""

from __future__ import annotations

from service.contract.outcomes import Enriched
from service.kafka.kafka_record import KafkaRecord
from service.settings import Settings
from service.worker.accounting import Accounting
from service.worker.metrics import Metrics


def test_records_are_counted_by_language() -> None:
    """The languages of the setting exist from the start, without their regions."""
    settings = Settings(languages=("en-GB", "ro"))
    metrics = Metrics(settings)
    record = KafkaRecord("newswire.raw", 0, 0, 0, b"a", b"{}", ())
    Accounting(settings, metrics).article(record, Enriched("a", b"{}", "enriched", {}, language="ro"), [])

    counted = {
        language: metrics.registry.get_sample_value("newswire_article_languages_total", {"language": language})
        for language in ("en", "ro", "other", "unknown")
    }

    assert counted == {"en": 0, "ro": 1, "other": 0, "unknown": 0}
