-- Newswire in ClickHouse. Made by `newswire schema --as clickhouse`.
--
-- article_versions   records as they came, merged to the last version of each article
-- articles           view: the valid version of every article that is not deleted
-- article_*          views: one row per item of the lists in the records
-- event_versions     flat events as they came, merged to the last version of each event
-- events             view: the events of the valid versions

CREATE DATABASE newswire;

CREATE TABLE newswire.article_versions (
{% for name, type, description in record %}
  `{{ name }}` {{ type }}{% if description %} COMMENT {{ description | literal }}{% endif %},
{% endfor %}
  `deleted` UInt8 DEFAULT 0 COMMENT '1 if the article is deleted.',
  `revision_order` UInt64 MATERIALIZED toUInt64OrZero(
    rightPad(substring(replaceRegexpAll(splitByChar('/', revision)[1], '[^0-9]', ''), 1, 17), 17, '0')
  ) COMMENT 'The digits of the time in revision, to milliseconds. Of versions of the same time the last to come is kept.'
)
ENGINE = ReplacingMergeTree(revision_order, deleted)
ORDER BY id;

CREATE VIEW newswire.articles AS
SELECT * EXCEPT (deleted) FROM newswire.article_versions FINAL WHERE deleted = 0;

{% for name, items in lists.items() %}
CREATE VIEW newswire.article_{{ name }} AS
SELECT
  article.id AS article_id,
  article.published_at AS published_at,
  position - 1 AS position,
{% for item in items %}
  item.`{{ item }}` AS `{{ item }}`{{ "," if not loop.last }}
{% endfor %}
FROM newswire.articles AS article
ARRAY JOIN `{{ name }}` AS item, arrayEnumerate(`{{ name }}`) AS position;

{% endfor %}
CREATE TABLE newswire.event_versions (
{% for name, type, description in event %}
  `{{ name }}` {{ type }}{% if description %} COMMENT {{ description | literal }}{% endif %}{{ "," if not loop.last }}
{% endfor %}
)
ENGINE = ReplacingMergeTree(revision_order)
ORDER BY event_id;

CREATE VIEW newswire.events AS
SELECT * FROM newswire.event_versions FINAL
WHERE (article_id, revision) IN (SELECT id, substringUTF8(revision, 1, 256) FROM newswire.articles);
