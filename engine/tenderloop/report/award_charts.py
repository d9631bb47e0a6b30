"""What the charts of a lot show: places of bars, dots and points on lines from 0 to 100, and the finding that each chart states.

Knows scores of a result and where they lie. Must not know SVG, and must not compute a score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from tenderloop.award.bid import Bid
from tenderloop.award.findings import LotAttack, WeightInterval
from tenderloop.award.result import AwardResult, CellNote, CriterionNote, GroupScore, LeafScore, LotResult
from tenderloop.report.award_model import (
    Dot,
    HeatCell,
    HeatRow,
    Scatter,
    ScatterPoint,
    Segment,
    StackRow,
    Strip,
    StripRow,
    TornadoRow,
)
from tenderloop.report.award_words import Totals, listed, money, per_cent, pts

ZERO, HUNDRED = Fraction(0), Fraction(100)
TINTS = 4  # of a stacked bar; more parts begin again, and every part carries its letter
HEAT_BESIDE = 8  # bids beside each other on a page


def letter(index: int) -> str:
    """A, B … Z, then AA: a short name for a part of a chart.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def top_criteria(lot: LotResult) -> tuple[CriterionNote, ...]:
    """The criteria directly under the lot."""
    return tuple(each for each in lot.criteria if not each.parent)


def stack(lot: LotResult, totals: Totals) -> tuple[str, tuple[StackRow, ...]]:
    """Stacked points of the ranked bids, and what they show."""
    if totals.combined:
        return "", ()
    tops = top_criteria(lot)
    rows = []
    for standing in lot.ranking:
        at, segments = ZERO, []
        for index, top in enumerate(tops):
            found = lot.score_of.get((standing.bid, top.id))
            points = found.points if found is not None else None
            if points:
                segments.append(Segment(letter(index), at, points, index % TINTS))
                at += points
        rows.append(StackRow(standing.bidder, tuple(segments), standing.total if standing.total is not None else at))
    if not rows:
        return "No bid is ranked: there are no points to stack.", ()
    first = lot.ranking[0]
    parts = [
        (found.points, top.title)
        for top in tops
        if (found := lot.score_of.get((first.bid, top.id))) is not None and found.points is not None
    ]
    most = max((points for points, _ in parts), default=ZERO)
    from_where = listed([title for points, title in parts if points == most])
    return f"{first.bidder} has {totals(first.total)} points, most of them from {from_where}.", tuple(rows)


def tint(score: Fraction | None) -> int:
    """How deep a cell is tinted: 0 to 4 for scores from 0 to 100.

    >>> [tint(Fraction(each)) for each in (0, 19, 20, 79, 100)]
    [0, 0, 1, 3, 4]
    """
    return 0 if score is None else min(4, int(max(score, ZERO) / 20))


def heat(result: AwardResult, lot: LotResult) -> tuple[str, tuple[tuple[Bid, ...], ...], tuple[tuple[HeatRow, ...], ...]]:
    """Scores of bids × criteria in pieces that fit on a page: what it shows, the bids of each piece, and its rows."""
    ordered = [*(each.bid for each in lot.ranking)]
    ordered += sorted({score.bid for score in lot.groups} - set(ordered))
    pieces = [ordered[at : at + HEAT_BESIDE] for at in range(0, len(ordered), HEAT_BESIDE)]
    depths = dict(_depths(lot.criteria))
    panels = tuple(
        tuple(HeatRow(each, depths[each.id], tuple(_heat_cell(lot, bid, each.id) for bid in piece)) for each in lot.criteria)
        for piece in pieces
    )
    return _heat_finding(lot), tuple(tuple(result.bid_of[bid] for bid in piece) for piece in pieces), panels


def _depths(criteria: Sequence[CriterionNote]) -> Iterator[tuple[str, int]]:
    parents = {each.id: each.parent for each in criteria}
    for each in criteria:
        depth, above = 0, each.parent
        while above:
            depth, above = depth + 1, parents[above]
        yield each.id, depth


def reached(found: GroupScore | LeafScore | None) -> Fraction | None:
    """The score of a bid; what it reached before rescaling, where it left under a minimum and was scored no further."""
    if found is None:
        return None
    return found.score if found.score is not None else found.raw


def _heat_cell(lot: LotResult, bid: str, criterion: str) -> HeatCell:
    found = lot.score_of.get((bid, criterion))
    leaf = lot.leaf_of.get((bid, criterion))
    status = leaf.status if leaf is not None else "scored" if found is not None and found.score is not None else "missing"
    score = reached(found)
    if status == "missing" and lot.standing_of[bid].status not in ("ranked", "unranked"):
        status = "set_aside"
    return HeatCell(score, tint(score), found is not None and found.passed is False, status)


def _heat_finding(lot: LotResult) -> str:
    spreads = [
        (each.highest - each.lowest, each.title)
        for each in lot.criteria
        if each.leaf and each.highest is not None and each.lowest is not None
    ]
    if not spreads:
        return "No criterion is scored yet."
    widest = max(spread for spread, _ in spreads)
    if widest == 0:
        return "On every criterion all bids have the same score."
    titles = [title for spread, title in spreads if spread == widest]
    return f"Bids differ most on {listed(titles)}: {pts(widest, 0)} points of 100 between the best and the worst."


def strips(result: AwardResult, lot: LotResult) -> tuple[tuple[str, ...], tuple[Strip, ...]]:
    """The evaluators in the order of their numbers, and a dot strip for every judged criterion."""
    if lot.panel is None:
        return (), ()
    evaluators = tuple(sorted({name for cell in lot.panel.cells for name in cell.values}))
    numbers = {name: number for number, name in enumerate(evaluators, start=1)}
    titles = {each.id: each.title for each in lot.criteria}
    titles |= {one.id: one.title for leaf in result.procedure.lot_of[lot.lot].leaves for one in leaf.adjustments}
    order = [each.id for each in lot.criteria]
    found = []
    judged = sorted(
        {cell.criterion for cell in lot.panel.cells}, key=lambda name: (order.index(name) if name in order else len(order), name)
    )
    for criterion in judged:
        cells = [cell for cell in lot.panel.cells if cell.criterion == criterion and cell.values]
        rows = tuple(_strip_row(result, cell, numbers) for cell in sorted(cells, key=lambda each: each.bid))
        if rows:
            title = titles.get(criterion, criterion)
            found.append(Strip(criterion, title, _strip_finding(title, cells, result), rows))
    return evaluators, tuple(found)


def _strip_row(result: AwardResult, cell: CellNote, numbers: dict[str, int]) -> StripRow:
    seen: Counter[Fraction] = Counter()
    dots = []
    for name in sorted(cell.values, key=lambda each: numbers[each]):
        value = cell.values[name]
        dots.append(Dot(numbers[name], value, seen[value]))
        seen[value] += 1
    values = list(cell.values.values())
    return StripRow(result.bid_of[cell.bid].bidder, tuple(dots), min(values), max(values), cell.agreed_value, cell.flagged)


def _strip_finding(title: str, cells: Sequence[CellNote], result: AwardResult) -> str:
    flagged = [result.bid_of[cell.bid].bidder for cell in cells if cell.flagged]
    spreads = [cell.spread for cell in cells if cell.spread is not None]
    widest = max(spreads, default=ZERO)
    if flagged:
        most = f"{title}: evaluators differed by {per_cent(widest)} of the scale at most"
        return f"{most}, and by the flag’s share or more on {listed(flagged)}."
    if widest == 0:
        return f"{title}: all evaluators gave every bid the same step."
    return f"{title}: evaluators differed by {per_cent(widest)} of the scale at most; no flag."


def tornado(attack: LotAttack | None, bidder_of: dict[str, str]) -> tuple[str, tuple[TornadoRow, ...]]:
    """Weights in which the winner stays, the narrowest first, and what that shows."""
    if attack is None or not attack.winner or not attack.weights:
        return "", ()
    varied = [each for each in attack.weights if each.varied]
    ordered = sorted(varied, key=lambda each: (_distance(each) is None, _distance(each) or ZERO, each.criterion))
    if not ordered:
        return "", ()
    rows = tuple(
        TornadoRow(each.title, each.share * HUNDRED, each.share_low * HUNDRED, each.share_high * HUNDRED, each.safe) for each in ordered
    )
    winner, nearest = bidder_of[attack.winner], _distance(ordered[0])
    if nearest == 0:
        level = f"{winner} is level with another bid at the published weights"
        return f"{level}: any change of the weight of {ordered[0].title} in one direction changes the first place.", rows
    if nearest is None:
        return f"{winner} stays first whatever the weight of any single criterion.", rows
    return (
        f"{winner} would lose the first place if the weight of {ordered[0].title} moved by {pts(nearest * HUNDRED)} points of the lot.",
        rows,
    )


def _distance(interval: WeightInterval) -> Fraction | None:
    """How far the share of the lot may move before the winner changes; None where it never does."""
    return min((abs(point.share - interval.share) for point in (interval.below, interval.above) if point is not None), default=None)


def scatter(result: AwardResult, lot: LotResult) -> Scatter | None:
    """Evaluated price against points for quality; None where the lot has no price, or fewer than two bids are scored."""
    priced = next((each for each in lot.criteria if each.leaf and each.type in ("price", "cost")), None)
    quality = [each for each in lot.criteria if each.leaf and each.type == "quality"]
    if priced is None or not quality:
        return None
    amounts = {each.bid: each.evaluated for each in lot.prices if each.criterion == priced.id and each.evaluated is not None}
    found: list[tuple[str, Fraction, Fraction]] = []
    for standing in lot.ranking:
        points = [score.points for each in quality if (score := lot.leaf_of.get((standing.bid, each.id))) is not None]
        if standing.bid in amounts and all(each is not None for each in points):
            found.append((standing.bid, amounts[standing.bid], sum((each for each in points if each is not None), ZERO)))
    if len(found) < 2:
        return None
    x_low, x_high = min(each[1] for each in found), max(each[1] for each in found)
    y_low, y_high = min(each[2] for each in found), max(each[2] for each in found)
    cheapest = [result.bid_of[bid].bidder for bid, price, _ in found if price == x_low]
    best = [result.bid_of[bid].bidder for bid, _, points in found if points == y_high]
    currency = result.procedure.currency
    same = cheapest == best
    finding = (
        f"{listed(cheapest)} has the lowest price and the most points for quality."
        if same and len(best) == 1
        else f"Lowest price: {listed(cheapest)} ({money(x_low, currency)}). Most points for quality: {listed(best)} ({pts(y_high)})."
    )
    return Scatter(
        finding,
        tuple(
            ScatterPoint(
                letter(index), result.bid_of[bid].bidder, price, points,
                _along(price, x_low, x_high), _along(points, y_low, y_high), bid == lot.winner,
            )
            for index, (bid, price, points) in enumerate(found)
        ),
        (x_low, x_high),
        (y_low, y_high),
        f"{priced.title}, {currency}",
    )  # fmt: skip


def _along(value: Fraction, low: Fraction, high: Fraction) -> Fraction:
    return (value - low) / (high - low) * HUNDRED if high > low else Fraction(50)
