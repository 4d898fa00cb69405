"""`newswire feed`: polls RSS, Atom and JSON feeds and sends what is new to the raw topic, in a process of its own.

service_loop     start, serve metrics, stop
polling          one feed: fetch, send, note, wait
fetching         one request: redirects, time and size limits
addresses        refuses private addresses
robots           asks robots.txt
encodings        the body as UTF-8
feed_items       the items of a feed as messages
feed_channel     what the feed says about itself
waiting          how long until the next poll
seen_items       what was sent, in a file
sending          items to Kafka
feed_metrics     what Prometheus sees

Whatever a server sends, its feed is tried again later and the other feeds go on.
"""
