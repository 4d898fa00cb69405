-- Who said what in articles on labour, employment, or wages and benefits?
SELECT if(isNull(quote.speaker_entity), quote.speaker.text, entities[quote.speaker_entity + 1].name) AS speaker,
  quote.quote.text, headline
FROM newswire.articles
ARRAY JOIN quotes AS quote, arrayEnumerate(quotes) AS position
WHERE hasAny(topics.medtop, ['09000000', '20000509', '20000518'])
ORDER BY published_at DESC, id, position
LIMIT 50;
