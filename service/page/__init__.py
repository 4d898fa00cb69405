"""`newswire page`: a web page that shows the last records live. A process of its own, and a consumer like any other.

    Kafka ──► topic_reader ──► recent_records ──► event_stream ──► browsers
     topic     thread           event loop         server-sent events

    publications     a record of the topic as the page has to understand it: key, id, revision, status, embargo
    topic_reader     reads the topic of records in a thread, and reconnects
    recent_records   what is shown: bounded; obeys deletions, retractions, embargoes and revisions
    figures          what the page has counted, and whether it reads
    event_stream     what one browser is sent
    server           the routes, the security headers, and who is let in
    main             starts and stops the above

Article text is hostile here. Every value is escaped by Jinja, only http and https addresses become links, and the page
has a content security policy that allows no inline script or style.
"""
