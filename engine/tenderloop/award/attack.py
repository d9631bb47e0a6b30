"""What would flip the winner: a bid left out, a weight, a score, a price, an open answer, another rule; exactly, and in plain sentences.

Knows a finished result and how to put the findings on its lots together. Must not know files or pages. Nothing here changes an award.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations

from tenderloop.award.amounts import amount_of
from tenderloop.award.findings import (
    Attack,
    FlipPoint,
    LotAttack,
    OpenAnswers,
    Order,
    PriceFlip,
    ScoreFlip,
    WeightInterval,
    WhatIf,
    WithoutBid,
)
from tenderloop.award.flips import names, percent, price_flips, score_flips, weight_intervals, whole_of
from tenderloop.award.formula import Formula
from tenderloop.award.formulas import FORMULAS
from tenderloop.award.moving import Number
from tenderloop.award.needs import needs
from tenderloop.award.open_answers import open_answers
from tenderloop.award.procedure import FormulaRef
from tenderloop.award.rerun import Change, Rerun, Undefined, by_rule, said
from tenderloop.award.result import AwardResult, CellNote, LotResult
from tenderloop.award.simulation import rank_acceptability

ZERO = Fraction(0)
AGGREGATIONS: Mapping[str, str] = {
    "consensus": "the steps agreed by consensus",
    "mean": "the mean of the evaluators",
    "median": "the median of the evaluators",
    "trimmed_mean": "the trimmed mean of the evaluators",
}


def attack(result: AwardResult, *, simulate: bool = True) -> Attack:
    """Attack every lot of a result; ``simulate`` adds the rank acceptability (floating point, labelled so).

    A lot without a ranking gives what can be said of it (its open answers), never an error.

    >>> from tenderloop.award.bid import Bid
    >>> from tenderloop.award.procedure import Procedure
    >>> from tenderloop.award.scoring import award
    >>> q = {"id": "quality", "type": "quality", "title": "Quality", "weight": 60}
    >>> q["scored_by"] = {"linear": {"fact": "q", "from": 0, "to": 100}}
    >>> p = {"id": "price", "type": "price", "title": "Price", "weight": 40, "formula": {"name": "lowest_price_ratio"}}
    >>> rules = Procedure.model_validate({"procedure": "abc", "title": "Three bids", "buyer": "Example", "currency": "EUR",
    ...     "facts": [{"id": "q", "kind": "number", "question": "Points for quality?"}],
    ...     "lots": [{"id": "lot1", "title": "All", "criteria": [q, p]}]})
    >>> bids = [Bid.model_validate({"id": name, "bidder": name, "lot": "lot1", "price": price,
    ...     "facts": {"q": {"kind": "number", "value": points}}}) for name, points, price in (("A", 60, 100), ("B", 50, 80), ("C", 10, 40))]
    >>> print(attack(award(rules, bids), simulate=False).lots[0].flipping[0].statement)
    Without bid C, which does not win, bid B is first with 70 points (A 68). With it, bid A is first with 52 points (B 50, C 46).
    """
    return Attack(
        procedure=result.procedure.id,
        procedure_hash=result.procedure_hash,
        inputs_hash=result.inputs_hash,
        lots=tuple(_attack_lot(result, lot, simulate) for lot in result.lots),
    )


def _attack_lot(result: AwardResult, lot: LotResult, simulate: bool) -> LotAttack:
    if lot.status not in ("ranked", "tied", "incomplete"):
        nothing = OpenAnswers.made(way="nothing_open", statement="Nothing was ranked.")
        headline = ("No bid of this lot was ranked, so there is nothing to attack.",)
        return LotAttack.made(lot=lot.lot, headline=headline, open_answers=nothing)
    rerun = Rerun(result, lot)
    if lot.status == "incomplete":
        open_ones = open_answers(rerun)
        said_first = ("The evaluation is incomplete and has no ranking.", open_ones.statement)
        return LotAttack.made(lot=lot.lot, headline=said_first, open_answers=open_ones)
    assert rerun.faithful(), f"lot {lot.lot}: evaluating it again does not give its own totals and ranks"
    now = rerun.again()
    order, first = now.order(), now.first()
    without = tuple(_without(rerun, bid, order) for bid in rerun.bids)
    weights = weight_intervals(rerun, first)
    scores = score_flips(rerun, first)
    prices = price_flips(rerun, first)
    stepped = [each for each in scores if each.steps is not None]
    figured = [each for each in scores if each.steps is None]
    smallest_step = min(stepped, key=lambda each: (abs(each.steps or 0), abs(each.change), each.bid, each.criterion), default=None)
    smallest_score = min(figured, key=lambda each: (abs(each.change), each.bid, each.criterion), default=None)
    smallest_price = min(prices, key=lambda each: (abs(each.relative), each.bid, each.criterion), default=None)
    return LotAttack.made(
        lot=lot.lot,
        winner=lot.winner,
        headline=_headline(rerun, order, without, weights, smallest_step, smallest_score, smallest_price),
        order=order,
        without=without,
        weights=weights,
        scores=scores,
        prices=prices,
        smallest_step=smallest_step,
        smallest_score=smallest_score,
        smallest_price=smallest_price,
        needs=needs(rerun, first),
        open_answers=open_answers(rerun),
        what_if=(*_other_formulas(rerun, order), *_other_aggregations(rerun, order)),
        simulation=rank_acceptability(result.procedure, lot) if simulate else None,
        notes=_notes(rerun),
    )


# ----------------------------------------------------------------------------------------------------------- leave one bid out


def _without(rerun: Rerun, bid: str, order: Order) -> WithoutBid:
    try:
        left = rerun.again(Change(without=frozenset((bid,)))).order()
    except Undefined as problem:
        return WithoutBid.made(bid=bid, order=Order(), flips=False, reorders=False, statement=f"Without bid {bid}: not ranked, {problem}.")
    if bid in order.first:
        rest = tuple(each for each in order.first if each != bid)
        flips = bool(rest) and left.first != rest
        statement = f"Without bid {bid}, which is first, {_standing(left)}."
    else:
        flips = left.first != order.first
        same = "" if flips else " as with it"
        statement = f"Without bid {bid}, which does not win, {_standing(left)}{same}."
        if flips:
            statement += f" With it, {_standing(order)}."
    reorders = _reordered(order, left, bid)
    if reorders and not flips:
        statement += " Other bids change places."
    return WithoutBid.made(bid=bid, order=left, flips=flips, reorders=reorders, statement=statement)


def _standing(order: Order) -> str:
    """Who is first with how many points, and the totals of up to two bids after it."""
    if not order.groups:
        return "no bid is ranked"
    first = order.first
    behind = [bid for group in order.groups[1:] for bid in group][:2]
    verb = "is" if len(first) == 1 else "are"
    listed = ", ".join(f"{bid} {said(order.totals[bid])}" for bid in behind)
    return f"{names(first)} {verb} first with {said(order.totals[first[0]])} points" + (f" ({listed})" if listed else "")


def _reordered(order: Order, left: Order, bid: str) -> bool:
    """Whether two bids that are ranked both times stand differently to each other."""

    def places(one: Order) -> dict[str, int]:
        return {name: place for place, group in enumerate(one.groups) for name in group}

    before, after = places(order), places(left)
    both = [name for name in before if name in after and name != bid]

    def sides(places: Mapping[str, int], a: str, b: str) -> int:
        return (places[a] > places[b]) - (places[a] < places[b])

    return any(sides(before, a, b) != sides(after, a, b) for a, b in combinations(both, 2))


# ------------------------------------------------------------------------------------------------------------------- other rules


def _other_formulas(rerun: Rerun, order: Order) -> tuple[WhatIf, ...]:
    """The same prices under every other formula whose parameters are known: its defaults, and the estimate as budget."""
    found = []
    for leaf, used in rerun.formulas.items():
        for formula in sorted(FORMULAS.values(), key=lambda each: (each.kind, each.name)):
            if formula.name != used.name:
                found.append(_other_formula(rerun, order, leaf, formula))
    return tuple(found)


def _other_formula(rerun: Rerun, order: Order, leaf: str, formula: Formula) -> WhatIf:
    parameters: dict[str, Fraction] = {}
    own = rerun.formulas[leaf].parameters
    lacking = []
    for each in formula.parameters:
        if each.name in own:
            parameters[each.name] = own[each.name]
        elif each.name == "budget" and rerun.lot.estimate is not None:
            parameters[each.name] = rerun.lot.estimate
        elif each.required:
            lacking.append(each.name)
    shared = {
        "kind": "formula",
        "name": formula.name,
        "title": formula.title,
        "criterion": leaf,
        "absolute": formula.kind == "absolute",
        "parameters": parameters,
        "source": formula.source,
        "status": formula.status,
    }
    if lacking:
        statement = f"{formula.title}: not tried, the procedure does not give {', '.join(lacking)}."
        return WhatIf.made(**shared, statement=statement)
    return _what_if(rerun, order, Change(formulas={leaf: FormulaRef(name=formula.name, parameters=parameters)}), shared)


def _what_if(rerun: Rerun, order: Order, change: Change, shared: Mapping[str, object]) -> WhatIf:
    title = str(shared["title"])
    try:
        other = rerun.again(change).order()
    except Undefined as problem:
        return WhatIf.made(**shared, statement=f"{title}: not tried, {problem}.")
    changes = other.first != order.first
    word = "another winner: " if changes else "the same winner: "
    return WhatIf.made(**shared, order=other, changes=changes, statement=f"{title}: {word}{_standing(other)}.")


def _other_aggregations(rerun: Rerun, order: Order) -> tuple[WhatIf, ...]:
    """The same judgements under the other rules; consensus only where every cell has an agreed step."""
    if rerun.noted.panel is None:
        return ()
    cells = [each for each in rerun.noted.panel.cells if each.bid in rerun.bids]
    found = []
    for rule, title in AGGREGATIONS.items():
        if rule == rerun.rules.aggregation:
            continue
        shared = {"kind": "aggregation", "name": rule, "title": title[0].upper() + title[1:]}
        values = {(each.bid, each.criterion): _aggregated(each, rule, rerun.rules.trim) for each in cells}
        if None in values.values():
            why = "not every bid and criterion has an agreed step" if rule == "consensus" else "not every bid and criterion was judged"
            found.append(WhatIf.made(**shared, statement=f"{shared['title']}: not tried, {why}."))
            continue
        raws: dict[tuple[str, str], Number] = {
            cell: value for cell, value in values.items() if value is not None and cell in rerun.raw and value != rerun.raw[cell]
        }
        found.append(_what_if(rerun, order, Change(raws=raws, amounts=_adjusted(rerun, values)), shared))
    return tuple(found)


def _adjusted(rerun: Rerun, values: Mapping[tuple[str, str], Fraction | None]) -> dict[tuple[str, str], Number]:
    """Amounts that other scores of judged adjustments lead to."""
    found: dict[tuple[str, str], Number] = {}
    for leaf in rerun.leaves:
        if not any((bid, each.id) in values for each in leaf.adjustments for bid in rerun.bids):
            continue
        for bid in rerun.bids:
            scores = rerun.adjustment_scores(bid, leaf)
            scores.update({each.id: values[bid, each.id] for each in leaf.adjustments if (bid, each.id) in values})
            amount = amount_of(rerun.procedure, leaf, rerun.result.bid_of[bid], scores).value
            if amount is not None:
                found[bid, leaf.id] = amount
    return found


def _aggregated(cell: CellNote, rule: str, trim: Fraction) -> Fraction | None:
    if rule == "consensus":
        return cell.agreed_value if cell.agreed else None
    return by_rule(list(cell.values.values()), rule, trim)


# --------------------------------------------------------------------------------------------------------------- what to say first


def _headline(
    rerun: Rerun,
    order: Order,
    without: tuple[WithoutBid, ...],
    weights: tuple[WeightInterval, ...],
    step: ScoreFlip | None,
    score: ScoreFlip | None,
    price: PriceFlip | None,
) -> tuple[str, ...]:
    start = _standing(order)
    lines = [start[0].upper() + start[1:] + "."]
    level = [bid for bid, total in order.totals.items() if total == order.totals[order.first[0]]] if order.first else []
    if len(level) > 1:
        decided = f"the declared chain of ties puts {names(order.first)} first" if len(order.first) == 1 else "no declared rule decides"
        lines.append(f"The totals of {names(tuple(level)).removesuffix(' (level)')} are equal; {decided}.")
    flipping = [each for each in without if each.flips]
    lines += [each.statement for each in flipping]
    relative = [FORMULAS[each.name].title for each in rerun.formulas.values() if FORMULAS[each.name].kind == "relative"]
    if flipping and relative:
        by = ", ".join(sorted(set(relative)))
        lines.append(f"The outcome hangs on a bid that does not win, because scores by {by} depend on other bids.")
    elif flipping:
        lines.append("The outcome hangs on a bid that does not win.")
    elif len(order.totals) > 1:
        lines.append("No losing bid's absence changes who is first.")
    points = [(each, point) for each in weights for point in (each.below, each.above) if point is not None]
    near = [(abs(point.at - each.published), each.title, each, point) for each, point in points]
    if near:
        lines.append(_nearest(rerun, *min(near, key=lambda one: (one[0], one[1]))[2:]))
    elif any(each.varied for each in weights):
        lines.append("No weight of a single criterion changes who is first.")
    lines += [each.statement for each in (step, score, price) if each is not None]
    if len(order.totals) > 1 and step is None and score is None:
        lines.append("No change of a single score changes who is first.")
    if len(order.totals) == 1:
        lines.append("There is one bid only: only a threshold could put it out.")
    return tuple(lines)


def _nearest(rerun: Rerun, weight: WeightInterval, point: FlipPoint) -> str:
    """The weight that is nearest to changing who is first."""
    whole = whole_of(rerun, weight.criterion)
    if point.at == weight.published:
        word = "lower" if point is weight.below else "higher"
        return f"Any {word} weight of {weight.title} than the published {percent(weight.published)} {whole}: {names(point.beyond)} first."
    about = "" if point.exact else "about "
    there = "there" if point.at in (0, 1) else "beyond it"
    return (
        f"The nearest weight that changes who is first: {weight.title} at {about}{percent(point.at)} instead of "
        f"{percent(weight.published)} {whole}; {there} {names(point.beyond)}."
    )


def _notes(rerun: Rerun) -> tuple[str, ...]:
    found = []
    if rerun.gone:
        found.append("Weights are shares after what does not apply has left.")
    if any(leaf.adjustments for leaf in rerun.leaves):
        found.append("Scores that adjust an amount were not moved one by one; the amount itself was.")
    tries = "amounts in steps of 1 %, up to about five times and down to a fifth"
    unseen = "and halving; a change that comes and goes between two tries is not seen."
    if rerun.lot.combine is not None:
        found.append(f"Quality and price are combined by a formula: weights were tried in 200 steps, figures in 100, {tries}, {unseen}")
    elif rerun.rules.rounding.at != "none":
        found.append(
            "Totals or points are rounded: where that makes too many small stretches, points were found by trying (marked as not exact): "
            f"weights in 200 steps, figures in 100, {tries}, {unseen}"
        )
    elif any(FORMULAS[each.name].rounding for each in rerun.formulas.values()):
        found.append(f"A price formula takes powers or logarithms: {tries} were tried, {unseen}")
    return tuple(found)
