-- Who was arrested in Hungary in the last seven days?
SELECT coalesce(toDateOrNull(event_date), toDate(published_at)) AS day,
  recipient_name, actor_name, place_name, sentence, url
FROM newswire.events
WHERE type = 'COERCE' AND mode = 'arrest' AND country = 'HU'
  AND NOT (negated OR future OR hypothetical OR historical) AND same_as IS NULL
  AND day > today() - 7
ORDER BY day DESC, event_id;
