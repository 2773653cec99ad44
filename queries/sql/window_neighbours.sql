-- The last declared KPI window in each of some ranges of URNs, with every revision of it.
-- takes: ranges LIST<LIST<STRING>> (URN after which, URN before which)
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON)
-- why:   one look at the end of each range of the index of URNs; what is retracted or only referred to is passed over. 4611686018427387904 is OPEN_END.
WITH nearest (window) AS (
  SELECT DISTINCT (
    SELECT beside.window FROM artifact AS beside
    WHERE beside.urn > range.value ->> 0 AND beside.urn < range.value ->> 1
      AND beside.declared_to = 4611686018427387904 AND beside.declared_from < 4611686018427387904
    ORDER BY beside.urn DESC LIMIT 1
  ) FROM json_each(:ranges) AS range
)
SELECT artifact.urn, artifact.kind, artifact.window, artifact.referred_at, artifact.referred_on, artifact.first_declared, artifact.declared_from, artifact.declared_to, artifact.declared_on, artifact.exists_from, artifact.actor, artifact.content, artifact.fields, artifact.told_by
FROM nearest CROSS JOIN artifact ON artifact.window = nearest.window AND artifact.window <> ''
