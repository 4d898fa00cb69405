"""The page for people: the last records live, and one record as HTML. It knows neither Kafka nor spaCy.

Article text is hostile here. Every value is escaped by Jinja, only http and https links are links, and the pages come
with a content security policy that allows no inline script or style. Three parts:

    render   a record → HTML; pure, used by the live page and by `newswire enrich --html`
    feed     the last records, bounded in number and bytes
    web      the routes of the live page, for the worker's web server
"""
