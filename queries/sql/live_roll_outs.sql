-- The stated changes that decide what is live from an instant on in a slot, or in every slot of a namespace ('' for all), at a position.
-- takes: slot STRING (URN, '' for all), namespace STRING, since INTEGER (µs since 1970, UTC), position INTEGER (log position)
-- gives: slot STRING, deployment STRING, change STRING (STATE or END), at INTEGER (µs since 1970, UTC), mode STRING, traffic FLOAT
-- why:   a slot's history before `since` is left out as far as it cannot matter: what had begun before the last roll-out that took over by
--        then with its first state (`begin`) is over by it, unless another end was stated, or its last state is no full traffic. Whole
--        roll-outs come: the rule that derives ends (record/roll_outs.py) sees every state of them. Slots are found one by one in the key.
WITH RECURSIVE bounds (first, past) AS (
  SELECT 'slot:' || CASE WHEN :namespace = '' THEN '' ELSE :namespace || '/' END,
    'slot:' || CASE WHEN :namespace = '' THEN '' ELSE :namespace || '/' END || char(1114111)
), slots (slot) AS (
  SELECT CASE WHEN :slot <> '' THEN :slot
    ELSE (SELECT min(c.slot) FROM roll_out_change AS c WHERE c.slot >= (SELECT first FROM bounds)) END
  UNION ALL
  SELECT (SELECT min(c.slot) FROM roll_out_change AS c WHERE c.slot > slots.slot)
  FROM slots WHERE :slot = '' AND slots.slot < (SELECT past FROM bounds)
), begun (slot, begin) AS MATERIALIZED (
  SELECT slots.slot, coalesce((
    SELECT taking.at FROM roll_out_change AS taking INDEXED BY roll_out_change_at
    WHERE taking.slot = slots.slot AND taking.at <= :since
      AND taking.change = 'STATE' AND taking.mode = 'PRODUCTION' AND taking.traffic = 1
      AND taking.known_from <= :position AND :position < taking.known_to
      AND NOT EXISTS (
        SELECT 1 FROM roll_out_change AS own
        WHERE own.slot = taking.slot AND own.deployment = taking.deployment AND own.at <= taking.at
          AND own.known_from <= :position AND :position < own.known_to
          AND NOT (own.change = 'STATE' AND own.at = taking.at AND own.mode = taking.mode AND own.traffic = taking.traffic)
      )
    ORDER BY taking.at DESC LIMIT 1
  ), -4611686018427387904)
  FROM slots WHERE slots.slot < (SELECT past FROM bounds) OR :slot <> ''
), kept (slot, deployment) AS (
  SELECT begun.slot, c.deployment FROM begun
  CROSS JOIN roll_out_change AS c INDEXED BY roll_out_change_at ON c.slot = begun.slot AND c.at >= begun.begin
  UNION
  SELECT begun.slot, part.deployment FROM begun
  CROSS JOIN (VALUES ('CANARY', 2), ('SHADOW', 2), ('PRODUCTION', 1)) AS some
  CROSS JOIN roll_out_change AS part INDEXED BY roll_out_change_mode
    ON part.slot = begun.slot AND part.mode = some.column1 AND part.traffic < some.column2
  WHERE part.known_from <= :position AND :position < part.known_to
    AND NOT EXISTS (
      SELECT 1 FROM roll_out_change AS later
      WHERE later.slot = part.slot AND later.deployment = part.deployment
        AND later.known_from <= :position AND :position < later.known_to
        AND ((later.change = 'END' AND later.at <= :since)
             OR (later.change = 'STATE' AND later.at > part.at AND later.mode = 'PRODUCTION' AND later.traffic = 1))
    )
)
SELECT c.slot, c.deployment, c.change, c.at, c.mode, c.traffic
FROM kept CROSS JOIN roll_out_change AS c ON c.slot = kept.slot AND c.deployment = kept.deployment
WHERE c.known_from <= :position AND :position < c.known_to
