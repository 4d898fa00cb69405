-- Who said what in articles on labour, employment, or wages and benefits?
SELECT
  COALESCE(articles.entities[CAST(quotes.speaker_entity + 1 AS INT)].name, quotes.speaker.text) AS speaker,
  quotes.quote.text,
  articles.headline
FROM articles
JOIN article_quotes AS quotes ON quotes.article_id = articles.id
WHERE articles.id IN (SELECT article_id FROM article_topics WHERE medtop IN ('09000000', '20000509', '20000518'));
