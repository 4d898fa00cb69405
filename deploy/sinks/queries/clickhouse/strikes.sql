-- How many articles told of a strike, by country and week?
SELECT country, toMonday(published_at) AS week, uniqExact(article_id) AS articles
FROM newswire.events
WHERE type = 'PROTEST' AND mode = 'strike' AND country IS NOT NULL
  AND NOT (negated OR future OR hypothetical OR historical)
GROUP BY country, week
ORDER BY week DESC, articles DESC, country;
