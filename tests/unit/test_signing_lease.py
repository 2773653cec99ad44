"""The lease passes on when its holder is gone, whatever the clocks do, and stays where it is otherwise."""

import pytest

from evidence_graph.evidence.signing_lease import FARTHEST, LEASE, SigningLease
from evidence_graph.record.instants import SECOND
from evidence_graph.store.stored import Signing

NOW = 1_790_000_000 * SECOND


class Machine:
    """One machine's clock and watch."""

    def __init__(self) -> None:
        self.clock, self.watch = NOW, 7.0

    def lease(self) -> SigningLease:
        return SigningLease(lambda: self.clock, lambda: self.watch)

    def wait(self, seconds: float) -> None:
        self.clock += int(seconds * SECOND)
        self.watch += seconds


def held(holder: str, until: int) -> Signing:
    return Signing(9, "", 0, "", holder, until)


def test_nobodys_lease_and_ones_own_are_free() -> None:
    machine = Machine()
    lease = machine.lease()
    own = lease.renewed()

    assert lease.is_free(held("", 0))
    assert lease.is_free(held(own.holder, own.until))
    assert lease.is_mine(held(own.holder, own.until))
    assert own.until == NOW + LEASE
    assert (lease.given_up().holder, lease.is_mine(held("", 0))) == ("", False)


def test_anothers_lease_is_free_from_its_end_on() -> None:
    machine = Machine()
    lease = machine.lease()

    assert not lease.is_free(held("other", NOW + 1))
    assert lease.is_free(held("other", NOW))


@pytest.mark.parametrize("jump", [-3_600.0, -30.0, 0.0, 3_600.0])
def test_a_clock_that_jumps_delays_the_next_process_by_no_more_than_a_lease(jump: float) -> None:
    """Backwards, a lease would otherwise seem to last for ever; the watch does not jump."""
    machine = Machine()
    lease, found = machine.lease(), held("killed", NOW + LEASE)
    assert not lease.is_free(found)

    machine.clock += int(jump * SECOND)
    machine.wait(LEASE / SECOND + 0.001)

    assert lease.is_free(found)


def test_a_lease_that_is_renewed_stays_with_its_holder_though_clocks_differ() -> None:
    """Half a minute between two machines: who is behind leaves the lease to who is ahead."""
    machine = Machine()
    lease = machine.lease()

    for _ in range(20):
        assert not lease.is_free(held("ahead", machine.clock + 30 * SECOND + LEASE))
        machine.wait(0.4)


def test_a_lease_beyond_any_that_a_clock_could_have_given_is_free() -> None:
    machine = Machine()

    assert machine.lease().is_free(held("other", NOW + FARTHEST + 1))
    assert not machine.lease().is_free(held("other", NOW + FARTHEST))
