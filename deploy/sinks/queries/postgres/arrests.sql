-- Who was arrested in Hungary in the last seven days?
SELECT day, recipient_name, actor_name, place_name, sentence, url
FROM newswire.events
CROSS JOIN LATERAL (
  SELECT coalesce(substring(event_date FROM '^\d{4}-\d{2}-\d{2}$')::date, published_at::date) AS day
) AS dated
WHERE type = 'COERCE' AND mode = 'arrest' AND country = 'HU'
  AND NOT (negated OR future OR hypothetical OR historical) AND same_as IS NULL
  AND day > current_date - 7
ORDER BY day DESC, event_id;
