"""From totals to ranks: exact ties stay ties until the declared chain decides them, and near ties are named.

Knows totals and keys by which ties are broken. Must not know formulas, bids or criteria. No order of input has any meaning here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from tenderloop.quantity import shown


@dataclass(frozen=True)
class TieKey:
    """One step of a chain: the greater value is better; a bid without a value cannot be compared by this key."""

    name: str
    text: str
    values: Mapping[str, Fraction]


@dataclass(frozen=True)
class Tie:
    """Bids with equal totals: which keys were tried, what each did, and the order that came out (tied bids together)."""

    bids: tuple[str, ...]
    total: Fraction
    tried: tuple[tuple[str, tuple[tuple[str, ...], ...] | None], ...]
    groups: tuple[tuple[str, ...], ...]

    @property
    def settled(self) -> bool:
        """Whether no two bids are tied any more."""
        return all(len(group) == 1 for group in self.groups)


@dataclass(frozen=True)
class Ranking:
    """Ranks from 1; bids that stay tied share one, and the next rank is left out for each (1, 1, 3)."""

    ranks: Mapping[str, int]
    groups: tuple[tuple[str, ...], ...]
    ties: tuple[Tie, ...]


def rank(totals: Mapping[str, Fraction], chain: Sequence[TieKey] = ()) -> Ranking:
    """Rank by total, highest first, and ties by the chain.

    >>> found = rank({"a": Fraction(60), "b": Fraction(60), "c": Fraction(50)})
    >>> dict(found.ranks), found.ties[0].settled
    ({'a': 1, 'b': 1, 'c': 3}, False)
    >>> price = TieKey("lowest_price", "the lower price is first", {"a": Fraction(-90), "b": Fraction(-80)})
    >>> rank({"a": Fraction(60), "b": Fraction(60), "c": Fraction(50)}, [price]).groups
    (('b',), ('a',), ('c',))
    """
    groups: list[tuple[str, ...]] = []
    ties: list[Tie] = []
    for total, bids in _grouped(totals):
        if len(bids) == 1:
            groups.append(bids)
            continue
        tie = _broken(bids, total, chain)
        ties.append(tie)
        groups += tie.groups
    ranks: dict[str, int] = {}
    for group in groups:
        place = len(ranks) + 1
        ranks.update(dict.fromkeys(group, place))
    return Ranking(ranks, tuple(groups), tuple(ties))


def order(values: Mapping[str, Fraction]) -> tuple[tuple[str, ...], ...]:
    """Bids by value, highest first, equal ones together in order of id.

    >>> order({"b": Fraction(1), "a": Fraction(1), "c": Fraction(2)})
    (('c',), ('a', 'b'))
    """
    return tuple(bids for _, bids in _grouped(values))


def _grouped(values: Mapping[str, Fraction]) -> list[tuple[Fraction, tuple[str, ...]]]:
    by_value: dict[Fraction, list[str]] = {}
    for name, value in values.items():
        by_value.setdefault(value, []).append(name)
    return [(value, tuple(sorted(by_value[value]))) for value in sorted(by_value, reverse=True)]


def _broken(bids: tuple[str, ...], total: Fraction, chain: Sequence[TieKey]) -> Tie:
    groups: list[tuple[str, ...]] = [bids]
    tried: list[tuple[str, tuple[tuple[str, ...], ...] | None]] = []
    for key in chain:
        if all(len(group) == 1 for group in groups):
            break
        if any(name not in key.values for group in groups if len(group) > 1 for name in group):
            # a key that does not know all tied bids decides nothing: an unknown is neither better nor worse
            tried.append((key.text, None))
            continue
        split: list[tuple[str, ...]] = []
        for group in groups:
            split += [group] if len(group) == 1 else order({name: key.values[name] for name in group})
        groups = split
        tried.append((key.text, tuple(groups)))
    return Tie(bids, total, tuple(tried), tuple(groups))


def near_ties(totals: Mapping[str, Fraction], places: int) -> tuple[tuple[str, str], ...]:
    """Neighbours in the ranking whose totals differ but look the same with so many decimal places: (better, worse).

    >>> near_ties({"a": Fraction("70.004"), "b": Fraction("70.001"), "c": Fraction(60)}, 2)
    (('a', 'b'),)
    """
    found: list[tuple[str, str]] = []
    for (first, above), (second, below) in pairwise(_grouped(totals)):
        if shown(first, places) == shown(second, places):
            found += [(better, worse) for better in above for worse in below]
    return tuple(found)
