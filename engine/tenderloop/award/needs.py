"""What each losing bid would have needed to be first alone: a price at the same quality, or steps of quality at the same price.

Knows a lot that can be evaluated again. Must not know files, pages, or what is told to whom.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import TypeAlias

from tenderloop.award.findings import Need, Raise
from tenderloop.award.flips import path, price_change, tries
from tenderloop.award.moving import Number
from tenderloop.award.rerun import Change, Rerun, Undefined, said

ZERO = Fraction(0)
Taken: TypeAlias = dict[str, int]  # leaf -> number of steps up


@dataclass(frozen=True)
class Ladder:
    """The steps above the one that a bid was given on a leaf: their names and scores, and the points each brings, lowest first."""

    leaf: str
    start: str
    steps: tuple[str, ...]
    values: tuple[Fraction, ...]
    gains: tuple[Fraction, ...]


def needs(rerun: Rerun, first: tuple[str, ...]) -> tuple[Need, ...]:
    """One record for every bid that was scored and is not first alone."""
    return tuple(_need(rerun, bid, first) for bid in rerun.bids if first != (bid,))


def _need(rerun: Rerun, bid: str, first: tuple[str, ...]) -> Need:
    outcome = rerun.again()
    if bid not in outcome.admitted:
        return Need(bid=bid, statement=f"It left before prices and ranks: {outcome.out.get(bid, 'see its status')}.")
    lead = max(outcome.deciding(each) for each in outcome.admitted)
    gap = lead - outcome.deciding(bid)
    assert isinstance(gap, Fraction), "totals of a result do not move"
    unit = "points" if rerun.lot.combine is None else "of the combining formula"
    parts = [f"It is {said(gap)} {unit} behind." if gap else "Its total is level with the first; the chain of ties decides."]
    found: dict[str, object] = {"bid": bid, "gap": gap}
    parts.append(_by_price(rerun, bid, first, found))
    parts.append(_by_steps(rerun, bid, found))
    return Need.made(**found, statement=" ".join(part for part in parts if part))


def _by_price(rerun: Rerun, bid: str, first: tuple[str, ...], found: dict[str, object]) -> str:
    currency = rerun.procedure.currency
    if not rerun.money:
        return "The lot has no price that is scored."
    lines = []
    for leaf in rerun.money:
        before = rerun.amount[bid, leaf]
        leg = price_change(rerun, bid, leaf, first, False, lambda who: who == (bid,))
        if leg is None:
            lines.append(f"At the same quality no lower amount on {leaf} puts it first alone.")
            continue
        reached = leg.at == (bid,)
        if "price" not in found:
            found.update(criterion=leaf, amount=before, price=leg.high, price_reached=reached, price_exact=leg.exact)
        if leg.high == before:
            lines.append(f"At the same quality it is first with any lower amount than {said(before)} {currency}.")
            continue
        less = f"{said((before - leg.high) * 100 / before, '%')} less" if before else ""
        near = "" if leg.exact else "about "
        word = "of" if reached else "below"
        lines.append(f"At the same quality it is first with an amount {word} {near}{said(leg.high)} {currency} ({less}).")
    return " ".join(lines)


def _by_steps(rerun: Rerun, bid: str, found: dict[str, object]) -> str:
    ladders = [ladder for leaf in rerun.leaves if (ladder := _ladder(rerun, bid, leaf.id)) is not None]
    if not ladders:
        return "No criterion of it is scored by agreed steps that could be higher."
    straight = all(_adds_up(rerun, ladder.leaf) for ladder in ladders)
    taken, proven = _fewest(rerun, bid, ladders) if straight else (_spared(rerun, bid, ladders), False)
    if taken is None:
        found.update(fewest=proven)
        return "At the same price not even the top step on every criterion that the panel judges puts it first alone."
    raises = []
    for ladder in ladders:
        number = taken.get(ladder.leaf, 0)
        if number:
            points = sum(ladder.gains[:number], ZERO)
            to_step = ladder.steps[number - 1]
            raises.append(Raise.made(criterion=ladder.leaf, from_step=ladder.start, to_step=to_step, steps=number, points=points))
    steps = sum(each.steps for each in raises)
    proven = proven or steps == 1  # without any step it is not first
    found.update(steps=steps, raises=tuple(raises), fewest=proven)
    listed = ", ".join(f"{each.criterion} {each.from_step} → {each.to_step}" for each in raises)
    fewest = "fewer would not do" if proven else "none of them can be spared, though another set may be smaller"
    return f"At the same price {steps} step{'s' if steps != 1 else ''} more would do ({listed}); {fewest}."


def _adds_up(rerun: Rerun, leaf: str) -> bool:
    """Whether a higher score on a leaf only adds its points, for a bid that is ranked: a least score that is reached stays reached."""
    if rerun.rules.rounding.at != "none" or rerun.lot.combine is not None:
        return False
    return not any(each.rescale or (each.threshold is not None and each.threshold.max_pass is not None) for each in path(rerun, leaf))


def _ladder(rerun: Rerun, bid: str, leaf: str) -> Ladder | None:
    """The steps above the agreed one; None where the panel did not agree on a step, or nothing is above it."""
    options = tries(rerun, bid, rerun.lot.criterion_of[leaf])
    higher = sorted((each for each in options or () if each.steps > 0 and not each.evaluator), key=lambda each: each.steps)
    if not higher:
        return None
    values = tuple(each.value for each in higher)
    before = (rerun.raw[bid, leaf], *values)
    gains = tuple((after - start) * rerun.used[leaf] for start, after in zip(before, values, strict=False))
    return Ladder(leaf, higher[0].from_step, tuple(each.to_step for each in higher), values, gains)


def _wins(rerun: Rerun, bid: str, ladders: Sequence[Ladder], taken: Mapping[str, int]) -> bool:
    raws: dict[tuple[str, str], Number] = {
        (bid, ladder.leaf): ladder.values[taken[ladder.leaf] - 1] for ladder in ladders if taken.get(ladder.leaf)
    }
    try:
        return rerun.again(Change(raws=raws)).first() == (bid,)
    except Undefined:
        return False


def _fewest(rerun: Rerun, bid: str, ladders: Sequence[Ladder]) -> tuple[Taken | None, bool]:
    """The fewest steps that put the bid first, where every step adds its points and nothing else changes; and whether that is proven.

    Most points for one step, for two, and so on (a knapsack over leaves), until they are enough. Where they make totals level and the chain
    decides against the bid, another set of as many steps might still do: the number is then not proven to be the least.
    """
    outcome = rerun.again()
    lead = max(outcome.totals[each] for each in outcome.admitted)
    gap = lead - outcome.totals[bid]
    assert isinstance(gap, Fraction), "totals of a result do not move"
    scale = lcm(gap.denominator, *(gain.denominator for ladder in ladders for gain in ladder.gains))
    goal = int(gap * scale)
    gains = [[int(gain * scale) for gain in ladder.gains] for ladder in ladders]
    if sum(map(sum, gains)) < goal:
        return None, True
    options = _by_number(ladders, gains)
    proven = True
    for points, taken in options:
        if points >= goal:
            if _wins(rerun, bid, ladders, taken):
                return taken, proven
            proven = False
    return None, proven


def _by_number(ladders: Sequence[Ladder], gains: Sequence[Sequence[int]]) -> Iterator[tuple[int, Taken]]:
    """The most points with one step, with two, and so on, and a set of steps that brings them."""
    if all(first >= second for each in gains for first, second in pairwise(each)):
        # no step brings more than the one before it: the most points with n steps are the n greatest
        steps = [(gain, ladder.leaf) for ladder, each in zip(ladders, gains, strict=True) for gain in each]
        reached, so_far = 0, Taken()
        for gain, leaf in sorted(steps, key=lambda one: (-one[0], one[1])):
            reached += gain
            so_far = {**so_far, leaf: so_far.get(leaf, 0) + 1}
            yield reached, so_far
        return
    limit = sum(map(len, gains))
    # best[n]: most points with n steps over the leaves seen so far, and how many steps on each
    best: list[tuple[int, Taken] | None] = [(0, {}), *([None] * limit)]
    for ladder, each in zip(ladders, gains, strict=True):
        sums = [0]
        for gain in each:
            sums.append(sums[-1] + gain)
        for total in range(limit, 0, -1):
            for number in range(1, min(len(each), total) + 1):
                below = best[total - number]
                if below is not None and (best[total] is None or below[0] + sums[number] > best[total][0]):  # type: ignore[index]
                    best[total] = (below[0] + sums[number], {**below[1], ladder.leaf: number})
    for option in best[1:]:
        if option is not None:
            yield option


def _spared(rerun: Rerun, bid: str, ladders: Sequence[Ladder]) -> Taken | None:
    """From every top step downwards, the step with the least points first, for as long as the bid stays first."""
    taken = {ladder.leaf: len(ladder.steps) for ladder in ladders}
    if not _wins(rerun, bid, ladders, taken):
        return None
    gains = {ladder.leaf: ladder.gains for ladder in ladders}
    needed: set[str] = set()
    while True:
        open_ones = sorted(leaf for leaf in taken if taken[leaf] and leaf not in needed)
        if not open_ones:
            return taken
        leaf = min(open_ones, key=lambda each: (gains[each][taken[each] - 1], each))
        less = {**taken, leaf: taken[leaf] - 1}
        if _wins(rerun, bid, ladders, less):
            taken = less
        else:
            needed.add(leaf)
