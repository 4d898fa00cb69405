-- Newswire in DuckDB. Made by `newswire schema --as duckdb`.
--
-- article_versions   every record in records.jsonl, one JSON value per line
-- articles           the valid version of every article
-- article_*          one row per item of the lists in the records
-- event_versions     every flat event in events.jsonl
-- events             the events of the valid versions
--
-- The views read the files again in each query. To read them once: CREATE TABLE stored AS FROM articles.

CREATE VIEW article_versions AS
FROM read_json(
  'records.jsonl',
  format = 'newline_delimited',
  columns = {
{% for name, type in record.items() %}
    "{{ name }}": {{ type | literal }}{{ "," if not loop.last }}
{% endfor %}
  }
)
WHERE id IS NOT NULL; -- the line of a null value, which deletes an article, has none

CREATE VIEW articles AS
FROM article_versions
QUALIFY row_number() OVER (PARTITION BY id ORDER BY coalesce(revision, '') DESC) = 1;

{% for name in lists %}
CREATE VIEW article_{{ name }} AS
SELECT
  articles.id AS article_id,
  articles.published_at,
  item.position - 1 AS position,
  unnest(item.value)
FROM articles
CROSS JOIN LATERAL (SELECT unnest({{ name }}) AS value, generate_subscripts({{ name }}, 1) AS position) AS item;

{% endfor %}
CREATE VIEW event_versions AS
FROM read_json(
  'events.jsonl',
  format = 'newline_delimited',
  columns = {
{% for name, type in event.items() %}
    "{{ name }}": {{ type | literal }}{{ "," if not loop.last }}
{% endfor %}
  }
)
WHERE event_id IS NOT NULL; -- the line of a null value, which deletes an event, has none

CREATE VIEW events AS
SELECT DISTINCT ON (event_id) event_versions.*
FROM event_versions
SEMI JOIN articles ON articles.id = article_id AND left(articles.revision, 256) = event_versions.revision;
