-- Newswire in Flink SQL. Made by `newswire schema --as flink`. Set brokers and groups.
--
-- article_versions   table: records as they come
-- articles           view: the valid version of every article
-- article_*          views: one row per item of the lists in the records
-- events             table: the events of the valid versions, with their deletions

CREATE TABLE article_versions (
{% for name, type, description in record %}
  `{{ name }}` {{ type }}{% if description %} COMMENT {{ description | literal }}{% endif %},
{% endfor %}
  `headers` MAP<STRING, BYTES> METADATA VIRTUAL COMMENT 'Headers of the message, such as newswire.superseded.'
) WITH (
  'connector' = 'kafka',
  'topic' = 'newswire.enriched',
  'properties.bootstrap.servers' = 'kafka:9092',
  'properties.group.id' = 'flink-articles',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'value.format' = 'json',
  'value.json.timestamp-format.standard' = 'ISO-8601'
);

CREATE VIEW articles AS
SELECT
{% for name, type, description in record %}
  `{{ name }}`{{ "," if not loop.last }}
{% endfor %}
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY `id` ORDER BY `revision` DESC) AS `place` FROM article_versions
)
WHERE `place` = 1;

{% for name, items in lists.items() %}
CREATE VIEW article_{{ name }} AS
SELECT
  articles.`id` AS `article_id`,
  articles.`published_at`,
{% for item in items %}
  item.`{{ item }}`{{ "," if not loop.last }}
{% endfor %}
FROM articles
CROSS JOIN UNNEST(articles.`{{ name }}`) AS item (
  {%- for item in items %}`{{ item }}`{{ ", " if not loop.last }}{% endfor %}
);

{% endfor %}
CREATE TABLE events (
{% for name, type, description in event %}
  `{{ name }}` {{ type }}{% if name == "event_id" %} NOT NULL{% endif %}
  {%- if description %} COMMENT {{ description | literal }}{% endif %},
{% endfor %}
  PRIMARY KEY (`event_id`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'newswire.events',
  'properties.bootstrap.servers' = 'kafka:9092',
  'properties.group.id' = 'flink-events',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'raw',
  'value.format' = 'json',
  'value.fields-include' = 'EXCEPT_KEY',
  'value.json.timestamp-format.standard' = 'ISO-8601'
);
