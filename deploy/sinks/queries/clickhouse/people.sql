-- Which people were in the articles about Romania of the last seven days?
SELECT entities.name, uniqExact(entities.article_id) AS articles
FROM newswire.article_entities AS entities
JOIN newswire.article_countries AS countries ON countries.article_id = entities.article_id
WHERE entities.type = 'PERSON' AND countries.code = 'RO' AND countries.about
  AND entities.published_at > now() - INTERVAL 7 DAY
GROUP BY entities.name
ORDER BY articles DESC, entities.name
LIMIT 20;
