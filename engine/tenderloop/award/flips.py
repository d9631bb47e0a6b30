"""Where the winner changes when one weight, one score or one price moves: exact points, found by walking from the published value outwards.

Knows a lot that can be evaluated again (rerun.py) and how a walk goes from stretch to stretch. Must not know files, pages, or what else an
attack tries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from tenderloop.award.findings import FlipPoint, PriceFlip, ScoreFlip, WeightInterval, WinnerSpan
from tenderloop.award.moving import Number, Stretch
from tenderloop.award.procedure import Criterion
from tenderloop.award.rerun import ROOT, Change, NotExact, Rerun, Undefined, by_rule, said

ZERO, ONE, HUNDRED = Fraction(0), Fraction(1), Fraction(100)
MOST_STRETCHES = 2000
ROUNDED_LEAVES = 2000  # where points are rounded, stretches are short: so many roundings of leaves, then trying is left
GRID = Fraction(101, 100)  # where only trying is left, prices are tried in steps of 1 %
GRID_STEPS = 160  # up to about 4.9 times, and down to about a fifth
CLOSE = Fraction(1, 10**9)

First: TypeAlias = tuple[str, ...]
FirstAt: TypeAlias = Callable[[Number], First]


@dataclass(frozen=True)
class Leg:
    """One leg of a walk: who is first at its starting point (None at a point that is not rational) and on the stretch after it."""

    low: Fraction
    high: Fraction
    at: First | None
    beyond: First

    @property
    def exact(self) -> bool:
        """Whether the starting point is known as a fraction."""
        return self.low == self.high


def walk(first_at: FirstAt, start: Fraction, end: Fraction | None, up: bool, most: int = MOST_STRETCHES) -> Iterator[Leg]:
    """Legs from ``start`` on, outwards to ``end`` (not included) or for ever. NotExact where there are more than ``most``.

    >>> [(str(leg.low), leg.at, leg.beyond) for leg in walk(lambda x: ("a",) if x < 2 else ("b",), Fraction(0), None, True)]
    [('0', ('a',), ('a',)), ('2', ('b',), ('b',))]
    """
    low = high = start
    at: First | None = first_at(start)
    for _ in range(most):
        beside = Stretch(high if up else low, up)
        yield Leg(low, high, at, first_at(beside.unknown()))
        if beside.end is None or (end is not None and (beside.end[1] >= end if up else beside.end[0] <= end)):
            return
        low, high = beside.end
        at = first_at(low) if low == high else None
    raise NotExact(f"more than {most} stretches")


def most_stretches(rerun: Rerun) -> int:
    """How many stretches are walked before trying is left."""
    if rerun.rules.rounding.at == "none":
        return MOST_STRETCHES
    return max(20, ROUNDED_LEAVES // max(len(rerun.scored), 8))


def tried(first_at: FirstAt, start: Fraction, places: Iterable[Fraction]) -> Iterator[Leg]:
    """The same walk by trying ``places`` outwards and halving where it changes, for rules that moving numbers cannot follow.

    A change that comes and goes between two places is not seen. Points are enclosed to a billionth of the start (at least of 1).
    """
    last, who = start, first_at(start)
    yield Leg(start, start, who, who)
    close = CLOSE * max(abs(start), ONE)
    for place in places:
        while True:
            low, high = last, place
            there = first_at(high)
            if there == who:
                break
            while abs(high - low) > close:
                middle = ((high + low) / 2).limit_denominator(10**15)  # an exact middle of a middle would only grow digits
                if first_at(middle) == who:
                    low = middle
                else:
                    high = middle
            last, who = high, first_at(high)
            yield Leg(min(low, high), max(low, high), None, who)
        last = place


def _guarded(rerun: Rerun, change: Callable[[Number], Change]) -> FirstAt:
    def first_at(value: Number) -> First:
        try:
            return rerun.again(change(value)).first()
        except Undefined:
            return ()

    return first_at


def names(bids: tuple[str, ...]) -> str:
    """Bids in words.

    >>> names(("A",)), names(("A", "B")), names(())
    ('bid A', 'bids A and B (level)', 'no bid')
    """
    if not bids:
        return "no bid"
    return f"bid {bids[0]}" if len(bids) == 1 else f"bids {', '.join(bids[:-1])} and {bids[-1]} (level)"


def percent(share: Fraction) -> str:
    """A share in words.

    >>> percent(Fraction(2, 5)), percent(Fraction(1, 3))
    ('40 %', '≈ 33.3333 %')
    """
    return said(share * HUNDRED, "%")


# ------------------------------------------------------------------------------------------------------------------ weights


def weight_intervals(rerun: Rerun, first: First) -> tuple[WeightInterval, ...]:
    """For every criterion that applies, the weights for which the same bids stay first, exactly, and who is first at every other weight."""
    outcome = rerun.again()
    totals = {bid: value for bid, value in outcome.totals.items() if isinstance(value, Fraction)}
    if rerun.lot.combine is not None:  # the price has no weight there
        return tuple(_weight_interval(rerun, each, first, totals) for each in rerun.live[::-1] if each.id not in rerun.priced)
    return tuple(_weight_interval(rerun, each, first, totals) for each in rerun.lot.walk() if each.id not in rerun.gone)


def _weight_interval(rerun: Rerun, criterion: Criterion, first: First, totals: Mapping[str, Fraction]) -> WeightInterval:
    name = criterion.id
    parent = rerun.lot.parent_of[name]
    above = rerun.used[parent] if parent else ONE
    published = rerun.local[name]
    if len(rerun.under[parent]) == 1 or published == 1:
        why = "It stands alone" if len(rerun.under[parent]) == 1 else "No criterion beside it counts"
        why += ", so its weight cannot change while the others keep their proportions."
        return _not_varied(criterion, published, above, first, why)
    first_at = _guarded(rerun, lambda value: Change(mix=(name, value)))
    lines = _lines(rerun, name, parent, above, totals) if rerun.simple else None
    legs: dict[bool, list[Leg]] = {}
    for up in (False, True):
        limit = ONE if up else ZERO
        if published == limit:  # a weight of 0 cannot fall
            legs[up] = []
            continue
        try:
            if lines is None:
                legs[up] = list(walk(first_at, published, limit, up, most_stretches(rerun)))
            else:
                legs[up] = list(_walk_lines(lines, first_at, published, limit, up))
        except NotExact:
            legs[up] = list(tried(first_at, published, [published + (limit - published) * Fraction(step, 200) for step in range(1, 201)]))
    ends = {up: lines.first(limit, first_at) if lines is not None else first_at(limit) for up, limit in ((False, ZERO), (True, ONE))}

    def level_at(at: Fraction) -> First:
        return lines.level(at) if lines is not None else _level(rerun, name, at)

    points = {up: _flip(level_at, above, legs[up], ends[up], ONE if up else ZERO, first, up) for up in (False, True)}
    below, beyond = points[False], points[True]
    low = below.at if below is not None else ZERO
    high = beyond.at if beyond is not None else ONE
    return WeightInterval.made(
        criterion=name,
        title=criterion.title,
        varied=True,
        published=published,
        low=low,
        high=high,
        share=above * published,
        share_low=above * low,
        share_high=above * high,
        below=below,
        above=beyond,
        spans=_spans(legs, ends, published, first),
        statement=_weight_statement(whole_of(rerun, name), first, published, below, beyond),
    )


def _not_varied(criterion: Criterion, published: Fraction, above: Fraction, first: First, why: str) -> WeightInterval:
    return WeightInterval.made(
        criterion=criterion.id,
        title=criterion.title,
        varied=False,
        published=published,
        low=published,
        high=published,
        share=above * published,
        share_low=above * published,
        share_high=above * published,
        spans=(WinnerSpan.made(low=published, high=published, first=first),),
        statement=why,
    )


@dataclass(frozen=True)
class Line:
    """The total of a bid as a straight line in the weight: its value at the published weight, and its slope."""

    value: Fraction
    slope: Fraction


@dataclass(frozen=True)
class Lines:
    """The totals of all bids as lines around the published weight. ``chain``: there is a chain that may decide ties."""

    of: Mapping[str, Line]
    start: Fraction
    chain: bool

    def heights(self, at: Fraction) -> dict[str, Fraction]:
        """Totals at a weight."""
        return {bid: line.value + line.slope * (at - self.start) for bid, line in self.of.items()}

    def level(self, at: Fraction) -> First:
        """The bids with the highest total at a weight."""
        heights = self.heights(at)
        top = max(heights.values())
        return tuple(sorted(bid for bid, height in heights.items() if height == top))

    def first(self, at: Fraction, first_at: FirstAt) -> First:
        """The bids at rank 1; the whole lot is only evaluated where a chain has to decide."""
        level = self.level(at)
        return first_at(at) if len(level) > 1 and self.chain else level


def _lines(rerun: Rerun, name: str, parent: str, above: Fraction, totals: Mapping[str, Fraction]) -> Lines:
    weight = rerun.local[name]
    found = {}
    for bid, total in totals.items():
        mean = total if parent == ROOT else rerun.score[bid, parent]
        found[bid] = Line(total, above * (rerun.score[bid, name] - mean) / (1 - weight))
    return Lines(found, weight, bool(rerun.rules.ties))


def _walk_lines(lines: Lines, first_at: FirstAt, start: Fraction, end: Fraction, up: bool) -> Iterator[Leg]:
    """The same walk as ``walk`` where totals are straight lines: from crossing to crossing of the upper envelope."""
    way = 1 if up else -1
    at = start
    while True:
        heights = lines.heights(at)
        top = max(heights.values())
        steepest = max(line.slope * way for bid, line in lines.of.items() if heights[bid] == top)
        beyond = tuple(sorted(bid for bid, line in lines.of.items() if heights[bid] == top and line.slope * way == steepest))
        if len(beyond) > 1 and lines.chain:
            beyond = first_at(Stretch(at, up).unknown())
        yield Leg(at, at, lines.first(at, first_at), beyond)
        gaps = [(top - heights[bid]) / (line.slope * way - steepest) for bid, line in lines.of.items() if line.slope * way > steepest]
        if not gaps or (at + way * min(gaps) >= end if up else at + way * min(gaps) <= end):
            return
        at += way * min(gaps)


def _flip(
    level_at: Callable[[Fraction], First], above: Fraction, legs: list[Leg], end: First, limit: Fraction, first: First, up: bool
) -> FlipPoint | None:
    for leg in legs:
        if leg.beyond != first or (leg.at is not None and leg.at != first):
            at = leg.low if up else leg.high
            level = level_at(at)
            return FlipPoint.made(at=at, share=above * at, level=level, beyond=leg.beyond, holds=leg.at == first, exact=leg.exact)
    if end != first and legs:
        return FlipPoint.made(at=limit, share=above * limit, level=level_at(limit), beyond=end, holds=False)
    return None


def _level(rerun: Rerun, name: str, at: Fraction) -> First:
    """The bids with the highest total at a weight; none where the lot cannot be ranked there."""
    try:
        outcome = rerun.again(Change(mix=(name, at)))
    except Undefined:
        return ()
    deciding = {bid: outcome.deciding(bid) for bid in outcome.admitted}
    return tuple(sorted(bid for bid, value in deciding.items() if value == max(deciding.values())))


def _spans(legs: Mapping[bool, list[Leg]], ends: Mapping[bool, First], published: Fraction, first: First) -> tuple[WinnerSpan, ...]:
    """Who is first from 0 to 1, in rising order; single points only where they differ from both sides."""
    parts: list[tuple[Fraction, Fraction, First]] = []

    def add(low: Fraction, high: Fraction, who: First) -> None:
        if parts and parts[-1][2] == who and parts[-1][1] == low:
            parts[-1] = (parts[-1][0], high, who)
        elif low < high or not parts or parts[-1][2] != who:
            parts.append((low, high, who))

    falling = legs[False]
    if published > 0:
        add(ZERO, ZERO, ends[False])
    for place in range(len(falling) - 1, -1, -1):
        leg = falling[place]
        if leg.low > 0:
            low = falling[place + 1].low if place + 1 < len(falling) else ZERO
            add(low, leg.low, leg.beyond)
        if place:
            add(leg.low, leg.low, leg.at if leg.at is not None else leg.beyond)
    add(published, published, first)
    rising = legs[True]
    for place, leg in enumerate(rising):
        if place:
            add(leg.low, leg.low, leg.at if leg.at is not None else leg.beyond)
        add(leg.low, rising[place + 1].low if place + 1 < len(rising) else ONE, leg.beyond)
    add(ONE, ONE, ends[True])
    found = []
    for place, (low, high, who) in enumerate(parts):
        beside = [parts[at][2] for at in (place - 1, place + 1) if 0 <= at < len(parts)]
        if low < high or who not in beside:
            found.append(WinnerSpan.made(low=low, high=high, first=who))
    return tuple(found)


def whole_of(rerun: Rerun, criterion: str) -> str:
    """What the weight of a criterion is a share of, in words."""
    parent = rerun.lot.parent_of[criterion]
    return f"of {rerun.lot.criterion_of[parent].title}" if parent else "of the lot"


def _weight_statement(whole: str, first: First, published: Fraction, below: FlipPoint | None, above: FlipPoint | None) -> str:
    start = f"Published {percent(published)} {whole}."
    if below is None and above is None:
        return f"{start} At any weight from 0 to 100 % the first stays: {names(first)}."
    parts = []
    for point, word, limit in ((below, "Below", ZERO), (above, "Above", ONE)):
        if point is None:
            continue
        if point.at == limit:
            parts.append(f"At {percent(point.at)}: {names(point.beyond)} first.")
        elif point.at == published and point.holds:
            parts.append(f"At any {'lower' if word == 'Below' else 'higher'} weight: {names(point.beyond)} first.")
        else:
            there = "" if point.holds or not point.level else f"; at it: {names(point.level)}"
            parts.append(f"{word} {percent(point.at)}: {names(point.beyond)} first{there}.")
    return " ".join([start, *parts])


# ------------------------------------------------------------------------------------------------------------------- scores


def plain(rerun: Rerun, leaf: str) -> bool:
    """Whether a score on a leaf moves the bid's own total in proportion and nothing else: no threshold, rescaling or rounding."""
    if rerun.rules.rounding.at != "none" or rerun.lot.combine is not None:
        return False
    return not any(each.rescale or each.threshold is not None for each in path(rerun, leaf))


def path(rerun: Rerun, leaf: str) -> Iterator[Criterion]:
    """A leaf and every criterion above it."""
    at = leaf
    while at:
        yield rerun.lot.criterion_of[at]
        at = rerun.lot.parent_of[at]


@dataclass(frozen=True)
class Try:
    """A score that one bid could have been given on one leaf: by the panel's step, or one evaluator's."""

    value: Fraction
    steps: int
    from_step: str
    to_step: str
    evaluator: str = ""


def tries(rerun: Rerun, bid: str, leaf: Criterion) -> tuple[Try, ...] | None:
    """What else a bid could have been given on a leaf that the panel judges, fewest steps first; None for a leaf that is not judged."""
    if leaf.scored_by is None or leaf.scored_by.scale is None:
        return None
    scale = rerun.procedure.scale_of[leaf.scored_by.scale]
    places = {step.id: place for place, step in enumerate(scale.steps)}
    cell = rerun.cell_of.get((bid, leaf.id))
    found = []
    if cell is not None and cell.agreed:
        here = places[cell.agreed]
        found = [Try(step.value, place - here, cell.agreed, step.id) for place, step in enumerate(scale.steps) if place != here]
    elif cell is not None:
        for evaluator, given in cell.steps.items():
            for place, step in enumerate(scale.steps):
                if place == places[given]:
                    continue
                value = by_rule(list({**cell.values, evaluator: step.value}.values()), rerun.rules.aggregation, rerun.rules.trim)
                if value is not None:
                    found.append(Try(value, place - places[given], given, step.id, evaluator))
    return tuple(sorted(found, key=lambda each: (abs(each.steps), each.steps < 0, each.evaluator)))


def score_flips(rerun: Rerun, first: First) -> tuple[ScoreFlip, ...]:
    """For every bid and leaf of quality, the smallest change of that one score that changes who is first; none where no change does."""
    outcome = rerun.again()
    totals = {bid: value for bid, value in outcome.totals.items() if isinstance(value, Fraction)}
    lead = max(totals.values(), default=ZERO)
    rest = max((value for bid, value in totals.items() if bid not in first), default=None)
    found = []
    for leaf in rerun.lot.leaves:
        if leaf.id in rerun.gone or leaf.id in rerun.priced or not (rerun.used[leaf.id] or rerun.thresholds):
            continue
        straight = plain(rerun, leaf.id)
        for bid in rerun.bids:
            if (bid, leaf.id) not in rerun.raw:
                continue
            options = tries(rerun, bid, leaf)
            flip: ScoreFlip | None
            if options is not None:
                flip = _step_flip(rerun, bid, leaf, options, first, totals if straight else None, lead, rest)
            elif straight and bid in totals:
                flip = _straight_flip(rerun, bid, leaf, first, totals, lead, rest)
            elif straight:
                flip = None  # a bid that left for another reason is not brought back by this score
            else:
                flip = _moving_flip(rerun, bid, leaf, first)
            if flip is not None:
                found.append(flip)
    return tuple(found)


def _step_flip(
    rerun: Rerun,
    bid: str,
    leaf: Criterion,
    options: tuple[Try, ...],
    first: First,
    totals: Mapping[str, Fraction] | None,
    lead: Fraction,
    rest: Fraction | None,
) -> ScoreFlip | None:
    before = rerun.raw[bid, leaf.id]
    for each in options:
        if totals is not None:
            if bid not in totals:
                return None
            moved = totals[bid] + rerun.used[leaf.id] * (each.value - before)
            # a bid that is not first must reach the lead; the only first one must fall to the next
            if (bid not in first and moved < lead) or (first == (bid,) and (rest is None or moved > rest)):
                continue
        who = _guarded(rerun, lambda value: Change(raws={(bid, leaf.id): value}))(each.value)
        if who != first:
            judge = f"judgement of {each.evaluator} on" if each.evaluator else "agreed step of"
            number = abs(each.steps)
            return ScoreFlip.made(
                kind="judgement" if each.evaluator else "step",
                bid=bid,
                criterion=leaf.id,
                evaluator=each.evaluator,
                before=before,
                after=each.value,
                change=each.value - before,
                from_step=each.from_step,
                to_step=each.to_step,
                steps=each.steps,
                first=who,
                statement=f"The {judge} {leaf.id} for bid {bid} {number} step{'s' if number > 1 else ''} "
                f"{'higher' if each.steps > 0 else 'lower'} ({each.to_step} instead of {each.from_step}) puts {names(who)} first.",
            )
    return None


def _straight_flip(
    rerun: Rerun, bid: str, leaf: Criterion, first: First, totals: Mapping[str, Fraction], lead: Fraction, rest: Fraction | None
) -> ScoreFlip | None:
    before, share = rerun.raw[bid, leaf.id], rerun.used[leaf.id]
    if not share:
        return None
    goals = []
    if first != (bid,):
        goals.append((before + (lead - totals[bid]) / share, True))
    if bid in first and rest is not None:
        goals.append((before - (totals[bid] - rest) / share, False))
    elif bid in first and len(first) > 1:
        goals.append((before, False))
    if bid in first and len(first) > 1:
        goals = [(before, True), (before, False)]
    best: ScoreFlip | None = None
    first_at = _guarded(rerun, lambda value: Change(raws={(bid, leaf.id): value}))
    for after, up in goals:
        if not 0 <= after <= HUNDRED:
            continue
        who = first_at(after)
        at_end = after == (HUNDRED if up else ZERO)
        beyond = who if at_end else first_at(Stretch(after, up).unknown())
        if first in (who, beyond) and who == beyond:
            continue
        if best is None or abs(after - before) < abs(best.change):
            best = _figure_flip(bid, leaf, before, Leg(after, after, who, beyond), first, up)
    return best


def _moving_flip(rerun: Rerun, bid: str, leaf: Criterion, first: First) -> ScoreFlip | None:
    before = rerun.raw[bid, leaf.id]
    first_at = _guarded(rerun, lambda value: Change(raws={(bid, leaf.id): value}))
    best: ScoreFlip | None = None
    for up in (True, False):
        end = HUNDRED if up else ZERO
        if before == end:
            continue
        found: ScoreFlip | None = None
        legs = _legs(rerun, first_at, before, end, up)
        leg = next((each for each in legs if each.beyond != first or (each.at is not None and each.at != first)), None)
        if leg is not None:
            found = _figure_flip(bid, leaf, before, leg, first, up)
        elif (who := first_at(end)) != first:
            found = _figure_flip(bid, leaf, before, Leg(end, end, who, who), first, up)
        if found is not None and (best is None or abs(found.change) < abs(best.change)):
            best = found
    return best


def _legs(rerun: Rerun, first_at: FirstAt, start: Fraction, end: Fraction, up: bool) -> list[Leg]:
    try:
        return list(walk(first_at, start, end, up, most_stretches(rerun)))
    except NotExact:
        return list(tried(first_at, start, [start + (end - start) * Fraction(step, 100) for step in range(1, 101)]))


def _figure_flip(bid: str, leaf: Criterion, before: Fraction, leg: Leg, first: First, up: bool) -> ScoreFlip:
    after = leg.low if abs(leg.low - before) < abs(leg.high - before) else leg.high
    return ScoreFlip.made(
        kind="score",
        bid=bid,
        criterion=leaf.id,
        before=before,
        after=after,
        change=after - before,
        reached=leg.at is not None and leg.at != first,
        exact=leg.exact,
        low=None if leg.exact else leg.low,
        high=None if leg.exact else leg.high,
        first=_who(leg, first),
        beyond=leg.beyond,
        statement=(
            f"With any score {'above' if up else 'below'} {said(before)} of 100 on {leaf.id} for bid {bid}, {_outcome(leg, first, up)}."
            if after == before
            else f"{_at_or_beyond(leg, first, up)} {said(after)} of 100 on {leaf.id} for bid {bid} instead of {said(before)}, "
            f"{_outcome(leg, first, up)}."
        ),
    )


def _who(leg: Leg, first: First) -> First:
    """Who is first at a point where that changes; beyond it where it does not change yet."""
    return leg.at if leg.at is not None and leg.at != first else leg.beyond


def _at_or_beyond(leg: Leg, first: First, up: bool) -> str:
    if leg.at is not None and leg.at != first:
        return "With"
    return "With more than" if up else "With less than"


def _outcome(leg: Leg, first: First, up: bool) -> str:
    """Who is first, and who beyond the point where that differs."""
    who = _who(leg, first)
    verb = "are" if len(who) > 1 else "is"
    further = f"; {'above' if up else 'below'} it {names(leg.beyond)}" if leg.beyond != who and leg.beyond != first else ""
    return f"{names(who)} {verb} first{further}"


# ------------------------------------------------------------------------------------------------------------------- prices


def price_flips(rerun: Rerun, first: First) -> tuple[PriceFlip, ...]:
    """For every bid that was priced and every price or cost criterion, the nearest lower and higher amounts that change who is first."""
    found = []
    for leaf in rerun.money:
        for bid in rerun.bids:
            if bid not in rerun.ranked:
                continue
            for up in (False, True):
                leg = price_change(rerun, bid, leaf, first, up, lambda who: who != first)
                if leg is not None:
                    found.append(_price_flip(rerun, bid, leaf, leg, first, up))
    return tuple(found)


def price_change(rerun: Rerun, bid: str, leaf: str, first: First, up: bool, wanted: Callable[[First], bool]) -> Leg | None:
    """The nearest amount above or below a bid's own at which, or beyond which, who is first is as wanted; None where there is none."""
    before = rerun.amount[bid, leaf]
    first_at = _guarded(rerun, lambda value: Change(amounts={(bid, leaf): value}))
    try:
        for leg in walk(first_at, before, None if up else ZERO, up, most_stretches(rerun)):
            if wanted(leg.beyond) or (leg.at is not None and wanted(leg.at)):
                return leg
    except NotExact:
        places = [before * GRID**step if up else before / GRID**step for step in range(1, GRID_STEPS)]
        return next((leg for leg in tried(first_at, before, places) if wanted(leg.beyond)), None)
    return None


def _price_flip(rerun: Rerun, bid: str, leaf: str, leg: Leg, first: First, up: bool) -> PriceFlip:
    before = rerun.amount[bid, leaf]
    after = leg.low if abs(leg.low - before) < abs(leg.high - before) else leg.high
    currency = rerun.procedure.currency
    change = after - before
    much = f" ({percent(abs(change) / before)} {'more' if up else 'less'})" if before else ""
    return PriceFlip.made(
        bid=bid,
        criterion=leaf,
        before=before,
        after=after,
        change=change,
        relative=change / before if before else ZERO,
        reached=leg.at is not None and leg.at != first,
        exact=leg.exact,
        low=None if leg.exact else leg.low,
        high=None if leg.exact else leg.high,
        first=_who(leg, first),
        beyond=leg.beyond,
        statement=(
            f"With any amount {'above' if up else 'below'} {said(before)} {currency} for bid {bid}, {_outcome(leg, first, up)}."
            if after == before
            else f"{_at_or_beyond(leg, first, up)} {said(after)} {currency} for bid {bid} instead of {said(before)}{much}, "
            f"{_outcome(leg, first, up)}."
        ),
    )
