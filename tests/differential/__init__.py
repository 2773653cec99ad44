"""Each question asked once of a random history, and held against what the plain reference works out from the same statements.

`compare` in each module picks the arguments at random; it says whether the answer held anything, so that a test can see to it that not
all were empty.
"""

# Questions of KPIs: their histories are made of windows, and their references of statistics.
ELSEWHERE = dict.fromkeys(("verdict", "kpiSeries", "degraded"), "tests/contract/test_verdict_differential.py")
# A bundle is held against the answers it claims: it verifies, or it is wrong.
ELSEWHERE["bundle"] = "tests/contract/test_bundles_differential.py"
