"""RawArticle → EnrichedArticle, one stage a module. Pure: no clock, no network, no random."""
