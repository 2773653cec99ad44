"""The five kinds of artifact in the chain of evidence, and the definitions that stand beside it."""

from dataclasses import dataclass

from graph_schema.fields import Change, Field, FieldType

ARTIFACT_FIELDS = (
    Field("digest", FieldType.DIGEST, "SHA-256 of the artifact's bytes."),
    Field("schemaDigest", FieldType.DIGEST, "SHA-256 of the schema of its rows."),
    Field("occurredAt", FieldType.INSTANT, "When it came to exist in the world."),
    Field("covers", FieldType.INTERVAL, "The time its rows speak of."),
    Field("source", FieldType.SOURCE, "What made it: repository, commit, run, tool, parameters, environment."),
    Field("sensitivity", FieldType.SENSITIVITY, "How carefully it must be handled.", Change.RAISED),
    Field("uri", FieldType.TEXT, "Where its bytes can be found.", Change.ANNOTATION),
    Field("description", FieldType.LONG_TEXT, "What it is, for people.", Change.ANNOTATION),
    Field("properties", FieldType.JSON, "Anything else worth keeping, as a JSON object.", Change.ANNOTATION),
)


@dataclass(frozen=True)
class Kind:
    """One kind of artifact: how it is named in URNs, in the manifest and in the API."""

    name: str
    type_name: str
    section: str
    description: str
    identity: str
    fields: tuple[Field, ...] = ()

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The fields of this kind, then those every artifact may carry."""
        return self.fields + ARTIFACT_FIELDS


DATASET = Kind(
    "dataset",
    "Dataset",
    "datasets",
    "One immutable version of data: a snapshot, a partition range, an offset range of a stream, a label set, a prediction "
    "log, or the computed values of features.",
    "name and version, content digest",
)
FEATURE = Kind(
    "feature",
    "Feature",
    "features",
    "One version of a feature definition or feature view: code, not values.",
    "name and version, digest of the definition",
    (Field("sources", FieldType.SERIES_LIST, "The series this definition reads."),),
)
MODEL = Kind(
    "model",
    "Model",
    "models",
    "One trained model version; a prompt or agent configuration is a model built from its base.",
    "name and version, digest of the artifact",
)
DEPLOYMENT = Kind(
    "deployment",
    "Deployment",
    "deployments",
    "One roll-out: one model version in one slot, live over a half-open interval.",
    "slot and roll-out label",
    (
        Field("from", FieldType.INSTANT, "When the roll-out began.", required=True),
        Field("mode", FieldType.MODE, "What the predictions were used for; PRODUCTION unless stated."),
        Field("traffic", FieldType.FRACTION, "Share of the slot's requests it answers; 1 unless stated."),
        Field("to", FieldType.INSTANT, "When the roll-out ended; may be stated later.", Change.GROWING),
    ),
)
KPI_WINDOW = Kind(
    "kpi_window",
    "KpiWindow",
    "windows",
    "One KPI over one interval for one segment, of a deployment or of a model, as sufficient statistics.",
    "deployment or model, KPI, segment, start and revision",
    (
        Field("kpi", FieldType.TEXT, "Name of the KPI, `namespace/name`.", required=True),
        Field("segment", FieldType.SEGMENT, "Which part of the traffic; all of it unless stated."),
        Field("start", FieldType.INSTANT, "Where the window begins.", required=True),
        Field("end", FieldType.INSTANT, "Where the window ends, exclusive.", required=True),
        Field("revision", FieldType.COUNT, "Number of this revision; the highest known counts; 0 unless stated."),
        Field("n", FieldType.COUNT, "Number of observations, at least 1 (not for COUNT)."),
        Field("successes", FieldType.COUNT, "How many of them were successes (PROPORTION)."),
        Field("mean", FieldType.NUMBER, "Mean of the observations (MEAN)."),
        Field(
            "variance",
            FieldType.NUMBER,
            "Sample variance of the observations, divisor n - 1 (MEAN); may be left out for n = 1.",
        ),
        Field(
            "sums",
            FieldType.RATIO_SUMS,
            "Sums over the observations of numerator y and denominator x (RATIO); that of x is above 0.",
        ),
        Field("events", FieldType.COUNT, "Number of events (COUNT)."),
        Field("exposure", FieldType.NUMBER, "What the events are counted per, above 0 (COUNT)."),
        Field("value", FieldType.NUMBER, "The estimate itself (ESTIMATE)."),
        Field(
            "standardError",
            FieldType.NUMBER,
            "Its standard error, 0 or more; without one it is shown, and compared with nothing (ESTIMATE).",
        ),
    ),
)
KINDS = (DATASET, FEATURE, MODEL, DEPLOYMENT, KPI_WINDOW)
KINDS_BY_NAME = {kind.name: kind for kind in KINDS}

KPI_FIELDS = (
    Field("name", FieldType.TEXT, "Name of the KPI, `namespace/name`.", required=True),
    Field("version", FieldType.TEXT, 'Version of the definition; "1" unless stated.'),
    Field(
        "direction",
        FieldType.DIRECTION,
        "Whether more or less of it is better, or whether it should stay inside its `band`.",
        required=True,
    ),
    Field(
        "band",
        FieldType.BAND,
        "Where the value should stay, in the unit of the KPI: wanted with IN_BAND, where it takes the benchmark's place.",
    ),
    Field("aggregate", FieldType.AGGREGATE, "What a window holds; PROPORTION unless stated."),
    Field("unit", FieldType.TEXT, "Unit of the value."),
    Field(
        "benchmark",
        FieldType.BENCHMARK,
        "What it is held against: a stated value (`mean`); the windows of the same KPI and segment that a deployment or a model "
        "(`windows.of`) has inside `[from, to)`; one window of a model, for every segment (`evaluation`); or, window by window, a "
        "control at the same time (`against` a deployment, or what runs in a slot in `mode`, PRODUCTION unless stated).",
    ),
    Field(
        "smallestRelevantChange",
        FieldType.RELEVANT_CHANGE,
        "Smallest change that matters to anybody: a share of the benchmark, or in the unit of the KPI.",
    ),
    Field("labelHorizon", FieldType.DURATION, "How long after a window's end its labels keep arriving."),
    Field("cadence", FieldType.PERIOD, "How often a window is expected."),
    Field(
        "errorLevel",
        FieldType.ERROR_LEVEL,
        "Probability of a false verdict over all looks together; 0.05 unless stated.",
    ),
    Field("segments", FieldType.SEGMENT_NAMES, "Names a window's segment may use."),
    Field(
        "from",
        FieldType.INSTANT,
        "Since when this version applies, until another's `from`; always unless stated. No two versions begin at one instant.",
    ),
    Field("description", FieldType.LONG_TEXT, "What it measures, for people.", Change.ANNOTATION),
)
