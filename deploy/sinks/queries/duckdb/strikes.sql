-- How many articles told of a strike, by country and week?
SELECT country, date_trunc('week', published_at AT TIME ZONE 'UTC')::DATE AS week, count(DISTINCT article_id) AS articles
FROM events
WHERE type = 'PROTEST' AND mode = 'strike' AND country IS NOT NULL
  AND NOT (negated OR future OR hypothetical OR historical)
GROUP BY country, week
ORDER BY week DESC, articles DESC, country;
