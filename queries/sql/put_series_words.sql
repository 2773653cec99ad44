-- Keep the keys that a series is found by, once, and those of its words that are new.
-- takes: series STRING (URN), position INTEGER (log position), words STRING (keys), letters LIST<STRING> (words), spelled LIST<STRING> (keys of each)
-- gives: nothing
-- why:   they stand under the id of the series' first artifact, which was stored before: the series is new when that one was first named
--        at this very position. Only then was something changed, and its words are looked at: a new one has no key of its beginning.
INSERT INTO series_words (rowid, words)
SELECT id, :words FROM artifact
WHERE id = (SELECT min(id) FROM artifact WHERE series = :series) AND referred_at = :position;

INSERT INTO name_key (key, word)
SELECT found_by.value, word.value FROM (SELECT 1 WHERE changes() > 0) AS changed
CROSS JOIN json_each(:letters) AS word
CROSS JOIN json_each('["' || replace(json_extract(:spelled, '$[' || word.key || ']'), ' ', '","') || '"]') AS found_by
WHERE NOT EXISTS (SELECT 1 FROM name_key WHERE key = 't' || substr(word.value, 1, 3) AND word = word.value)
