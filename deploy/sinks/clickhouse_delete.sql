-- Deletes an article, as a null value on newswire.enriched says: clickhouse-client --param_article=ID < this file
INSERT INTO newswire.article_versions (id, revision, deleted)
SELECT id, revision, 1 FROM newswire.article_versions FINAL WHERE id = {article:String};
