"""What `evidence demo` shows of the story: what was recorded, a sentence before each answer, and what is asked."""

from evidence_graph.evidence.log_file import Demo

STORY = """\
A model warns of late flights out of New York, 2013; this is what was told of it at the time, from data sets to weekly KPIs.
On 15 July, model 1 warned passengers, while model 2, which also reads the weather, predicted in its shadow.
The week from 8 July was bad: a Brier score of 0.229, where 0.171 was measured before. Known on 13 August, it rests on this.
Two weeks earlier, nobody had said that the training set rests on the register of airports, and the labels of July were not there.
The weather moves the score of a week far more than any model does. What it is held against decides what can be known of it.
"""
DEMO = Demo(
    story=STORY,
    live_at="2013-07-15T12:00:00Z",
    window="kpi_window:flights/delay-warning,deployment,flights/brier@1,20130708T040000Z,r0",
    known_earlier="2013-07-30T00:00:00Z",
)
