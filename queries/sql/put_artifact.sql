-- Make sure an artifact exists, at least as a stub; one that exists stays as it is.
-- takes: urn STRING, kind STRING, namespace STRING, series STRING, version STRING, window STRING (URN without revision), position INTEGER, recorded_at INTEGER (µs since 1970, UTC)
-- gives: nothing
-- why:   4611686018427387904 is OPEN_END (never declared yet), -4611686018427387904 is BEGINNING (it existed always).
INSERT INTO artifact (
  urn, kind, namespace, series, version, window, referred_at, referred_on,
  first_declared, declared_from, declared_to, declared_on, exists_from, actor, content, fields, told_by
) VALUES (
  :urn, :kind, :namespace, :series, :version, :window, :position, :recorded_at,
  4611686018427387904, 4611686018427387904, 4611686018427387904, 0, -4611686018427387904, '', '', '', ''
) ON CONFLICT (urn) DO NOTHING
