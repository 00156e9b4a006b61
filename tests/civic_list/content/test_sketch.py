"""How much of a table changed, told from its sketch."""
from __future__ import annotations

import io
import random

import pytest

from ckanext.civic_list.content.digest import digest_of, share_changed
from ckanext.civic_list.content.sketch import K, Sketch


def sketch(rows: range | list[int]) -> bytes:
    text = "id,n\n" + "".join(f"{n},value {n}\n" for n in rows)
    return digest_of(io.BytesIO(text.encode()), "CSV").sketch


def test_a_sketch_is_small_sorted_and_of_distinct_rows():
    small = sketch([1, 2, 2, 2])
    assert len(small) == 16
    large = sketch(range(20_000))
    numbers = [large[place : place + 8] for place in range(0, len(large), 8)]
    assert len(numbers) == K
    assert numbers == sorted(set(numbers))
    assert large == sketch(list(range(20_000))[::-1])


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        (range(100), range(100), 0),
        (range(100), range(100, 200), 1),
        (range(100), range(150), 1 / 3),
        (range(1000), range(500, 1500), 2 / 3),
        (range(K - 1), range(1, K), 2 / K),
        (range(0), range(0), 0),
        (range(0), range(5), 1),
    ],
)
def test_the_share_of_small_tables_is_exact(before, after, share):
    assert share_changed(sketch(before), sketch(after)) == pytest.approx(share, abs=1e-12)
    assert share_changed(sketch(after), sketch(before)) == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        (range(50_000), range(50_000), 0),
        (range(50_000), range(100_000, 150_000), 1),
        (range(50_000), range(5_000, 55_000), 1 - 45 / 55),
        (range(50_000), range(25_000, 75_000), 2 / 3),
        (range(1_000), range(50_000), 0.98),
    ],
)
def test_the_share_of_large_tables_is_near(before, after, share):
    assert share_changed(sketch(before), sketch(after)) == pytest.approx(share, abs=0.04)


def test_the_smallest_are_kept_however_many_come():
    chance = random.Random(5)
    numbers = [chance.getrandbits(64) for _ in range(100_000)]
    kept = Sketch()
    for number in numbers:
        kept.add(number)
    assert kept.packed() == b"".join(n.to_bytes(8, "big") for n in sorted(numbers)[:K])
