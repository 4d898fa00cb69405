-- Newswire in PostgreSQL. Made by `newswire schema --as postgres`.
--
-- articles     the valid version of every article, with the whole record in `record`
-- article_*    views: one row per item of the lists in the records
-- events       the events of the valid versions, from the topic `newswire.events`
--
-- A consumer calls put_article and put_event for a value, and delete_article and delete_event for a null value.
-- Calls may be repeated and may come in any order of versions.

CREATE SCHEMA newswire;

CREATE TABLE newswire.articles (
{% for column in article_columns %}
  "{{ column.name }}" {{ column.type }}
  {%- if column.name == "id" %} PRIMARY KEY{% elif column.name == "revision" %} COLLATE "C" NOT NULL
  {%- elif column.required %} NOT NULL{% endif %},
{% endfor %}
  "record" jsonb NOT NULL
);

CREATE TABLE newswire.events (
{% for column in event_columns %}
  "{{ column.name }}" {{ column.type }}
  {%- if column.name == "event_id" %} PRIMARY KEY{% elif column.name == "revision" %} COLLATE "C" NOT NULL
  {%- elif column.required %} NOT NULL{% endif %}{{ "," if not loop.last }}
{% endfor %}
);

CREATE INDEX ON newswire.articles (published_at);
CREATE INDEX ON newswire.articles USING gin (record jsonb_path_ops);
CREATE INDEX ON newswire.articles USING gin (to_tsvector('english', text));
CREATE INDEX ON newswire.events (article_id);
CREATE INDEX ON newswire.events (published_at);
CREATE INDEX ON newswire.events (type, country, published_at);

{% for name, item_columns in lists.items() %}
CREATE VIEW newswire.article_{{ name }} AS
SELECT
  articles.id AS article_id,
  articles.published_at,
  (item.place - 1)::integer AS position,
{% for column in item_columns %}
  {{ column.expression }} AS "{{ column.name }}"{{ "," if not loop.last }}
{% endfor %}
FROM newswire.articles
CROSS JOIN LATERAL jsonb_array_elements(articles.record -> '{{ name }}') WITH ORDINALITY AS item (value, place);

{% endfor %}
CREATE FUNCTION newswire.put_article(value jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO newswire.articles (
{% for column in article_columns %}
    "{{ column.name }}",
{% endfor %}
    "record"
  )
  SELECT
{% for column in article_columns %}
    {{ column.expression }},
{% endfor %}
    value
  ON CONFLICT (id) DO UPDATE SET
{% for column in article_columns if column.name != "id" %}
    "{{ column.name }}" = excluded."{{ column.name }}",
{% endfor %}
    "record" = excluded."record"
  WHERE articles.revision <= excluded.revision;

  -- A version without events, or a withdrawal, leaves none of the earlier ones.
  DELETE FROM newswire.events AS earlier
  WHERE earlier.article_id = value ->> 'id' AND earlier.revision < left(value ->> 'revision', 256);
$$;

CREATE FUNCTION newswire.put_event(value jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO newswire.events (
{% for column in event_columns %}
    "{{ column.name }}"{{ "," if not loop.last }}
{% endfor %}
  )
  SELECT
{% for column in event_columns %}
    {{ column.expression }}{{ "," if not loop.last }}
{% endfor %}
  WHERE NOT EXISTS (
    SELECT FROM newswire.articles
    WHERE articles.id = value ->> 'article_id' AND left(articles.revision, 256) > value ->> 'revision'
  )
  ON CONFLICT (event_id) DO UPDATE SET
{% for column in event_columns if column.name != "event_id" %}
    "{{ column.name }}" = excluded."{{ column.name }}"{{ "," if not loop.last }}
{% endfor %}
  WHERE events.revision <= excluded.revision;

  DELETE FROM newswire.events AS earlier
  WHERE earlier.article_id = value ->> 'article_id' AND earlier.revision < value ->> 'revision';
$$;

CREATE FUNCTION newswire.delete_article(article text) RETURNS void LANGUAGE sql AS $$
  DELETE FROM newswire.articles WHERE id = article;
  DELETE FROM newswire.events WHERE article_id = article;
$$;

CREATE FUNCTION newswire.delete_event(event text) RETURNS void LANGUAGE sql AS $$
  DELETE FROM newswire.events WHERE event_id = event;
$$;

{% for column in article_columns if column.description %}
COMMENT ON COLUMN newswire.articles."{{ column.name }}" IS {{ column.description | literal }};
{% endfor %}
COMMENT ON COLUMN newswire.articles."record" IS 'The whole record.';
{% for column in event_columns if column.description %}
COMMENT ON COLUMN newswire.events."{{ column.name }}" IS {{ column.description | literal }};
{% endfor %}
