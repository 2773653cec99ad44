-- Artifacts in a range of URNs, with every column.
-- takes: after STRING (URN, exclusive), last STRING (URN, inclusive)
-- gives: urn STRING, kind STRING, namespace STRING, series STRING, version STRING, window STRING, referred_at INTEGER, referred_on INTEGER, first_declared INTEGER, declared_from INTEGER, declared_to INTEGER, declared_on INTEGER, exists_from INTEGER, actor STRING, content STRING, fields STRING, told_by STRING
SELECT urn, kind, namespace, series, version, window, referred_at, referred_on, first_declared,
  declared_from, declared_to, declared_on, exists_from, actor, content, fields, told_by
FROM artifact WHERE urn > :after AND urn <= :last
