"""The tree of the custody log: known roots and proofs, and every lie about one of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.merkle import EMPTY, Nodes, consistency, continues, grown, includes, inclusion, leaf_hash, node_hash, root

#: The leaves and roots that the tests of Certificate Transparency use.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
sizes = st.integers(1, 70)


def tree(leaves: list[bytes]) -> Nodes:
    """The kept hashes of a tree that grew leaf by leaf."""
    kept: dict[tuple[int, int], bytes] = {}

    def nodes(level: int, index: int) -> bytes:
        return kept[level, index]

    for size, leaf in enumerate(leaves):
        for node in list(grown(size, leaf_hash(leaf), nodes)):
            kept[node.level, node.index] = node.hash
    return nodes


def numbered(size: int) -> list[bytes]:
    return [str(number).encode() for number in range(size)]


def recursive_root(leaves: list[bytes]) -> bytes:
    """The root as RFC 6962 defines it, with nothing kept."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return node_hash(recursive_root(leaves[:middle]), recursive_root(leaves[middle:]))


@pytest.mark.parametrize("size", sorted(ROOTS))
def test_has_the_known_roots(size: int) -> None:
    assert root(size, tree(LEAVES)).hex() == ROOTS[size]


def test_the_tree_without_leaves_has_the_hash_of_nothing() -> None:
    assert root(0, tree([])).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(sizes)
def test_every_root_is_that_of_the_definition(size: int) -> None:
    assert root(size, tree(numbered(70))) == recursive_root(numbered(size))


def test_gives_the_proofs_of_the_rfc_s_example() -> None:
    """Section 2.1.3 of RFC 6962, with seven leaves."""
    nodes = tree(numbered(7))
    a, b, c, _d, e, f, _j = (leaf_hash(leaf) for leaf in numbered(7))
    g, h, i, j = nodes(1, 0), nodes(1, 1), nodes(1, 2), nodes(0, 6)
    k, l_ = nodes(2, 0), node_hash(i, j)

    assert inclusion(0, 7, nodes) == [b, h, l_]
    assert inclusion(3, 7, nodes) == [c, g, l_]
    assert inclusion(4, 7, nodes) == [f, j, k]
    assert inclusion(6, 7, nodes) == [i, k]
    assert consistency(3, 7, nodes) == [c, nodes(0, 3), g, l_]
    assert consistency(4, 7, nodes) == [l_]
    assert consistency(6, 7, nodes) == [i, j, k]
    assert a != e


@given(sizes, st.data())
def test_every_leaf_is_proved_to_be_in_every_tree_that_holds_it(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    nodes = tree(numbered(70))
    proof, leaf = inclusion(index, size, nodes), leaf_hash(numbered(70)[index])

    assert includes(root(size, nodes), size, index, leaf, proof)


@given(sizes, st.data())
def test_no_other_leaf_place_size_or_proof_is_believed(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    nodes = tree(numbered(71))
    head, proof, leaf = root(size, nodes), inclusion(index, size, nodes), nodes(0, index)
    other = data.draw(st.integers(0, size + 1).filter(lambda place: place != index))

    assert not includes(head, size, index, leaf_hash(b"another"), proof)
    assert not includes(head, size, other, leaf, proof)
    assert not includes(root(size + 1, nodes), size + 1, index, leaf, proof)
    assert not includes(head, size, index, leaf, [*proof, leaf])
    assert not proof or not includes(head, size, index, leaf, proof[:-1])
    for step in range(len(proof)):
        assert not includes(head, size, index, leaf, [*proof[:step], leaf_hash(b"x"), *proof[step + 1 :]])


@given(sizes, st.data())
def test_every_tree_is_proved_to_continue_every_earlier_one(size: int, data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, size))
    nodes = tree(numbered(70))

    assert continues(root(earlier, nodes), earlier, root(size, nodes), size, consistency(earlier, size, nodes))


@given(sizes, st.data())
def test_a_fork_is_never_proved(size: int, data: st.DataObject) -> None:
    """One leaf of the past was changed: no proof of the new log leads from the old root."""
    earlier = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, earlier - 1))
    leaves = numbered(70)
    forked = tree([*leaves[:changed], b"rewritten", *leaves[changed + 1 :]])

    assert not continues(
        root(earlier, tree(leaves)), earlier, root(size, forked), size, consistency(earlier, size, forked)
    )


@given(sizes, st.data())
def test_a_proof_of_growth_holds_for_its_two_trees_alone(size: int, data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, size))
    nodes = tree(numbered(71))
    old, new, proof = root(earlier, nodes), root(size, nodes), consistency(earlier, size, nodes)

    assert not continues(new if earlier != size else leaf_hash(b"x"), earlier, new, size, proof)
    assert not continues(old, earlier, root(size + 1, nodes), size, proof)
    assert not continues(old, earlier, new, size, [*proof, old])
    assert not proof or not continues(old, earlier, new, size, proof[:-1])
    for step in range(len(proof)):
        assert not continues(old, earlier, new, size, [*proof[:step], leaf_hash(b"x"), *proof[step + 1 :]])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_a_leaf_that_is_not_there_has_no_proof(index: int, size: int) -> None:
    nodes = tree(numbered(3))

    with pytest.raises(IndexError):
        inclusion(index, size, nodes)
    assert not includes(EMPTY, size, index, leaf_hash(b""), [])


@pytest.mark.parametrize(("earlier", "size"), [(0, 3), (4, 3), (-1, 3)])
def test_a_tree_does_not_grow_from_nothing_or_backwards(earlier: int, size: int) -> None:
    nodes = tree(numbered(4))

    with pytest.raises(IndexError):
        consistency(earlier, size, nodes)
    assert not continues(EMPTY, earlier, root(3, nodes), size, [])
