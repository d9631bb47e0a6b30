"""What each criterion weighs in the end: published weights, and where the weight of what does not apply goes.

Knows the tree and the policy for what is not applicable. Must not know bids or scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tenderloop.award.procedure import Criterion, Lot, NotApplicablePolicy, weights_of

ZERO = Fraction(0)


@dataclass(frozen=True)
class Shares:
    """Shares of the lot by criterion: ``nominal`` as published, ``used`` after what does not apply has left; ``local`` is the part of the
    criterion above. ``gone`` does not apply, ``moved`` is the nominal share of it. All empty where weights give no shares.
    """

    nominal: Mapping[str, Fraction]
    used: Mapping[str, Fraction]
    local: Mapping[str, Fraction]
    gone: frozenset[str]
    moved: Fraction


def shares_of(lot: Lot, marked: Iterable[str], policy: NotApplicablePolicy) -> Shares:
    """The shares of a lot of which ``marked`` does not apply.

    ``within``: the weight goes to the siblings that apply; where none does, the criterion above does not apply either. ``overall``: it goes
    to all leaves that apply, in proportion.
    """
    nominal = lot.shares
    gone = _gone(lot, frozenset(marked))
    if not nominal:
        return Shares({}, {}, {}, gone, ZERO)
    leaves = [leaf.id for leaf in lot.leaves]
    moved = sum((nominal[name] for name in leaves if name in gone), ZERO)
    used = dict.fromkeys(nominal, ZERO)
    if policy == "within":
        _within(lot.weighed, Fraction(1), gone, used, top=True)
    else:
        left = sum((nominal[name] for name in leaves if name not in gone), ZERO)
        for name in leaves:
            if name not in gone and left:
                used[name] = nominal[name] / left
    for criterion in lot.walk():
        if criterion.criteria:
            used[criterion.id] = sum((used[leaf.id] for leaf in criterion.leaves), ZERO)
    local = dict.fromkeys(nominal, ZERO)
    _local(lot.weighed, Fraction(1), gone, used, local, top=True)
    return Shares(nominal, used, local, gone, moved)


def _gone(lot: Lot, marked: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()

    def visit(criterion: Criterion, above: bool) -> None:
        here = above or criterion.id in marked
        for child in criterion.criteria:
            visit(child, here)
        if here or (criterion.criteria and all(child.id in found for child in criterion.criteria)):
            found.add(criterion.id)

    for criterion in lot.criteria:
        visit(criterion, False)
    return frozenset(found)


def _weights(siblings: tuple[Criterion, ...], gone: frozenset[str], *, top: bool) -> dict[str, Fraction]:
    """Weights of the siblings that apply, equal where all of them are 0."""
    weights = {each.id: weight for each, weight in zip(siblings, weights_of(siblings, top=top), strict=True) if each.id not in gone}
    return weights if any(weights.values()) else dict.fromkeys(weights, Fraction(1))


def _within(siblings: tuple[Criterion, ...], share: Fraction, gone: frozenset[str], used: dict[str, Fraction], *, top: bool) -> None:
    weights = _weights(siblings, gone, top=top)
    total = sum(weights.values(), ZERO)
    for each in siblings:
        if each.id in weights:
            used[each.id] = share * weights[each.id] / total
            _within(each.criteria, used[each.id], gone, used, top=False)


def _local(
    siblings: tuple[Criterion, ...],
    share: Fraction,
    gone: frozenset[str],
    used: Mapping[str, Fraction],
    local: dict[str, Fraction],
    *,
    top: bool,
) -> None:
    if not siblings:
        return
    weights = {each.id: used[each.id] for each in siblings if each.id not in gone} if share else _weights(siblings, gone, top=top)
    total = sum(weights.values(), ZERO)
    for each in siblings:
        local[each.id] = weights[each.id] / total if each.id in weights and total else ZERO
        _local(each.criteria, used[each.id], gone, used, local, top=False)
