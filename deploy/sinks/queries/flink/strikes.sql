-- How many articles told of a strike, by country and week?
SELECT country, `week`, COUNT(DISTINCT article_id) AS articles
FROM (
  SELECT *, CAST(TIMESTAMPADD(DAY, -MOD(DAYOFWEEK(CAST(published_at AS DATE)) + 5, 7), CAST(published_at AS DATE)) AS DATE) AS `week`
  FROM events
)
WHERE `type` = 'PROTEST' AND `mode` = 'strike' AND country IS NOT NULL
  AND NOT (negated OR future OR hypothetical OR historical)
GROUP BY country, `week`;
