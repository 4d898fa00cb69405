"""The worker: reads raw articles, has them enriched, publishes records and dead letters. Knows bytes, not articles.

run                 one worker, until it is asked to stop
app, application    the Faust application: settings of Faust, start, stop, the agent
application_view    what the parts may ask of the application
faust_consumer      Faust's consumer, which here reads and does not commit
static_membership   what aiokafka lacks for workers that keep their names
bounded_requests    a limit of its own for each request to a broker
in_flight           which partitions are assigned, what is accepted, when to pause and when to hold
partition           one assigned partition: its articles in order
publishing          finished articles of a partition: decide, encode, deliver, commit, account
delivery            records and offsets to Kafka, at least once or exactly once
encoding            an outcome as a Kafka record, with its headers
published_versions  which versions of an article are out
limits              when too many articles are refused, or crash their process
accounting, metrics, tracing   what is counted, logged and traced
health              whether the worker does its work, and how others learn of it

Why Faust, if so much of it is turned off? It runs the consumer in a thread of its own, so that the group membership
survives a busy event loop, and it brings the program around it: signals, start and stop in order, a web server. Its
own delivery loses and repeats articles (measured; see `delivery` and `faust_consumer`), so that part is ours.
"""
