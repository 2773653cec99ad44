"""evidence-graph: the chain of evidence behind a model's KPI, recorded once, for ever, and answered as of any instant."""

__version__ = "0.1.0"
