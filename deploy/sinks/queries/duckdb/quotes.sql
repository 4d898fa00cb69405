-- Who said what in articles on labour, employment, or wages and benefits?
SELECT coalesce(speakers.name, quotes.speaker.text) AS speaker, quotes.quote.text, articles.headline
FROM articles
JOIN article_quotes AS quotes ON quotes.article_id = articles.id
LEFT JOIN article_entities AS speakers
  ON speakers.article_id = articles.id AND speakers.position = quotes.speaker_entity
WHERE articles.id IN (SELECT article_id FROM article_topics WHERE medtop IN ('09000000', '20000509', '20000518'))
ORDER BY articles.published_at DESC, articles.id, quotes.position
LIMIT 50;
