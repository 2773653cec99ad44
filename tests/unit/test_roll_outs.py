"""The arithmetic of live intervals: what is stated, what follows from it, and what cannot be."""

from hypothesis import assume, given
from hypothesis import strategies as st

from evidence_graph.record.roll_outs import END, STATE, RollOut, RollOutState, Slot, slots_of, state_at
from graph_schema import OPEN_END

FULL, HALF, SHADOW = ("PRODUCTION", 1.0), ("PRODUCTION", 0.5), ("SHADOW", 1.0)


def roll_out(name: str, *states: tuple[int, tuple[str, float]], end: int = OPEN_END) -> RollOut:
    return RollOut(name, tuple(RollOutState(at, mode, traffic) for at, (mode, traffic) in sorted(states)), end)


def slot(*roll_outs: RollOut) -> Slot:
    return Slot({one.deployment: one for one in roll_outs})


@st.composite
def roll_outs(draw: st.DrawFn) -> list[RollOut]:
    found = []
    for name in "abcd"[: draw(st.integers(1, 4))]:
        instants = draw(st.lists(st.integers(0, 12), min_size=1, max_size=3, unique=True))
        states = [(at, draw(st.sampled_from([FULL, FULL, FULL, HALF, SHADOW]))) for at in instants]
        end = draw(st.none() | st.integers(min(instants) + 1, 14))
        found.append(roll_out(name, *states, end=OPEN_END if end is None else end))
    return found


@given(roll_outs())
def test_full_production_traffic_is_never_on_two_roll_outs_at_once(all_of_them: list[RollOut]) -> None:
    """Wherever no clash was found, each instant has at most one roll-out live with all the traffic."""
    one_slot = slot(*all_of_them)
    assume(not any(one_slot.clash(name) for name in one_slot.roll_outs))
    live = one_slot.live_intervals()

    for instant in range(-1, 16):
        full = [
            name
            for name, interval in live.items()
            if interval.start <= instant < interval.end
            and (state := state_at(one_slot.roll_outs[name], instant)) is not None
            and state.full
        ]
        assert len(full) <= 1


@given(roll_outs())
def test_a_clash_is_mutual(all_of_them: list[RollOut]) -> None:
    """Whoever comes second is refused, whichever that is; nobody clashes with itself."""
    one_slot = slot(*all_of_them)

    for name in one_slot.roll_outs:
        clash = one_slot.clash(name)
        if clash is not None:
            assert clash[0] != name
            assert slot(one_slot.roll_outs[name], one_slot.roll_outs[clash[0]]).clash(clash[0]) is not None


@given(roll_outs())
def test_a_live_interval_is_inside_what_was_stated(all_of_them: list[RollOut]) -> None:
    """It begins with the first state; a stated end is kept, a derived one is another's take-over; every instant has a state."""
    one_slot = slot(*all_of_them)

    for name, interval in one_slot.live_intervals().items():
        stated = one_slot.roll_outs[name]
        assert interval.start == stated.states[0].at < interval.end
        if interval.derived:
            assert stated.end == OPEN_END
            assert any(at == interval.end and other != name for at, other in one_slot.take_overs())
        else:
            assert interval.end == stated.end
        for instant in range(interval.start, min(interval.end, 20)):
            assert state_at(stated, instant) is not None


@given(roll_outs(), st.randoms(use_true_random=False))
def test_the_order_in_which_changes_are_stored_does_not_matter(
    all_of_them: list[RollOut], random: st.DataObject
) -> None:
    """Rows come from engines in any order."""
    changes = [("slot", one.deployment, STATE, *state) for one in all_of_them for state in one.states]
    changes += [("slot", one.deployment, END, one.end, "", 0.0) for one in all_of_them if one.end != OPEN_END]
    random.shuffle(changes)  # type: ignore[attr-defined]

    assert slots_of(changes)["slot"] == slot(*all_of_them)


def test_the_next_take_over_ends_an_open_roll_out() -> None:
    """Not a shadow's beginning, not its own."""
    three = slot(roll_out("a", (1, FULL)), roll_out("b", (3, SHADOW)), roll_out("c", (5, FULL)))

    assert three.live_intervals() == {"a": (1, 5, True), "b": (3, OPEN_END, False), "c": (5, OPEN_END, False)}
    assert three.live("unheard of") is None
    assert [three.predecessor(name) for name in "abc"] == [None, None, "a"]


def test_what_ends_before_it_begins_was_never_live() -> None:
    """An end known before the beginning leaves nothing."""
    assert slot(roll_out("a", (5, FULL), end=5)).live("a") is None
    assert slot(RollOut("a", (), 5)).live("a") is None


def test_neighbouring_states_of_full_traffic_are_one_run() -> None:
    """An adjustment that changes nothing takes nothing over anew."""
    assert slot(roll_out("a", (1, FULL), (3, FULL), (5, HALF), (7, FULL))).take_overs() == [(1, "a"), (7, "a")]


def test_a_run_may_clash_that_an_adjustment_ended() -> None:
    """Full traffic up to a stated instant is a stated interval."""
    stepped_back = roll_out("a", (1, FULL), (6, HALF))

    assert slot(stepped_back, roll_out("b", (3, FULL))).clash("b") is not None
    assert slot(stepped_back, roll_out("b", (6, FULL))).clash("b") is None


def test_who_had_all_of_the_production_traffic_and_when() -> None:
    """One after the other, with what was adjusted in between; a shadow never."""
    three = slot(
        roll_out("a", (1, FULL), (6, HALF), (8, FULL)), roll_out("b", (2, SHADOW)), roll_out("c", (10, FULL), end=12)
    )

    assert three.production_runs() == [(1, 6, "a"), (8, 10, "a"), (10, 12, "c")]


@given(roll_outs())
def test_production_runs_lie_inside_live_intervals(all_of_them: list[RollOut]) -> None:
    """And at their every beginning somebody took over."""
    one_slot = slot(*all_of_them)
    live = one_slot.live_intervals()

    for run in one_slot.production_runs():
        assert live[run.deployment].start <= run.start < run.end <= live[run.deployment].end
        assert (run.start, run.deployment) in one_slot.take_overs()
