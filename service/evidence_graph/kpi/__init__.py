"""Pure: whether a KPI has left its benchmark, told from sufficient statistics with one error level for all looks together."""
