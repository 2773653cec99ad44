// Constraints, indexes and the head's node of the shared store; safe to run again.
// takes: nothing
// gives: nothing
// why:   writers lock the LogHead node, so it must exist before the first entry. The index of URNs serves kinds, namespaces, series and
//        windows too, because URNs begin with them. Relationships have no constraint: a unique key cannot hold their ends, and only
//        the writer that holds the head makes them. Their indexes hold what rests on an artifact, and what it rests on, in the order of
//        URNs, so that a page of a hub's is read without the rest. Generated from graph_schema/constraints.py by scripts/generate.py.
CYPHER 5 CREATE CONSTRAINT log_head_name IF NOT EXISTS FOR (n:LogHead) REQUIRE n.name IS UNIQUE;

CYPHER 5 CREATE CONSTRAINT entry_position IF NOT EXISTS FOR (n:Entry) REQUIRE n.position IS UNIQUE;
CYPHER 5 CREATE INDEX entry_recorded_at IF NOT EXISTS FOR (n:Entry) ON (n.recorded_at, n.position);
CYPHER 5 CREATE INDEX entry_command IF NOT EXISTS FOR (n:Entry) ON (n.actor, n.command);
CYPHER 5 CREATE INDEX entry_subject IF NOT EXISTS FOR (n:Entry) ON (n.subject);
CYPHER 5 CREATE INDEX entry_namespace IF NOT EXISTS FOR (n:Entry) ON (n.namespace, n.position);

CYPHER 5 CREATE CONSTRAINT tile_hash_key IF NOT EXISTS
FOR (n:TileHash) REQUIRE (n.level, n.number) IS UNIQUE;

CYPHER 5 CREATE CONSTRAINT signed_head_name IF NOT EXISTS FOR (n:SignedHead) REQUIRE n.name IS UNIQUE;

CYPHER 5 CREATE CONSTRAINT cosigned_head_size IF NOT EXISTS FOR (n:CosignedHead) REQUIRE n.size IS UNIQUE;

CYPHER 5 CREATE CONSTRAINT signing_lease_name IF NOT EXISTS FOR (n:SigningLease) REQUIRE n.name IS UNIQUE;

CYPHER 5 CREATE CONSTRAINT artifact_urn IF NOT EXISTS FOR (n:Artifact) REQUIRE n.urn IS UNIQUE;
CYPHER 5 CREATE INDEX artifact_mentioned IF NOT EXISTS FOR (n:Artifact) ON (n.namespace, n.mentioned);

CYPHER 5 CREATE INDEX derived_from_sources IF NOT EXISTS
FOR ()-[r:DERIVED_FROM]-() ON (r.target_urn, r.source_urn);
CYPHER 5 CREATE INDEX derived_from_targets IF NOT EXISTS
FOR ()-[r:DERIVED_FROM]-() ON (r.source_urn, r.target_urn);
CYPHER 5 CREATE INDEX computed_from_sources IF NOT EXISTS
FOR ()-[r:COMPUTED_FROM]-() ON (r.target_urn, r.source_urn);
CYPHER 5 CREATE INDEX computed_from_targets IF NOT EXISTS
FOR ()-[r:COMPUTED_FROM]-() ON (r.source_urn, r.target_urn);
CYPHER 5 CREATE INDEX trained_on_sources IF NOT EXISTS
FOR ()-[r:TRAINED_ON]-() ON (r.target_urn, r.source_urn);
CYPHER 5 CREATE INDEX trained_on_targets IF NOT EXISTS
FOR ()-[r:TRAINED_ON]-() ON (r.source_urn, r.target_urn);
CYPHER 5 CREATE INDEX built_from_sources IF NOT EXISTS
FOR ()-[r:BUILT_FROM]-() ON (r.target_urn, r.source_urn);
CYPHER 5 CREATE INDEX built_from_targets IF NOT EXISTS
FOR ()-[r:BUILT_FROM]-() ON (r.source_urn, r.target_urn);
CYPHER 5 CREATE INDEX serves_sources IF NOT EXISTS
FOR ()-[r:SERVES]-() ON (r.target_urn, r.source_urn);
CYPHER 5 CREATE INDEX serves_targets IF NOT EXISTS
FOR ()-[r:SERVES]-() ON (r.source_urn, r.target_urn);
CYPHER 5 CREATE INDEX reads_sources IF NOT EXISTS
FOR ()-[r:READS]-() ON (r.target_urn, r.source_urn);
CYPHER 5 CREATE INDEX reads_targets IF NOT EXISTS
FOR ()-[r:READS]-() ON (r.source_urn, r.target_urn);
CYPHER 5 CREATE INDEX measures_sources IF NOT EXISTS
FOR ()-[r:MEASURES]-() ON (r.target_urn, r.source_urn);
CYPHER 5 CREATE INDEX measures_targets IF NOT EXISTS
FOR ()-[r:MEASURES]-() ON (r.source_urn, r.target_urn);
CYPHER 5 CREATE INDEX evaluated_on_sources IF NOT EXISTS
FOR ()-[r:EVALUATED_ON]-() ON (r.target_urn, r.source_urn);
CYPHER 5 CREATE INDEX evaluated_on_targets IF NOT EXISTS
FOR ()-[r:EVALUATED_ON]-() ON (r.source_urn, r.target_urn);
CYPHER 5 CREATE INDEX compared_with_sources IF NOT EXISTS
FOR ()-[r:COMPARED_WITH]-() ON (r.target_urn, r.source_urn);
CYPHER 5 CREATE INDEX compared_with_targets IF NOT EXISTS
FOR ()-[r:COMPARED_WITH]-() ON (r.source_urn, r.target_urn);

CYPHER 5 CREATE CONSTRAINT roll_out_change_key IF NOT EXISTS
FOR (n:RollOutChange) REQUIRE (n.slot, n.deployment, n.change, n.at, n.known_from) IS UNIQUE;
CYPHER 5 CREATE INDEX roll_out_change_slot IF NOT EXISTS FOR (n:RollOutChange) ON (n.slot);
CYPHER 5 CREATE INDEX roll_out_change_at IF NOT EXISTS FOR (n:RollOutChange) ON (n.slot, n.at);
CYPHER 5 CREATE INDEX roll_out_change_mode IF NOT EXISTS FOR (n:RollOutChange) ON (n.slot, n.mode, n.traffic);
CYPHER 5 CREATE INDEX roll_out_change_deployment IF NOT EXISTS FOR (n:RollOutChange) ON (n.deployment);

CYPHER 5 CREATE CONSTRAINT definition_key IF NOT EXISTS
FOR (n:Definition) REQUIRE (n.name, n.version, n.known_from) IS UNIQUE;

CYPHER 5 CREATE CONSTRAINT annotation_key IF NOT EXISTS
FOR (n:Annotation) REQUIRE (n.urn, n.field, n.position) IS UNIQUE;
CYPHER 5 CREATE INDEX annotation_position IF NOT EXISTS FOR (n:Annotation) ON (n.position);

CYPHER 5 CREATE CONSTRAINT erasure_key IF NOT EXISTS
FOR (n:Erasure) REQUIRE (n.urn, n.field, n.position) IS UNIQUE;
CYPHER 5 CREATE INDEX erasure_position IF NOT EXISTS FOR (n:Erasure) ON (n.position);

CYPHER 5 CREATE CONSTRAINT purged_name IF NOT EXISTS FOR (n:Purged) REQUIRE n.name IS UNIQUE;

CYPHER 5 CREATE CONSTRAINT series_words_series IF NOT EXISTS FOR (n:SeriesWords) REQUIRE n.series IS UNIQUE;
CYPHER 5 CREATE FULLTEXT INDEX series_words IF NOT EXISTS
FOR (n:SeriesWords) ON EACH [n.words] OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}};

CYPHER 5 CREATE CONSTRAINT name_key_key IF NOT EXISTS
FOR (n:NameKey) REQUIRE (n.key, n.word) IS UNIQUE;

CYPHER 5 CREATE CONSTRAINT description_words_position IF NOT EXISTS FOR (n:DescriptionWords) REQUIRE n.position IS UNIQUE;
CYPHER 5 CREATE FULLTEXT INDEX description_words IF NOT EXISTS
FOR (n:DescriptionWords) ON EACH [n.words] OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}};

CYPHER 5 CALL db.awaitIndexes();

CYPHER 5 MERGE (head:LogHead {name: 'log'}) ON CREATE SET head.size = 0, head.layout = 4;
