"""Kafka without articles: connections, topics and records as bytes.

connection       client options with TLS and SASL, for kafka-python, aiokafka and Faust
tokens           access tokens for OAUTHBEARER
tls              certificates, also renewed ones
admin            create the declared topics, look up existing ones
kafka_record     a record that was read, and one to write
reading          read or follow the committed records of a topic
producing        send key-value pairs and wait for the brokers to confirm them
lag              how far the consumer group is behind
start_offsets    the offset at which a worker begins with each partition
lenient_headers  accept header names that are not UTF-8

All but the worker's own delivery uses kafka-python, which is synchronous and simple to call from a command or a
thread. The worker delivers with aiokafka, which Faust uses as well.
"""
