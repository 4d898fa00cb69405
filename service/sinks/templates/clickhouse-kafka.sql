-- Fills the tables of `newswire schema --as clickhouse` from Kafka. Set brokers and groups.
-- ClickHouse passes over null values: see deploy/sinks/clickhouse.md for deletions.

CREATE TABLE newswire.article_queue (
{% for name, type, description in record %}
  `{{ name }}` {{ type }}{{ "," if not loop.last }}
{% endfor %}
)
ENGINE = Kafka
SETTINGS
  kafka_broker_list = 'kafka:9092',
  kafka_topic_list = 'newswire.enriched',
  kafka_group_name = 'clickhouse-articles',
  kafka_format = 'JSONEachRow',
  kafka_handle_error_mode = 'stream',
  input_format_skip_unknown_fields = 1,
  date_time_input_format = 'best_effort';

CREATE MATERIALIZED VIEW newswire.article_reader TO newswire.article_versions AS
SELECT
{% for name, type, description in record %}
  `{{ name }}`{{ "," if not loop.last }}
{% endfor %}
FROM newswire.article_queue
WHERE empty(_error) AND NOT has(_headers.name, 'newswire.superseded');

CREATE TABLE newswire.event_queue (
{% for name, type, description in event %}
  `{{ name }}` {{ type }}{{ "," if not loop.last }}
{% endfor %}
)
ENGINE = Kafka
SETTINGS
  kafka_broker_list = 'kafka:9092',
  kafka_topic_list = 'newswire.events',
  kafka_group_name = 'clickhouse-events',
  kafka_format = 'JSONEachRow',
  kafka_handle_error_mode = 'stream',
  input_format_skip_unknown_fields = 1,
  date_time_input_format = 'best_effort';

CREATE MATERIALIZED VIEW newswire.event_reader TO newswire.event_versions AS
SELECT
{% for name, type, description in event %}
  `{{ name }}`{{ "," if not loop.last }}
{% endfor %}
FROM newswire.event_queue
WHERE empty(_error);

CREATE TABLE newswire.unreadable (
  `topic` LowCardinality(String),
  `partition` UInt64,
  `offset` UInt64,
  `error` String
)
ENGINE = MergeTree
ORDER BY (topic, partition, offset);

CREATE MATERIALIZED VIEW newswire.unreadable_articles TO newswire.unreadable AS
SELECT _topic AS topic, _partition AS partition, _offset AS offset, _error AS error
FROM newswire.article_queue
WHERE notEmpty(_error);

CREATE MATERIALIZED VIEW newswire.unreadable_events TO newswire.unreadable AS
SELECT _topic AS topic, _partition AS partition, _offset AS offset, _error AS error
FROM newswire.event_queue
WHERE notEmpty(_error);
