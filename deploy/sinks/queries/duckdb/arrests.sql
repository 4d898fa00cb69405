-- Who was arrested in Hungary in the last seven days?
SELECT coalesce(try_cast(event_date AS DATE), published_at::DATE) AS day,
  recipient_name, actor_name, place_name, sentence, url
FROM events
WHERE type = 'COERCE' AND mode = 'arrest' AND country = 'HU'
  AND NOT (negated OR future OR hypothetical OR historical) AND same_as IS NULL
  AND day > current_date - 7
ORDER BY day DESC, event_id;
