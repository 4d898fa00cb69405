"""Enrich news articles on Kafka with entities, locations and event tags.

The rooms of the package, each importing only those below it:

    cli                        thin commands: arguments in, one call, words out
    worker, page, dead_letters what runs: the consuming process, the page, the handling of dead letters
    processes, kafka, views    one article in one process; Kafka without articles; a record for people
    wire, enrich               bytes → RawArticle; RawArticle → EnrichedArticle
    contract                   what producers and consumers rely on

`local_kafka` starts a real Apache Kafka on this machine. `settings`, `errors`, `logs` and `cpus` serve all rooms.
docs/architecture.md walks one article through them.
"""

__version__ = "0.3.0"
