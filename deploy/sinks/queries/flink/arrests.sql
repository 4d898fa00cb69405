-- Who was arrested in Hungary in the last seven days?
SELECT `day`, recipient_name, actor_name, place_name, sentence, url
FROM (
  SELECT *, CASE WHEN CHAR_LENGTH(event_date) = 10 THEN CAST(event_date AS DATE) ELSE CAST(published_at AS DATE) END AS `day`
  FROM events
)
WHERE `type` = 'COERCE' AND `mode` = 'arrest' AND country = 'HU'
  AND NOT (negated OR future OR hypothetical OR historical) AND same_as IS NULL
  AND `day` > CURRENT_DATE - INTERVAL '7' DAY;
