"""Ranks, ties and the chain, by hand."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tenderloop.award.ranking import TieKey, near_ties, order, rank

TOTALS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 4).map(Fraction), min_size=1)


def _key(name: str, **values: int) -> TieKey:
    return TieKey(name, name, {bid: Fraction(value) for bid, value in values.items()})


def test_a_chain_splits_only_what_is_still_tied() -> None:
    totals = dict.fromkeys("abcd", Fraction(7)) | {"e": Fraction(9)}
    found = rank(totals, [_key("first", a=1, b=2, c=2, d=0), _key("second", a=9, b=1, c=3, d=9)])
    assert found.groups == (("e",), ("c",), ("b",), ("a",), ("d",))
    assert [text for text, _ in found.ties[0].tried] == ["first", "second"]
    assert found.ties[0].settled


def test_a_key_that_does_not_know_every_tied_bid_decides_nothing() -> None:
    found = rank(dict.fromkeys("ab", Fraction(7)), [_key("first", a=1), _key("second", a=1, b=2)])
    assert found.ties[0].tried == (("first", None), ("second", (("b",), ("a",))))
    assert found.ranks == {"b": 1, "a": 2}


def test_a_key_after_the_tie_is_settled_is_not_tried() -> None:
    found = rank(dict.fromkeys("ab", Fraction(7)), [_key("first", a=1, b=2), _key("second", a=5, b=2)])
    assert [text for text, _ in found.ties[0].tried] == ["first"]


def test_what_stays_tied_shares_a_rank_and_the_next_is_left_out() -> None:
    found = rank({"a": Fraction(5), "b": Fraction(5), "c": Fraction(5), "d": Fraction(4)}, [_key("first", a=1, b=1, c=0)])
    assert found.ranks == {"a": 1, "b": 1, "c": 3, "d": 4}
    assert not found.ties[0].settled


@given(TOTALS)
def test_ranks_are_one_more_than_the_bids_ahead(totals: dict[str, Fraction]) -> None:
    ranks = rank(totals).ranks
    assert ranks == {bid: 1 + sum(other > total for other in totals.values()) for bid, total in totals.items()}
    assert order(totals) == rank(totals).groups


def test_near_ties_are_neighbours_that_look_alike_and_are_not() -> None:
    totals = {"a": Fraction("70.0049"), "b": Fraction("70.0001"), "c": Fraction("69.995"), "d": Fraction("69.99"), "e": Fraction("69.99")}
    assert near_ties(totals, 2) == (("a", "b"), ("b", "c"))
    assert near_ties(totals, 4) == ()
