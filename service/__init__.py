"""Enrich news articles on Kafka with entities, locations and event tags.

The rooms of the package, each importing only those below it:

    cli            the command line, `newswire`
    stream         Kafka in, Kafka out: agent, batches, worker processes, delivery
    process        bytes in, bytes out: what one worker process does with one message
    wire, enrich   formats → RawArticle; RawArticle → EnrichedArticle
    records        the contract

`local` starts a real Apache Kafka on this machine; `settings`, `metrics`, `logs` and `web` serve `cli` and `stream`.
"""

__version__ = "0.1.0"
