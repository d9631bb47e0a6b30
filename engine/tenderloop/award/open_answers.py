"""Which ranks each bid can still have while answers are open: every open judgement takes every step, every open fact every score.

Knows what an open leaf can still be given, and how a lot is evaluated with it. Must not know files or pages; it never fills a gap for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from tenderloop.award.findings import OpenAnswers, RankRange
from tenderloop.award.leaves import most_possible
from tenderloop.award.moving import Number
from tenderloop.award.procedure import Criterion
from tenderloop.award.rerun import Change, Rerun, Undefined, by_rule

ZERO, HUNDRED = Fraction(0), Fraction(100)
MOST = 1024  # sets of answers that are tried one by one
MOST_JUDGEMENTS = 4096


@dataclass(frozen=True)
class Open:
    """One open score: what it can still become, of 100; ``between`` where everything from the lowest to the highest is possible."""

    bid: str
    leaf: str
    options: tuple[Fraction, ...]
    between: bool


def open_answers(rerun: Rerun) -> OpenAnswers:
    """The range of every bid's rank over the answers that are still open.

    Exact by extremes where a better answer can only help its own bid: no thresholds, no rescaling, no combining formula. Else every set of
    answers is tried, up to 1,024; beyond that, and where a price is open, the range is not narrowed. Level totals count for the best rank
    and against the worst in the way by extremes.
    """
    noted = rerun.noted
    if noted.status in ("ranked", "tied"):
        ranges = [
            RankRange.made(bid=each.bid, best=each.rank, worst=each.rank, low=each.total, high=each.total)
            for each in noted.standings
            if each.rank is not None
        ]
        return OpenAnswers.made(way="nothing_open", ranges=tuple(ranges), winner=noted.winner, statement="No answer is open.")
    admitted = sorted(each.bid for each in noted.standings if each.status == "unranked")
    if noted.status != "incomplete" or not admitted:
        return OpenAnswers.made(way="nothing_open", statement="No bid can be ranked, whatever is answered.")
    missing = [each for each in noted.leaves if each.status == "missing" and each.bid in admitted]
    cells = tuple(sorted((each.bid, each.criterion) for each in missing if each.criterion not in rerun.priced))
    unpriced = sorted({bid for bid in admitted for leaf in rerun.money if (bid, leaf) not in rerun.amount})
    if unpriced:
        why = f"the amount of bid {', '.join(unpriced)} is open, and any amount is possible"
        return _not_narrowed(admitted, cells, why)
    opens = [_open(rerun, bid, rerun.lot.criterion_of[leaf]) for bid, leaf in cells]
    try:
        if rerun.simple or (not rerun.thresholds and not rerun.rescaled and rerun.lot.combine is None):
            return _by_extremes(rerun, admitted, opens)
        number = prod(len(each.options) for each in opens)
        if any(each.between for each in opens):
            return _not_narrowed(admitted, cells, "thresholds or rescaling depend on a score that may take any value")
        if number > MOST:
            return _not_narrowed(admitted, cells, f"there are {number} sets of answers, more than the {MOST} that are tried", number)
        return _enumerated(rerun, admitted, opens, number)
    except Undefined as problem:
        return _not_narrowed(admitted, cells, str(problem))


def _open(rerun: Rerun, bid: str, leaf: Criterion) -> Open:
    way = leaf.scored_by
    assert way is not None, "a leaf of quality says how it is scored"
    if way.scale is not None:
        values = [step.value for step in rerun.procedure.scale_of[way.scale].steps]
        if rerun.rules.aggregation != "consensus":
            return _by_figure(rerun, bid, leaf, values)
        return Open(bid, leaf.id, tuple(sorted(set(values))), between=False)
    if way.ladder is not None:
        return Open(bid, leaf.id, tuple(sorted({ZERO, *(score for _, score in way.ladder.points)})), between=False)
    if way.pack is not None:
        note = next((each for each in rerun.noted.packs if each.bid == bid and each.criterion == leaf.id), None)
        low, high = (note.low, note.high) if note is not None else (None, None)
        return Open(bid, leaf.id, (low if low is not None else ZERO, high if high is not None else HUNDRED), between=True)
    if way.features is not None:
        facts = rerun.result.bid_of[bid].facts
        known = sum((each.points for each in way.features if each.fact in facts and facts[each.fact].value is True), ZERO)
        sums = {known}
        for each in way.features:
            if each.fact not in facts:
                sums |= {value + each.points for value in sums}
        return Open(bid, leaf.id, tuple(sorted(sums)), between=False)
    return Open(bid, leaf.id, (ZERO, most_possible(way, rerun.procedure)), between=True)


def _by_figure(rerun: Rerun, bid: str, leaf: Criterion, values: Sequence[Fraction]) -> Open:
    """What the rule would make of the judgements that are there and every possible one that is not."""
    cell = rerun.cell_of.get((bid, leaf.id))
    given = list(cell.values.values()) if cell is not None else []
    notes = [each for each in rerun.noted.open if each.bid == bid and each.criterion == leaf.id]
    absent = max(len({each.evaluator for each in notes if each.evaluator}), 0 if given else 1)
    exact = len(values) ** absent <= MOST_JUDGEMENTS
    tried = product(values, repeat=absent) if exact else [(min(values),) * absent, (max(values),) * absent]
    found = {by_rule([*given, *others], rerun.rules.aggregation, rerun.rules.trim) for others in tried}
    return Open(bid, leaf.id, tuple(sorted(each for each in found if each is not None)), between=not exact)


def _by_extremes(rerun: Rerun, admitted: Sequence[str], opens: Sequence[Open]) -> OpenAnswers:
    lowest: dict[tuple[str, str], Number] = {(each.bid, each.leaf): each.options[0] for each in opens}
    highest: dict[tuple[str, str], Number] = {(each.bid, each.leaf): each.options[-1] for each in opens}
    low, high = rerun.again(Change(raws=lowest)), rerun.again(Change(raws=highest))
    lows = {bid: low.deciding(bid) for bid in admitted}
    highs = {bid: high.deciding(bid) for bid in admitted}
    ranges = []
    for bid in admitted:
        others = [other for other in admitted if other != bid]
        best = 1 + sum(lows[other] > highs[bid] for other in others)
        worst = 1 + sum(highs[other] >= lows[bid] for other in others)
        ranges.append(RankRange.made(bid=bid, best=best, worst=worst, low=lows[bid], high=highs[bid]))
    number = prod(len(each.options) for each in opens)
    return _told("extremes", opens, ranges, number)


def _enumerated(rerun: Rerun, admitted: Sequence[str], opens: Sequence[Open], number: int) -> OpenAnswers:
    ranks: dict[str, list[int]] = {bid: [] for bid in admitted}
    totals: dict[str, list[Fraction]] = {bid: [] for bid in admitted}
    leaving: set[str] = set()
    for values in product(*(each.options for each in opens)):
        raws: dict[tuple[str, str], Number] = {(each.bid, each.leaf): value for each, value in zip(opens, values, strict=True)}
        order = rerun.again(Change(raws=raws)).order()
        place = 1
        for group in order.groups:
            for bid in group:
                ranks[bid].append(place)
                totals[bid].append(order.totals[bid])
            place += len(group)
        leaving |= set(admitted) - set(order.totals)
    ranges = [
        RankRange.made(
            bid=bid,
            best=min(ranks[bid], default=0),
            worst=max(ranks[bid], default=0),
            low=min(totals[bid], default=None),
            high=max(totals[bid], default=None),
            can_leave=bid in leaving,
        )
        for bid in admitted
    ]
    return _told("enumerated", opens, ranges, number)


def _told(way: str, opens: Sequence[Open], ranges: Sequence[RankRange], number: int) -> OpenAnswers:
    sure = [each.bid for each in ranges if each.best == each.worst == 1 and not each.can_leave]
    winner = sure[0] if len(sure) == 1 else ""
    can = [each.bid for each in ranges if each.best == 1]
    count = f"{len(opens)} answer{'s are' if len(opens) != 1 else ' is'} open"
    if winner:
        statement = f"{count}, and bid {winner} is first whatever they are."
    else:
        statement = f"{count}; first can still be: {', '.join(can)}." if can else f"{count}, and no bid is sure to be ranked."
    return OpenAnswers.made(
        way=way,
        open=tuple((each.bid, each.leaf) for each in opens),
        combinations=number,
        ranges=tuple(ranges),
        winner=winner,
        statement=statement,
    )


def _not_narrowed(admitted: Sequence[str], cells: tuple[tuple[str, str], ...], why: str, number: int = 1) -> OpenAnswers:
    ranges = tuple(RankRange.made(bid=bid, best=1, worst=len(admitted)) for bid in admitted)
    statement = f"The range of ranks is not narrowed: {why}."
    return OpenAnswers.made(way="not_narrowed", open=cells, combinations=number, ranges=ranges, statement=statement)
