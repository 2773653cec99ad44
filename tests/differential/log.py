"""The head of the log and proofs about it, held against a Merkle tree worked out anew from all entries."""

from hashlib import sha256
from random import Random

from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import ENTRIES, EntriesBetween
from tests import over_graphql
from tests.histories import History
from tests.reference import Known
from tests.reference_merkle import ReferenceTree


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    """Over GraphQL; the head is of no moment, an entry and two proofs are those of the log as it was at this one."""
    rows = await store.ask(ENTRIES, EntriesBetween(0, history.head))
    tree = ReferenceTree([sha256(b"\x00" + row.body.encode()).digest() for row in rows])
    size, chance = moment.position + 1, Random(moment.position)
    position, first = chance.randrange(size), chance.randint(1, size)

    async def ask(stem: str, field: str, **variables: int) -> object:
        return (await over_graphql.ask(store, stem, history.clock, **variables))[field]

    found = await over_graphql.ask(store, "log", history.clock)
    entry = await ask("entry", "entry", position=position)
    inclusion = await ask("inclusion_proof", "inclusionProof", position=position, size=size)
    consistency = await ask("consistency_proof", "consistencyProof", **{"from": first, "to": size})

    assert {row.position: row.recorded_at for row in rows} == history.recorded
    assert (found["size"], found["rootHash"]) == (len(rows), tree.root(len(rows)).hex())
    leaf, root = tree.leaves[position].hex(), tree.root(size).hex()
    assert isinstance(entry, dict)
    assert (entry["body"], entry["leafHash"]) == (rows[position].body, leaf)
    path, proof = ([one.hex() for one in hashes] for hashes in (tree.path(position, size), tree.proof(first, size)))
    assert inclusion == {"position": position, "size": size, "leafHash": leaf, "hashes": path, "rootHash": root}
    roots = {"fromRootHash": tree.root(first).hex(), "toRootHash": root}
    assert consistency == {"from": first, "to": size, "hashes": proof, **roots}
    return True
