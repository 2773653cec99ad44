-- Tables and indexes of the embedded store; safe to run again.
-- takes: nothing
-- gives: nothing
-- why:   integer keys inside, URNs once; relations are WITHOUT ROWID so that one hop reads one place of one index, with the
--        known-interval inside the key's pages in both directions, and in the order of the URNs at the other end: the nearest page of
--        what rests on a hub is read from the index without the rest of it. Words are found by rowid: that of the first artifact of a series,
--        and for a description the position of the entry that seals it; they keep no text of their own, so deleting is enough. Each word
--        of a search is looked up in every segment of its index, so that segments are merged as soon as there are two alike.
CREATE TABLE IF NOT EXISTS log_head (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  format INTEGER NOT NULL, size INTEGER NOT NULL, root TEXT NOT NULL, frontier TEXT NOT NULL,
  recorded_at INTEGER NOT NULL, simulated INTEGER NOT NULL, origin TEXT NOT NULL, key_text TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS entry (
  position INTEGER PRIMARY KEY,
  recorded_at INTEGER NOT NULL, actor TEXT NOT NULL, command TEXT NOT NULL, command_digest TEXT NOT NULL,
  item TEXT NOT NULL, event_type TEXT NOT NULL, subject TEXT NOT NULL, outcome TEXT NOT NULL,
  leaf TEXT NOT NULL, body TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS tile_hash (
  level INTEGER NOT NULL, number INTEGER NOT NULL, hash TEXT NOT NULL,
  PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS signed_head (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  size INTEGER NOT NULL, root TEXT NOT NULL, note TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS cosigned_head (
  size INTEGER PRIMARY KEY, root TEXT NOT NULL, note TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS signing_lease (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  holder TEXT NOT NULL, until INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS artifact (
  id INTEGER PRIMARY KEY,
  urn TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, namespace TEXT NOT NULL, series TEXT NOT NULL, version TEXT NOT NULL,
  window TEXT NOT NULL, referred_at INTEGER NOT NULL, referred_on INTEGER NOT NULL,
  first_declared INTEGER NOT NULL, declared_from INTEGER NOT NULL, declared_to INTEGER NOT NULL, declared_on INTEGER NOT NULL,
  exists_from INTEGER NOT NULL, actor TEXT NOT NULL, content TEXT NOT NULL, fields TEXT NOT NULL, told_by TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS relation (
  source INTEGER NOT NULL, relation TEXT NOT NULL, target_urn TEXT NOT NULL, known_from INTEGER NOT NULL,
  known_to INTEGER NOT NULL, target INTEGER NOT NULL, source_urn TEXT NOT NULL, recorded_at INTEGER NOT NULL, actor TEXT NOT NULL,
  PRIMARY KEY (source, relation, target_urn, known_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS roll_out_change (
  slot TEXT NOT NULL, deployment TEXT NOT NULL, change TEXT NOT NULL, at INTEGER NOT NULL, known_from INTEGER NOT NULL,
  known_to INTEGER NOT NULL, namespace TEXT NOT NULL, mode TEXT NOT NULL, traffic REAL NOT NULL,
  PRIMARY KEY (slot, deployment, change, at, known_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS definition (
  name TEXT NOT NULL, version TEXT NOT NULL, known_from INTEGER NOT NULL, known_to INTEGER NOT NULL,
  applies_from INTEGER NOT NULL, content TEXT NOT NULL, fields TEXT NOT NULL, recorded_at INTEGER NOT NULL,
  PRIMARY KEY (name, version, known_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS annotation (
  urn TEXT NOT NULL, field TEXT NOT NULL, position INTEGER NOT NULL,
  commitment TEXT NOT NULL, salt TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (urn, field, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS erasure (
  urn TEXT NOT NULL, field TEXT NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (urn, field, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS purged (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  position INTEGER NOT NULL
) STRICT;

CREATE VIRTUAL TABLE IF NOT EXISTS series_words USING fts5 (
  words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

CREATE TABLE IF NOT EXISTS name_key (
  key TEXT NOT NULL, word TEXT NOT NULL,
  PRIMARY KEY (key, word)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE IF NOT EXISTS description_words USING fts5 (
  words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '4 5 6 7'
);

INSERT INTO series_words (series_words, rank)
SELECT 'automerge', 2 WHERE NOT EXISTS (SELECT 1 FROM series_words_config WHERE k = 'automerge');

INSERT INTO description_words (description_words, rank)
SELECT 'automerge', 2 WHERE NOT EXISTS (SELECT 1 FROM description_words_config WHERE k = 'automerge');

-- Indexes, generated from graph_schema/constraints.py by scripts/generate.py.
CREATE INDEX IF NOT EXISTS entry_recorded_at ON entry (recorded_at, position);
CREATE INDEX IF NOT EXISTS entry_command ON entry (actor, command);
CREATE INDEX IF NOT EXISTS entry_subject ON entry (subject);
CREATE INDEX IF NOT EXISTS entry_namespace ON entry (substr(subject, instr(subject, ':') + 1, instr(subject, '/') - instr(subject, ':') - 1));
CREATE INDEX IF NOT EXISTS artifact_series ON artifact (series);
CREATE INDEX IF NOT EXISTS artifact_window ON artifact (window) WHERE window <> '';
CREATE INDEX IF NOT EXISTS artifact_mentioned ON artifact (namespace, referred_at, urn) WHERE referred_at < first_declared;
CREATE INDEX IF NOT EXISTS relation_target ON relation (target, relation, source_urn, known_from, known_to, source);
CREATE INDEX IF NOT EXISTS roll_out_change_at ON roll_out_change (slot, at);
CREATE INDEX IF NOT EXISTS roll_out_change_mode ON roll_out_change (slot, mode, traffic);
CREATE INDEX IF NOT EXISTS roll_out_change_deployment ON roll_out_change (deployment);
CREATE INDEX IF NOT EXISTS roll_out_change_namespace ON roll_out_change (namespace);
CREATE INDEX IF NOT EXISTS annotation_position ON annotation (position);
CREATE INDEX IF NOT EXISTS erasure_position ON erasure (position);
