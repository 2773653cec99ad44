// The stated changes that decide what is live from an instant on in a slot, or in every slot of a namespace ('' for all), at a position.
// takes: slot STRING (URN, '' for all), namespace STRING, since INTEGER (µs since 1970, UTC), position INTEGER (log position)
// gives: slot STRING, deployment STRING, change STRING (STATE or END), at INTEGER (µs since 1970, UTC), mode STRING, traffic FLOAT
// why:   a slot's history before `since` is left out as far as it cannot matter: what had begun before the last roll-out that took over by
//        then with its first state (`begin`) is over by it, unless another end was stated, or its last state is no full traffic. Whole
//        roll-outs come: the rule that derives ends (record/roll_outs.py) sees every state of them. The slots of a namespace are found by
//        the names of its series of deployments, which are one range of an index.
CYPHER 5
CALL () {
  WITH $slot AS slot WHERE slot <> ''
  RETURN slot
  UNION ALL
  MATCH (named:SeriesWords)
  WHERE $slot = '' AND named.series STARTS WITH 'deployment:' + CASE WHEN $namespace = '' THEN '' ELSE $namespace + '/' END
  RETURN 'slot:' + substring(named.series, 11) AS slot
}
CALL (slot) {
  OPTIONAL MATCH (taking:RollOutChange) USING INDEX taking:RollOutChange(slot, at)
  WHERE taking.slot = slot AND taking.at <= $since
    AND taking.change = 'STATE' AND taking.mode = 'PRODUCTION' AND taking.traffic = 1
    AND taking.known_from <= $position AND $position < taking.known_to
    AND NOT EXISTS {
      MATCH (own:RollOutChange {deployment: taking.deployment})
      WHERE own.at <= taking.at AND own.known_from <= $position AND $position < own.known_to
        AND NOT (own.change = 'STATE' AND own.at = taking.at AND own.mode = taking.mode AND own.traffic = taking.traffic)
    }
  WITH taking ORDER BY taking.slot DESC, taking.at DESC LIMIT 1
  RETURN coalesce(taking.at, -4611686018427387904) AS begin
}
CALL (slot, begin) {
  MATCH (change:RollOutChange) USING INDEX change:RollOutChange(slot, at)
  WHERE change.slot = slot AND change.at >= begin
  RETURN change.deployment AS deployment
  UNION
  UNWIND [['CANARY', 2.0], ['SHADOW', 2.0], ['PRODUCTION', 1.0]] AS some
  MATCH (part:RollOutChange) USING INDEX part:RollOutChange(slot, mode, traffic)
  WHERE part.slot = slot AND part.mode = some[0] AND part.traffic < some[1]
    AND part.known_from <= $position AND $position < part.known_to
    AND NOT EXISTS {
      MATCH (later:RollOutChange {deployment: part.deployment})
      WHERE later.known_from <= $position AND $position < later.known_to
        AND ((later.change = 'END' AND later.at <= $since)
          OR (later.change = 'STATE' AND later.at > part.at AND later.mode = 'PRODUCTION' AND later.traffic = 1))
    }
  RETURN part.deployment AS deployment
}
MATCH (change:RollOutChange) USING INDEX change:RollOutChange(deployment)
WHERE change.deployment = deployment AND change.known_from <= $position AND $position < change.known_to
WITH slot, deployment, change.change AS change, change.at AS at, change.mode AS mode, change.traffic AS traffic
RETURN collect([slot, deployment, change, at, mode, traffic]) AS rows
