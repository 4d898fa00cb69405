"""What producers and consumers can rely on: messages, headers, topics, and the reasons to refuse an article.

    raw_article        what goes in, in the normal form of every wire format
    enriched_article   what comes out
    annotations        what is found in the text of an article
    reject_reasons     why an article goes to the dead-letter topic
    headers            every Kafka header
    topics             the Kafka topics that `schemas/topics` declares
    outcomes           what a worker process receives and returns
    schemas, asyncapi  the published documents in `schemas/`, made from the modules above

Of the service, the contract imports only the base class of its errors.
"""
