-- Where did people protest in the last 30 days? Points for a map.
SELECT place_name, lat, lon, COUNT(DISTINCT article_id) AS articles
FROM events
WHERE `type` = 'PROTEST' AND lat IS NOT NULL AND lon IS NOT NULL
  AND NOT (negated OR future OR hypothetical OR historical)
  AND published_at > CURRENT_TIMESTAMP - INTERVAL '30' DAY
GROUP BY place_name, lat, lon;
