-- Where did people protest in the last 30 days? Points for a map.
SELECT place_name, lat, lon, count(DISTINCT article_id) AS articles
FROM newswire.events
WHERE type = 'PROTEST' AND lat IS NOT NULL AND lon IS NOT NULL
  AND NOT (negated OR future OR hypothetical OR historical)
  AND published_at > now() - interval '30 days'
GROUP BY place_name, lat, lon
ORDER BY articles DESC, place_name, lat, lon;
