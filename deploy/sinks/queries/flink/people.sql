-- Which people were in the articles about Romania of the last seven days?
SELECT entities.name, COUNT(DISTINCT entities.article_id) AS articles
FROM article_entities AS entities
JOIN article_countries AS countries ON countries.article_id = entities.article_id
WHERE entities.`type` = 'PERSON' AND countries.code = 'RO' AND countries.about
  AND entities.published_at > CURRENT_TIMESTAMP - INTERVAL '7' DAY
GROUP BY entities.name;
