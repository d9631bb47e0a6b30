"""How every bid was scored on every criterion: how it was assessed, the arithmetic, the judgements with reasons, and the consensus.

Knows scores and records of a result. Must not know pages, and must not compute a score.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tenderloop.award.bid import Bid
from tenderloop.award.judgement import Consensus, Judgement
from tenderloop.award.procedure import Adjustment, Criterion, Lot, Procedure, ScoredBy
from tenderloop.award.result import AwardResult, CellNote, LeafScore, LotResult, PackNote, PriceNote, Working
from tenderloop.award.value_formulas import VALUE_FORMULAS
from tenderloop.case import Evidence
from tenderloop.report.award_model import Column, JudgedCell, LeafPart, ScoredBid, Table
from tenderloop.report.award_words import AGGREGATION, exact, listed, money, per_cent, pts, signed

SOURCE = "Source: "
BESIDE = 6  # bids beside each other in a table


@dataclass(frozen=True)
class _Records:
    """The records of a lot by bid and criterion, so that each cell finds its own at once."""

    judgements: Mapping[tuple[str, str], Sequence[Judgement]]
    consensus: Mapping[tuple[str, str], Sequence[Consensus]]
    cells: Mapping[tuple[str, str], CellNote]
    prices: Mapping[tuple[str, str], PriceNote]
    packs: Mapping[tuple[str, str], PackNote]


def _records(result: AwardResult, lot: LotResult) -> _Records:
    judgements: dict[tuple[str, str], list[Judgement]] = {}
    for each in sorted(result.judgements, key=lambda one: (one.evaluator, one.version, one.time)):
        judgements.setdefault((each.bid, each.criterion), []).append(each)
    consensus: dict[tuple[str, str], list[Consensus]] = {}
    for agreed in sorted(result.consensus, key=lambda one: (one.version, one.time)):
        consensus.setdefault((agreed.bid, agreed.criterion), []).append(agreed)
    cells = lot.panel.cells if lot.panel is not None else ()
    return _Records(
        judgements,
        consensus,
        {(each.bid, each.criterion): each for each in cells},
        {(each.bid, each.criterion): each for each in lot.prices},
        {(each.bid, each.criterion): each for each in lot.packs},
    )


def _beside_pack(score: LeafScore, pack: PackNote | None) -> tuple[Working, ...]:
    """The arithmetic of a score without the lines of a pack, which stand in tables of their own."""
    if pack is None:
        return score.working
    own = {f"{line.id} {line.title}: {line.because}" for line in pack.lines}
    return tuple(line for line in score.working if line.text not in own)


def _pack_tables(packs: Sequence[PackNote], result: AwardResult) -> Iterator[Table]:
    """The indicators of a pack: all bids beside each other, then each bid with reasons and evidence."""
    if not packs:
        return
    bidders = [result.bid_of[each.bid].bidder for each in packs]
    scores = [{line.id: line for line in each.lines} for each in packs]
    ids = list(dict.fromkeys(line.id for each in packs for line in each.lines))
    titles = {line.id: line.title for each in packs for line in each.lines}
    first = packs[0]
    for at in range(0, len(packs), BESIDE):
        piece = scores[at : at + BESIDE]
        rows = tuple((titles[name], *(pts(held[name].score, 1) if name in held else "–" for held in piece)) for name in ids)
        columns = (Column("Indicator", width=60), *(Column(name, True, 22) for name in bidders[at : at + BESIDE]))
        yield Table(f"Scores of 100 by the pack {first.pack} {first.version}", columns, rows, f"Pack {first.hash}.")
    for each, bidder in zip(packs, bidders, strict=True):
        lines = tuple(
            (
                line.title,
                per_cent(line.share),
                pts(line.score, 1),
                (line.because, *(evidence_text([paper]) for paper in line.evidence)),
            )
            for line in each.lines
        )
        gates = [f"Gates that fail: {listed(each.gates_failed)}." if each.gates_failed else "No gate fails."]
        if each.gates_undecided:
            gates.append(f"Undecided: {listed(each.gates_undecided)}.")
        note = f"Score {pts(each.score)}, answered {pts(each.coverage, 1)} %, rating {each.rating}. " + " ".join(gates)
        columns = (Column("Indicator", width=44), Column("Share", True, 18), Column("Score", True, 18), Column("Because, and evidence"))
        yield Table(f"{bidder}: every indicator with its reason", columns, lines, note)


def evidence_text(evidence: Sequence[Evidence]) -> str:
    """Evidence in a line: document, page, quote, grade.

    >>> evidence_text([Evidence(document="offer", page="8", quote="Ten years.", grade=2)])
    'offer, p. 8: “Ten years.” (grade 2)'
    """
    said = []
    for each in evidence:
        parts = [each.document or each.kind or "no paper named"]
        if each.page:
            parts.append(f"p. {each.page}")
        said.append(", ".join(parts) + (f": “{each.quote}”" if each.quote else "") + f" (grade {each.grade})")
    return "; ".join(said)


def leaf_parts(result: AwardResult, lot: LotResult) -> tuple[LeafPart, ...]:
    """Every criterion that is scored itself, in the order of the page."""
    declared = result.procedure.lot_of[lot.lot]
    notes = {each.id: each for each in lot.criteria}
    numbers = dict(numbered(declared))
    records = _records(result, lot)
    order = [*(each.bid for each in lot.ranking)]
    order += sorted({score.bid for score in lot.leaves} - set(order))
    found = []
    for leaf in declared.leaves:
        bids = tuple(
            ScoredBid(
                result.bid_of[bid],
                lot.leaf_of[bid, leaf.id],
                _beside_pack(lot.leaf_of[bid, leaf.id], records.packs.get((bid, leaf.id))),
                () if (bid, leaf.id) in records.packs else lot.leaf_of[bid, leaf.id].evidence,
                tuple(_judged(records, result.bid_of[bid], leaf)),
                records.prices.get((bid, leaf.id)),
            )
            for bid in order
            if (bid, leaf.id) in lot.leaf_of
        )
        packs = [records.packs[bid, leaf.id] for bid in order if (bid, leaf.id) in records.packs]
        how = tuple(how_assessed(result.procedure, lot, leaf))
        found.append(LeafPart(numbers[leaf.id], leaf, notes[leaf.id], how, bids, tuple(_pack_tables(packs, result))))
    return tuple(found)


def lot_combined(procedure: Procedure, lot: str) -> bool:
    """Whether a formula combines quality and price in this lot."""
    return procedure.lot_of[lot].combine is not None


def combined_text(result: AwardResult, lot: LotResult) -> str:
    """How quality and price become one figure, where the lot does not add points; else empty."""
    declared = result.procedure.lot_of[lot.lot].combine
    if declared is None:
        return ""
    known = VALUE_FORMULAS.get(declared.name)
    given = ", ".join(f"{name} = {exact(value)}" for name, value in sorted(declared.parameters.items()))
    rule = f"{known.title}: {known.equation}" if known is not None else declared.name
    return f"Quality and price are not added as points but combined by a formula. {rule}" + (f", with {given}." if given else ".")


def numbered(lot: Lot) -> Iterator[tuple[str, str]]:
    """Criteria with their numbers on the page: 1, 1.1, 1.2, 2 …"""

    def walk(criteria: tuple[Criterion, ...], before: str) -> Iterator[tuple[str, str]]:
        for number, each in enumerate(criteria, start=1):
            yield each.id, f"{before}{number}"
            yield from walk(each.criteria, f"{before}{number}.")

    return walk(lot.criteria, "")


def _judged(records: _Records, bid: Bid, leaf: Criterion) -> Iterator[tuple[str, JudgedCell]]:
    named: list[tuple[str, str, ScoredBy | None]] = [(leaf.id, "", leaf.scored_by)]
    named += [(each.id, each.title, each.scored_by) for each in leaf.adjustments]
    for criterion, title, way in named:
        if way is None or way.scale is None:
            continue
        key = (bid.id, criterion)
        own = records.judgements.get(key, ())
        judged = tuple((each, counts(each, own, bid.version)) for each in own)
        yield title, JudgedCell(records.cells.get(key), judged, tuple(records.consensus.get(key, ())))


def counts(record: Judgement, records: Sequence[Judgement], version: str) -> bool:
    """Whether a judgement is the one that counts: on the bid's version, and the evaluator's last."""
    later = [each for each in records if each.evaluator == record.evaluator and each.version == version]
    return record.version == version and bool(later) and record == later[-1]


def way_text(procedure: Procedure, lot: LotResult, leaf: Criterion) -> str:
    """How a criterion is scored, in a few words.

    The whole rule stands with the criterion.
    """
    if leaf.formula is not None:
        note = next((each for each in lot.criteria if each.id == leaf.id), None)
        return f"formula {leaf.formula.name}" + (", relative to other bids" if note is not None and note.relative else "")
    way = leaf.scored_by
    if way is None:
        return "its amount, read by the combining formula" if lot_combined(procedure, lot.lot) else "not scored itself"
    return {
        "scale": f"judged on the scale {way.scale}",
        "ladder": "by steps of a stated figure",
        "linear": "on a straight line of a stated figure",
        "rule": "by a rule on stated figures",
        "features": "by features offered",
        "pack": f"by the pack {way.pack}",
    }[way.way]


def how_assessed(procedure: Procedure, lot: LotResult, leaf: Criterion) -> Iterator[str]:
    """The rule by which a criterion is scored, in full, as published."""
    if leaf.description:
        yield leaf.description
    if lot_combined(procedure, lot.lot) and leaf.type != "quality":
        yield "It has no score of its own: the formula that combines quality and price reads its amount."
    if leaf.formula is not None:
        note = next(each for each in lot.criteria if each.id == leaf.id)
        given = ", ".join(f"{name} = {exact(value)}" for name, value in sorted(leaf.formula.parameters.items()))
        yield f"Formula {leaf.formula.name}: {note.equation or note.formula}" + (f", with {given}" if given else "") + "."
        if note.relative:
            yield "The score depends on the other admitted bids."
    if leaf.scored_by is not None:
        yield from way_in_full(procedure, leaf.scored_by)
    if leaf.cost is not None:
        yield from _cost(procedure, leaf)
    for each in leaf.adjustments:
        yield _adjustment(procedure, each)
        yield from way_in_full(procedure, each.scored_by)
    if leaf.threshold is not None and leaf.threshold.min_score is not None:
        yield f"Minimum: {exact(leaf.threshold.min_score)} of 100; a bid under it leaves."
    if leaf.threshold is not None and leaf.threshold.max_pass is not None:
        yield f"Only the best {leaf.threshold.max_pass} bids on this criterion pass."
    if leaf.rescale:
        yield "The best bid is raised to the full score, the others in proportion."
    if leaf.source:
        yield f"{SOURCE}{leaf.source}"


def way_in_full(procedure: Procedure, way: ScoredBy) -> Iterator[str]:
    """One way of scoring with its steps or points."""
    if way.scale is not None:
        scale = procedure.scale_of[way.scale]
        yield (
            f"Scale {scale.id}: {scale.title}. "
            + "; ".join(
                f"{step.id} = {exact(step.value)} of 100" + (f" ({step.text.rstrip('.')})" if step.text else "") for step in scale.steps
            )
            + "."
        )
    elif way.ladder is not None:
        rungs = "; ".join(f"from {with_unit(procedure, way.ladder.fact, start)}: {exact(score)}" for start, score in way.ladder.points)
        yield f"{question(procedure, way.ladder.fact)} Score of 100 by the last step reached: {rungs}; below: 0."
    elif way.linear is not None:
        yield (
            f"{question(procedure, way.linear.fact)} On a straight line from 0 at "
            f"{with_unit(procedure, way.linear.fact, way.linear.start)} "
            f"to 100 at {with_unit(procedure, way.linear.fact, way.linear.end)}."
        )
    elif way.rule is not None:
        yield f"By the rule: {way.rule}"
    elif way.features is not None:
        yield (
            "Points of 100 for what is offered: "
            + "; ".join(f"{question(procedure, each.fact).rstrip('?')}: {exact(each.points)}" for each in way.features)
            + "."
        )
    elif way.pack is not None:
        yield f"The score of the bid under the pack {way.pack}, of 100."


def question(procedure: Procedure, fact: str) -> str:
    """What a fact asks; its id where it is not declared."""
    return procedure.fact_of[fact].question if fact in procedure.fact_of else fact


def with_unit(procedure: Procedure, fact: str, value: Fraction) -> str:
    """A value of a fact with its unit."""
    unit = (procedure.fact_of[fact].unit or "1") if fact in procedure.fact_of else "1"
    return exact(value) if unit == "1" else f"{exact(value)}\u00a0{unit}"


def _cost(procedure: Procedure, leaf: Criterion) -> Iterator[str]:
    assert leaf.cost is not None
    rule = leaf.cost
    parts = ["The amount is made of the cost lines" + (f" of kind {listed(rule.kinds)}" if rule.kinds else "")]
    if rule.with_price:
        parts.append("with the corrected price at year 0")
    if rule.years is not None:
        parts.append(f"over {rule.years} years")
    if rule.rate is not None:
        parts.append(f"discounted at {per_cent(rule.rate)} a year, flows at the {rule.timing} of a year")
    yield ", ".join(parts) + "."
    if rule.carbon_prices:
        prices = "; ".join(f"{year}: {money(value, procedure.currency)}" for year, value in sorted(rule.carbon_prices.items()))
        yield f"A tonne of CO2 is priced at {prices}."
    if rule.source:
        yield f"Source of the cost rule: {rule.source}"


def _adjustment(procedure: Procedure, each: Adjustment) -> str:
    worth = per_cent(each.worth) if each.effect == "divide" else money(each.worth, procedure.currency)
    does = {"subtract": "is subtracted from", "add": "is added to", "divide": "divides"}[each.effect]
    return f"{each.title}: up to {worth}, in proportion to its score, {does} the amount before it is scored."


def criteria_table(result: AwardResult, lot: LotResult) -> Table:
    """The criteria as published and as used."""
    declared = result.procedure.lot_of[lot.lot]
    numbers = dict(numbered(declared))
    rows = []
    for note in lot.criteria:
        criterion = declared.criterion_of[note.id]
        share = per_cent(note.share)
        if note.nominal_share is not None and note.nominal_share != note.share:
            share += f" (published {per_cent(note.nominal_share)})"
        rows.append(
            (
                f"{numbers[note.id]} {note.title}",
                "–" if note.weight is None else f"{exact(note.weight)} ({note.weight_kind})",
                share,
                way_text(result.procedure, lot, criterion) if note.leaf else "weighted mean of the criteria under it",
                pts(note.lowest),
                pts(note.highest),
            )
        )
    return Table(
        "Criteria, weights and how they were scored",
        (Column("Criterion"), Column("Weight as published", width=30), Column("Share of the lot", True, 24), Column("Scored", width=48),
         Column("Lowest score", True, 17), Column("Highest score", True, 17)),
        tuple(rows),
        "A criterion on which all bids have the same score did not change the ranking, whatever its weight.",
    )  # fmt: skip


def panel_tables(result: AwardResult, lot: LotResult) -> tuple[Table, ...]:
    """What the panel’s judgements say as a whole; empty where nothing was judged."""
    panel = lot.panel
    if panel is None:
        return ()
    members = {each.id: each for each in result.procedure.panel}
    bidder_of = {bid.id: bid.bidder for bid in result.bids}

    def order(groups: tuple[tuple[str, ...], ...]) -> str:
        return "; ".join(f"{place}. {listed([bidder_of[bid] for bid in group])}" for place, group in _places(groups)) or "–"

    evaluators = Table(
        "Evaluators",
        (Column("Evaluator"), Column("Judged", True, 17), Column("Severity", True, 20), Column("Agreement", True, 20),
         Column("Order without this evaluator", width=72)),
        tuple(
            (
                " · ".join(filter(None, [each.evaluator, members[each.evaluator].name, members[each.evaluator].role]))
                if each.evaluator in members
                else each.evaluator,
                str(each.judged),
                signed(each.severity, 1),
                pts(each.agreement),
                order(each.order_without) + (" (another bid is first)" if each.changes_first else ""),
            )
            for each in panel.evaluators
        ),
        "Severity: mean of own value less the mean of the others, in points of 100; below 0 is severe. Agreement: "
            "Spearman’s rank correlation "
        f"with the others over the bids. Kendall’s W of the panel: {pts(panel.concordance)} (0 no agreement, 1 the same order). "
        f"Rule: {AGGREGATION[panel.rule]}. These figures are an aid for the panel; they score nothing.",
    )  # fmt: skip
    titles = {each.id: each.title for each in lot.criteria}
    cells = Table(
        "Every judged cell",
        (Column("Bid and criterion"), Column("Steps given", width=48), Column("Spread of the scale", True, 20), Column("Mean", True, 17),
         Column("Agreed", True, 24), Column("Agreed less mean", True, 20)),
        tuple(
            (
                f"{bidder_of[each.bid]}: {titles.get(each.criterion, each.criterion)}",
                ", ".join(f"{name} {step}" for name, step in sorted(each.steps.items())) or "nobody has judged",
                per_cent(each.spread) + (" ◆ flagged" if each.flagged else ""),
                pts(each.mean),
                (f"step {each.agreed}, " if each.agreed else "") + pts(each.agreed_value),
                signed(each.delta),
            )
            for each in panel.cells
        ),
        f"A flag stands from {per_cent(result.procedure.rules.discrepancy)} of the scale between the highest and the lowest judgement.",
    )  # fmt: skip
    return evaluators, cells


def _places(groups: tuple[tuple[str, ...], ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    place = 1
    for group in groups:
        yield place, group
        place += len(group)
