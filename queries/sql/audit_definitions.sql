-- Every definition of a KPI, with every column.
-- takes: nothing
-- gives: name STRING, version STRING, known_from INTEGER, known_to INTEGER, applies_from INTEGER, content STRING, fields STRING, recorded_at INTEGER
SELECT name, version, known_from, known_to, applies_from, content, fields, recorded_at FROM definition
