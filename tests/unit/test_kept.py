"""A bounded store: what was last used stays, the longest unused goes, and threads do no harm."""

from __future__ import annotations

import threading

from server.kept import Kept


def test_gives_back_what_was_put() -> None:
    kept: Kept[str, list[int]] = Kept(2)
    value = [1]

    assert kept.put("a", value) is value
    assert kept.get("a") is value


def test_knows_nothing_of_other_keys() -> None:
    assert Kept[str, int](2).get("a") is None


def test_the_longest_unused_goes_first() -> None:
    kept: Kept[str, int] = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    kept.get("a")
    kept.put("c", 3)

    assert [kept.get(key) for key in "abc"] == [1, None, 3]


def test_putting_again_replaces_and_counts_as_use() -> None:
    kept: Kept[str, int] = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    kept.put("a", 9)
    kept.put("c", 3)

    assert [kept.get(key) for key in "abc"] == [9, None, 3]


def test_keeps_nothing_after_it_was_cleared() -> None:
    kept: Kept[str, int] = Kept(2)
    kept.put("a", 1)
    kept.clear()

    assert kept.get("a") is None


def test_threads_share_it_without_harm() -> None:
    kept: Kept[int, int] = Kept(1)
    wrong: list[object] = []

    def work(start: int) -> None:
        for turn in range(start, start + 500):
            try:
                found = kept.get(turn % 3)
                if (found if found is not None else kept.put(turn % 3, turn % 3)) != turn % 3:
                    wrong.append(turn)
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
