"""An RFC 6962 implementation that nobody here made agrees on every root and on every proof, both ways."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InclusionProof, InmemoryTree, verify_consistency, verify_inclusion

from evidence import merkle
from tests.unit.evidence.test_merkle import tree

leaves = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


def theirs(data: list[bytes]) -> InmemoryTree:
    """Their tree of the same leaves."""
    made = InmemoryTree(algorithm="sha256")
    for leaf in data:
        made.append_entry(leaf)
    return made


@given(leaves, st.data())
@settings(max_examples=60)
def test_on_roots(data: list[bytes], draw: st.DataObject) -> None:
    size = draw.draw(st.integers(1, len(data)))

    assert theirs(data).get_root(size) == merkle.root(size, tree(data))


@given(leaves, st.data())
@settings(max_examples=60)
def test_on_proofs_that_a_leaf_is_in_the_tree(data: list[bytes], draw: st.DataObject) -> None:
    size = draw.draw(st.integers(1, len(data)))
    index = draw.draw(st.integers(0, size - 1))
    other, nodes = theirs(data), tree(data)
    proof = other.prove_inclusion(index + 1, size)
    leaf, root = merkle.leaf_hash(data[index]), merkle.root(size, nodes)
    ours = merkle.inclusion(index, size, nodes)

    assert proof.path[0] == leaf
    assert list(proof.path[1:]) == ours
    assert merkle.includes(root, size, index, leaf, proof.path[1:])
    verify_inclusion(leaf, root, InclusionProof("sha256", True, size, index + 1, proof.rule, [leaf, *ours]))


@given(leaves, st.data())
@settings(max_examples=60)
def test_on_proofs_that_a_tree_only_grew(data: list[bytes], draw: st.DataObject) -> None:
    size = draw.draw(st.integers(1, len(data)))
    earlier = draw.draw(st.integers(1, size))
    other, nodes = theirs(data), tree(data)
    proof = other.prove_consistency(earlier, size)
    first, second = merkle.root(earlier, nodes), merkle.root(size, nodes)

    ours = merkle.consistency(earlier, size, nodes)

    verify_consistency(first, second, proof, prior_size=earlier, later_size=size)
    assert merkle.continues(proof.retrieve_prior_state(), earlier, proof.compute_root(), size, ours)
