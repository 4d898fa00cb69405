"""`newswire serve`: articles in and records out over HTTP, by the same worker processes as the stream, without Kafka.

    client ──► routes ──► request_body ──► admission ──► worker processes ──► answers ──► client
                                  └──► batches ──► splitting_process

    routes             the paths, and what each answers
    request_body       one body, within a size and a time
    admission          how many requests may be enriched at once
    batches            the articles of one body, enriched a few at once, in their order
    splitting_client   starts a process that splits one body, and reads what it sends
    splitting_process  the main program of that process
    answers            records and problem details as responses
    request_metrics    the metrics
    serving            starts and stops the above

The process with the event loop moves bytes and parses none of them. So an article that crashes or hangs its process is
refused, and the requests beside it are answered.
"""
