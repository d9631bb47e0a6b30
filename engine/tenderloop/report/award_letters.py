"""Letters to bidders: the outcome with an assessment summary of the bid, and the question about a price that looks abnormally low.

Knows what a bidder is told, and by the procedure's rule of disclosure what of the winner. Must not know pages or compute a
score.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from fractions import Fraction

from tenderloop.award.procedure import Criterion, Procedure, ScoredBy
from tenderloop.award.result import AwardResult, CriterionNote, LeafScore, LotResult, Standing
from tenderloop.errors import Problem, Problems
from tenderloop.report.award_charts import reached
from tenderloop.report.award_leaks import SCORED, may_know
from tenderloop.report.award_letter_model import Block, Heading, Letter, Paragraph, Points
from tenderloop.report.award_model import Column, Table
from tenderloop.report.award_records import day_given, standstill_part
from tenderloop.report.award_scores import SOURCE, combined_text, how_assessed, numbered, question, with_unit
from tenderloop.report.award_standstill import day_text
from tenderloop.report.award_words import AGGREGATION, exact, listed, lot_name, money, per_cent, pts, stop, totals_of

ZERO, HUNDRED = Fraction(0), Fraction(100)
EXPLAIN = (
    "the economics of the manufacturing process, of the services or of the construction method",
    "the technical solutions chosen, or exceptionally favourable conditions for the supply",
    "the originality of what is offered",
    "compliance with environmental, social and labour law",
    "compliance with the duties towards subcontractors",
    "state aid that the bid rests on",
)
NOTE_69 = (
    "The list of points follows article 69(2) of Directive 2014/24/EU from memory of its subject; its wording is unverified: compare it."
)
NOTE_55 = (
    "What may be told follows the procedure’s rule of disclosure. Article 55 of Directive 2014/24/EU (seen in its transposition, "
    "https://www.legislation.gov.uk/ssi/2015/446/regulation/56) lets information be withheld; whether more must be told is for the buyer."
)
NOTE_SCORES_TELL = (
    "The letter gives the successful bid’s score for price, and the formula is published: the addressee can work out "
    "its price, which the rule "
    "of disclosure withholds. Allow winner_price, or withhold winner_scores."
)
NOTE_DERIVED = (
    "The price formula is relative and published: from its own price and score the addressee can work out the price that the score rests "
    "on, although the letter does not state it."
)
NOTE_NOT_ASSESSED = "The bid was not assessed, so the letter names no winner; whether it must is for the buyer."

_FOOT = (
    "Scores are of 100; points are the score times the share. Lines with sub-criteria hold their sum. Each figure is rounded once, so that "
    "differences may deviate in the last place."
)


def letters(result: AwardResult, *, sent: str = "") -> tuple[Letter, ...]:
    """Every letter that can be written now: outcomes of lots with a winner, and questions about low prices not decided yet.

    ``sent`` is the day of sending (the recorded one when empty).
    """
    found: list[Letter] = []
    for lot in result.lots:
        if lot.winner:
            found += [outcome_letter(result, standing.bid, sent=sent) for standing in lot.standings]
        found += [explanation_letter(result, low.bid, sent=sent) for low in lot.low_bids if not low.decision]
    return tuple(sorted(found, key=lambda each: each.name))


def outcome_letter(result: AwardResult, bid: str, *, sent: str = "") -> Letter:
    """What became of a bid, why, and who is first; with the assessment summary as annex. ``Problems`` while its lot has no winner."""
    offered = result.bid_of[bid]
    lot = result.lot_of[offered.lot]
    if not lot.winner:
        said = f"no letter can be written on bid {bid}: its lot has no winner yet ({lot.status})"
        raise Problems([Problem("no-outcome-yet", said, hint="settle what is open in the lot, then write the letters")])
    standing = lot.standing_of[bid]
    day = day_given(sent or result.proceedings.sent)
    assessed = standing.status in SCORED
    body = [*_outcome(result, lot, standing), *_closing(result, day, winner=bid == lot.winner)]
    annex = tuple(_summary(result, lot, standing)) if assessed else ()
    notes = [NOTE_55, *_notes(result, lot, assessed, day)]
    return _letter(result, "outcome", bid, day, _subject(result, lot, standing), tuple(body), annex, tuple(notes))


def explanation_letter(result: AwardResult, bid: str, *, sent: str = "") -> Letter:
    """The question how a price that looks abnormally low is explained. It tells no price but the bidder's own."""
    offered = result.bid_of[bid]
    lot = result.lot_of[offered.lot]
    low = next((each for each in lot.low_bids if each.bid == bid), None)
    if low is None:
        raise Problems(
            [Problem("not-flagged", f"bid {bid} is not flagged as abnormally low", hint="write this letter to flagged bids only")]
        )
    day = day_given(sent or result.proceedings.sent)
    name = _lot_title(result, lot)
    body: list[Block] = [
        Paragraph(f"Your price for {name} looks abnormally low. Please explain it. This is a question, not a rejection.", "key"),
        Paragraph(f"Your price: {money(low.price, result.procedure.currency)}."),
        Paragraph(f"Rule by which it was noticed: {low.letter.get('rule', low.title)}."),
        Paragraph("The figures behind the finding rest on other bids and are not part of this letter."),
        Paragraph("Please explain how the price covers everything that the contract asks for, with the calculation and "
            "the evidence. You may write about:"),
        Points(EXPLAIN),
        Paragraph("Your bid stays in the evaluation until a decision with reasons is recorded. It can be rejected only "
            "if what you send does not explain the price."),
    ]  # fmt: skip
    if offered.explanation:
        body.append(Paragraph("Your bid already says: “" + offered.explanation + "” Please say if that is all, or add to it."))
    body.append(Paragraph("Please answer in writing by: ____________________ (day set by the buyer)."))
    notes = [NOTE_69, "Set the day by which the bidder must answer."]
    if "time" in low.letter:
        notes.append(f"The rule’s source says of the time to answer: {low.letter['time']} ({low.source}; {low.status}).")
    return _letter(result, "explanation", bid, day, f"Please explain your price, {name}", tuple(body), (), tuple(notes))


def _letter(
    result: AwardResult,
    kind: str,
    bid: str,
    day: str,
    subject: str,
    body: tuple[Block, ...],
    annex: tuple[Block, ...],
    notes: tuple[str, ...],
) -> Letter:
    offered, procedure = result.bid_of[bid], result.procedure
    identity = hashlib.sha256("\n".join([kind, bid, day, result.engine, repr(body), repr(annex)]).encode("utf-8")).hexdigest()
    return Letter(
        kind="outcome" if kind == "outcome" else "explanation",
        bid=bid,
        bidder=offered.bidder,
        version=offered.version,
        lot=_lot_title(result, result.lot_of[offered.lot]),
        subject=subject,
        buyer=procedure.buyer,
        procedure=procedure.title,
        reference=procedure.notice or procedure.id,
        date=day,
        language="en",
        engine=result.engine,
        identity=identity,
        body=body,
        annex_title="Annex: assessment summary of your bid" if annex else "",
        annex=annex,
        notes=notes,
    )


def _lot_title(result: AwardResult, lot: LotResult) -> str:
    return f"{lot_name(lot.lot)}, {lot.title}" if len(result.lots) > 1 else lot.title


def _subject(result: AwardResult, lot: LotResult, standing: Standing) -> str:
    what = "Your bid is placed first" if standing.bid == lot.winner else "Outcome of your bid"
    return f"{what}: {_lot_title(result, lot)}"


def _notes(result: AwardResult, lot: LotResult, assessed: bool, day: str) -> Iterator[str]:
    if not assessed:
        yield NOTE_NOT_ASSESSED
    elif not result.procedure.disclosure.winner_price:
        if any(each.relative for each in lot.criteria):
            yield NOTE_DERIVED
        if result.procedure.disclosure.winner_scores and any(each.formula for each in lot.criteria):
            yield NOTE_SCORES_TELL
    if not day:
        yield "No day of sending was given: the end of the standstill is left blank in the letter."
    period = standstill_part(result, day).period
    if period is not None and period.rule.status != "official":
        yield f"The standstill follows {period.rule.id} ({period.rule.status}): {period.rule.source}"


# ---------------------------------------------------------------------------------------------------------------------------- the letter


def _outcome(result: AwardResult, lot: LotResult, standing: Standing) -> Iterator[Block]:
    totals = totals_of(result, lot.lot)
    name = _lot_title(result, lot)
    if standing.bid == lot.winner:
        yield Paragraph(
            f"Your bid is placed first for {name}, with {totals.full(standing.total)}. We intend to award the contract to you.",
            "key",
        )
        yield Paragraph(
            "This letter is not yet the contract: it may be signed only after the standstill period, and only if no review stops it."
        )
        yield Heading("Your scores")
        yield _score_table(result, lot, standing, None)
        return
    known = may_know(result, standing.bid)
    first = lot.standing_of[lot.winner]
    ranked = len(lot.ranking)
    if standing.status == "ranked":
        yield Paragraph(
            f"Your bid for {name} was assessed in full and is ranked {standing.rank} of {ranked}. It is not the one "
            "that we intend to award.",
            "key",
        )
    elif standing.status == "below_threshold":
        yield Paragraph(f"Your bid for {name} was assessed and did not reach a minimum that the procedure sets. It was not ranked.", "key")
    elif standing.status == "abnormally_low":
        yield Paragraph(f"Your bid for {name} was rejected because its price was found abnormally low and was not explained.", "key")
    else:
        yield Paragraph(f"Your bid for {name} was not assessed: {_why_out(standing)}", "key")
    if standing.status != "ranked":
        reasons = _recorded(result, standing)
        yield Paragraph("The reason on record:" if len(reasons) == 1 else "The reasons on record:")
        yield Points(reasons)
    if lot.winner in known.names and standing.status in SCORED:
        price = next((each for each in lot.prices if each.bid == lot.winner and each.evaluated is not None), None)
        told = stop(f"We intend to award the contract to {first.bidder}")
        if lot.winner in known.prices and price is not None:
            told += f" Its evaluated price is {money(price.evaluated, result.procedure.currency)}."
        yield Paragraph(told)
    elif standing.status in SCORED:
        yield Paragraph("The name of the successful bidder is not given here: the procedure’s rule of disclosure does not allow it.")
    if standing.status == "ranked":
        yield from _why_lost(result, lot, standing, first if lot.winner in known.scores else None)


def _recorded(result: AwardResult, standing: Standing) -> tuple[str, ...]:
    """Why a bid left, as recorded; without the names of those who decided."""
    decisions = [each for each in result.decisions if each.bid == standing.bid and each.outcome == "reject"]
    if decisions:
        last = max(decisions, key=lambda each: each.time)
        said = ": ".join(part for part in (last.ground, last.reason) if part)
        return (said,) if said else ("No reason is on record. The buyer must write it here before this letter is sent.",)
    return standing.reasons or ("No reason is on record. The buyer must write it here before this letter is sent.",)


def _why_out(standing: Standing) -> str:
    return {
        "late": "it came after the deadline.",
        "withdrawn": "it was withdrawn.",
        "excluded": "a ground for exclusion applies.",
        "not_selected": "the conditions for taking part were not met.",
        "non_compliant": "it does not comply with the specifications.",
    }.get(standing.status, "it was not ranked.")


def _why_lost(result: AwardResult, lot: LotResult, standing: Standing, first: Standing | None) -> Iterator[Block]:
    totals = totals_of(result, lot.lot)
    places = totals.places
    yield Heading("Why your bid was not first")
    if first is None:
        yield Paragraph(
            f"Your bid has {totals.full(standing.total)}. The scores of the successful bid are not given: "
            "the rule of disclosure does not allow it."
        )
        lost = [
            (score.share * HUNDRED - score.points, note.title) for score, note in _leaves(lot, standing.bid) if score.points is not None
        ]
        most = [
            f"{title}: {pts(gap, places)} points below the most that could be had"
            for gap, title in sorted(lost, key=lambda each: -each[0])[:3]
            if gap > 0
        ]
        if most:
            yield Paragraph("Your bid lost most on:")
            yield Points(tuple(most))
    else:
        assert standing.total is not None
        assert first.total is not None
        gap = first.total - standing.total
        if gap == 0:
            yield Paragraph(
                f"Your bid and the successful one have the same total, {totals.full(standing.total)}. The declared "
                f"order for ties decided: {_tie_text(lot, standing.bid)}"
            )
        else:
            more = "" if totals.combined else f": {totals(gap)} more"
            yield Paragraph(
                f"Your bid has {totals.full(standing.total)}, the successful one {totals(first.total)}{more}. "
                + ("The scores differ on:" if totals.combined else "The difference comes from:")
            )
        yield Points(tuple(_differences(lot, standing.bid, lot.winner, places)))
    yield _score_table(result, lot, standing, first)
    yield from _others(result, lot, standing)
    yield Paragraph(
        "The annex gives for every criterion how it was assessed, your score, its reason, and what a higher score would have asked."
    )


def _others(result: AwardResult, lot: LotResult, standing: Standing) -> Iterator[Block]:
    """The ranking, where the rule of disclosure lets a bidder know the names or the totals of all."""
    rule, totals = result.procedure.disclosure, totals_of(result, lot.lot)
    if not rule.other_names and not rule.other_totals:
        return
    known = may_know(result, standing.bid)
    rows = tuple(
        (
            str(each.rank),
            each.bidder if each.bid in known.names else "another bidder",
            totals(each.total) if each.bid in known.totals else "–",
        )
        for each in lot.ranking
    )
    columns = (Column("Rank", True, 20), Column("Bidder"), Column("Value" if totals.combined else "Total of 100", True, 40))
    yield Heading("Ranking")
    yield Table("", columns, rows)


def _tie_text(lot: LotResult, bid: str) -> str:
    """Which keys of the chain were tried: only their names, for what they say of others is not told."""
    for tie in lot.ties:
        if bid in tie.bids:
            return "; ".join(each.text.partition(":")[0] for each in tie.tried) + "."
    return "see the procurement documents."


def _leaves(lot: LotResult, bid: str) -> list[tuple[LeafScore, CriterionNote]]:
    return [(lot.leaf_of[bid, each.id], each) for each in lot.criteria if each.leaf and (bid, each.id) in lot.leaf_of]


def _differences(lot: LotResult, bid: str, winner: str, places: int) -> Iterator[str]:
    """Criterion by criterion what separates two bids, the largest loss first."""
    gaps = []
    for score, note in _leaves(lot, bid):
        other = lot.leaf_of.get((winner, note.id))
        if other is not None and other.points is not None and score.points is not None:
            gaps.append((score.points - other.points, note.title, score.score, other.score))
    for gap, title, own, theirs in sorted(gaps, key=lambda each: (each[0], each[1])):
        if gap < 0:
            yield (
                f"{title}: the successful bid scored {pts(theirs, places)} of 100, yours {pts(own, places)}; "
                f"{pts(-gap, places)} points fewer"
            )
    for gap, title, own, theirs in sorted(gaps, key=lambda each: (-each[0], each[1])):
        if gap > 0:
            yield f"{title}: yours was the better, {pts(own, places)} against {pts(theirs, places)} of 100; {pts(gap, places)} points more"


def _score_table(result: AwardResult, lot: LotResult, standing: Standing, first: Standing | None) -> Table:
    places = result.procedure.rules.display_places
    numbers = dict(numbered(result.procedure.lot_of[lot.lot]))
    rows = []
    for note in lot.criteria:
        own = lot.score_of.get((standing.bid, note.id))
        row = [
            f"{numbers[note.id]} {note.title}",
            per_cent(note.share),
            pts(own.score if own else None, places),
            pts(own.points if own else None, places),
        ]
        if first is not None:
            theirs = lot.score_of.get((first.bid, note.id))
            row += [pts(theirs.score if theirs else None, places), pts(theirs.points if theirs else None, places)]
        rows.append(tuple(row))
    totals = totals_of(result, lot.lot)
    total = [
        "Value by the formula" if totals.combined else "Total",
        "" if totals.combined else per_cent(Fraction(1)),
        "",
        totals(standing.total),
    ]
    rows.append(tuple([*total, "", totals(first.total)] if first is not None else total))
    columns = [Column("Criterion"), Column("Share", True, 20), Column("Your score", True, 22), Column("Your points", True, 22)]
    if first is not None:
        columns += [Column("Successful bid: score", True, 28), Column("Successful bid: points", True, 28)]
    return Table("", tuple(columns), tuple(rows), _FOOT)


def _closing(result: AwardResult, day: str, *, winner: bool) -> Iterator[Block]:
    part = standstill_part(result, day)
    yield Heading("Standstill and review")
    if part.period is not None:
        period = part.period
        last = period.careful or period.ends
        said = (
            f"This letter was sent on {day_text(period.sent)}. The standstill period ends at midnight at the end of "
            f"{day_text(last)}; the contract is not signed before {day_text(period.sign_from)}."
        )
        yield Paragraph(said)
    elif result.procedure.standstill is not None:
        yield Paragraph("The standstill period ends on: ____________________ (to be written in before sending).")
    else:
        yield Paragraph("No standstill period is declared for this procedure.")
    notice = f" ({result.procedure.notice})" if result.procedure.notice else ""
    if not winner:
        yield Paragraph(
            "If you think that this decision is wrong, you may ask for its review. The review body and its time limits "
            f"stand in the notice{notice} and in national law."
        )


# --------------------------------------------------------------------------------------------------------------------------- the annex


def _summary(result: AwardResult, lot: LotResult, standing: Standing) -> Iterator[Block]:
    procedure = result.procedure
    places = procedure.rules.display_places
    yield Paragraph(
        "Every criterion is scored from 0 to 100 and counts with its published weight. Judged criteria: "
        f"{AGGREGATION[procedure.rules.aggregation]}."
    )
    combined = combined_text(result, lot)
    if combined:
        yield Paragraph(combined)
    declared = procedure.lot_of[lot.lot]
    numbers = dict(numbered(declared))
    for score, note in _leaves(lot, standing.bid):
        criterion = declared.criterion_of[note.id]
        yield Heading(f"{numbers[note.id]} {note.title}")
        for line in how_assessed(procedure, lot, criterion):
            if not line.startswith(SOURCE):  # where a rule comes from is for the report
                yield Paragraph(line, "quiet")
        if score.status == "not_applicable":
            yield Paragraph("This criterion does not apply, for all bids alike.")
            continue
        if score.status == "combined":
            yield from _own_reasons(result, lot, criterion, score)
            continue
        most = score.share * HUNDRED
        if score.points is not None:
            yield Paragraph(
                f"Your score: {pts(score.score, places)} of 100, that is {pts(score.points, places)} of {pts(most, places)} points.", "key"
            )
        elif reached(score) is not None:
            yield Paragraph(
                f"Your score: {pts(reached(score), places)} of 100. No points were given, because the bid was not ranked.", "key"
            )
        else:
            yield Paragraph("No score was given, because the bid left the evaluation before.", "key")
        yield from _own_reasons(result, lot, criterion, score)
        yield from _why_not_higher(result, lot, criterion, score)
    minima = [each for each in lot.groups if each.bid == standing.bid and each.passed is False]
    for each in minima:
        threshold = declared.criterion_of[each.criterion].threshold
        if threshold is not None and threshold.min_score is not None:
            title = declared.criterion_of[each.criterion].title
            yield Paragraph(
                f"Minimum not reached: {title} asks {exact(threshold.min_score)} of 100, your bid has {pts(each.raw, places)}.", "key"
            )


def _own_reasons(result: AwardResult, lot: LotResult, criterion: Criterion, score: LeafScore) -> Iterator[Block]:
    if criterion.formula is not None or score.status == "combined":
        price = next((each for each in lot.prices if each.bid == score.bid and each.criterion == criterion.id), None)
        lines = (
            [f"{line.text}: {money(line.value, line.unit)}" for line in price.working if line.value is not None]
            if price is not None
            else []
        )
        if price is not None and price.evaluated is not None:
            lines.append(f"evaluated amount: {money(price.evaluated, result.procedure.currency)}")
        if lines:
            yield Points(tuple(lines))
        for each in criterion.adjustments:
            yield from _panel_reason(result, score.bid, each.id, each.title)
        return
    way = criterion.scored_by
    if way is not None and way.scale is not None:
        step = result.procedure.scale_of[way.scale].step_of.get(score.step)
        if step is not None:
            yield Paragraph(f"Step {step.id}: {step.text}" if step.text else f"Step {step.id}.")
        yield from _panel_reason(result, score.bid, criterion.id, "")
    elif score.because:
        stated = _facts_text(result.procedure, way, result, score.bid)
        yield Paragraph(f"Your bid states: {stated}." if stated else f"Found: {score.because}.")


def _panel_reason(result: AwardResult, bid: str, criterion: str, title: str) -> Iterator[Block]:
    """The reasons on record: of the consensus, or of every evaluator, without names, where the rule computes a figure."""
    version = result.bid_of[bid].version
    before = f"{title}: " if title else ""
    agreed = [each for each in result.consensus if (each.bid, each.version, each.criterion) == (bid, version, criterion)]
    if agreed:
        last = max(agreed, key=lambda each: each.time)
        yield Paragraph(f"{before}Reason of the panel: {last.reason}")
        return
    own = [each for each in result.judgements if (each.bid, each.version, each.criterion) == (bid, version, criterion)]
    counted = {each.evaluator: each for each in sorted(own, key=lambda each: each.time)}
    reasons = sorted(f"step {each.step}: {each.reason}" for each in counted.values())
    if reasons:
        yield Paragraph(f"{before}Reasons of the evaluators:")
        yield Points(tuple(reasons))


def _facts_text(procedure: Procedure, way: ScoredBy | None, result: AwardResult, bid: str) -> str:
    """The answers of the bid that a criterion reads, in the words of the question."""
    facts = result.bid_of[bid].facts
    if way is None:
        return ""
    names = [way.ladder.fact] if way.ladder else [way.linear.fact] if way.linear else [each.fact for each in way.features or ()]
    said = []
    for name in names:
        offered = facts.get(name)
        if offered is None:
            said.append(f"{question(procedure, name)} not answered")
        elif isinstance(offered.value, bool):
            said.append(f"{question(procedure, name)} {'yes' if offered.value else 'no'}")
        elif isinstance(offered.value, Fraction):
            said.append(f"{question(procedure, name)} {with_unit(procedure, name, offered.value)}")
        else:
            said.append(f"{question(procedure, name)} {offered.value}")
    return "; ".join(said)


def _why_not_higher(result: AwardResult, lot: LotResult, criterion: Criterion, score: LeafScore) -> Iterator[Block]:
    if score.raw is None:
        return
    if score.raw >= HUNDRED:
        yield Paragraph("This is the full score.")
        return
    text = _higher(result, lot, criterion, score)
    if text:
        yield Paragraph(f"Why not higher: {text}")


def _higher(result: AwardResult, lot: LotResult, criterion: Criterion, score: LeafScore) -> str:
    procedure, way = result.procedure, criterion.scored_by
    raw = score.raw if score.raw is not None else ZERO
    if criterion.formula is not None:
        note = next(each for each in lot.criteria if each.id == criterion.id)
        return "the score follows from the formula above" + ("; the other prices in it are not told." if note.relative else ".")
    if way is None:
        return ""
    facts = result.bid_of[score.bid].facts
    if way.scale is not None:
        above = [step for step in procedure.scale_of[way.scale].steps if step.value > raw]
        if not above:
            return "no higher step exists on the scale."
        nearest = min(above, key=lambda step: step.value)
        return f"the next step, {nearest.id} ({exact(nearest.value)} of 100), asks: {nearest.text or 'see the published scale'}"
    if way.ladder is not None:
        rungs = [(start, points) for start, points in way.ladder.points if points > raw]
        if rungs:
            start, points = min(rungs)
            return f"{exact(points)} of 100 needs {with_unit(procedure, way.ladder.fact, start)} or more."
        return "no higher step exists on the ladder."
    if way.linear is not None:
        return f"100 of 100 needs {with_unit(procedure, way.linear.fact, way.linear.end)}."
    if way.features is not None:
        missing = [each for each in way.features if each.fact not in facts or facts[each.fact].value is not True]
        return "not offered: " + "; ".join(f"{question(procedure, each.fact).rstrip('?')} ({exact(each.points)})" for each in missing) + "."
    if way.rule is not None:
        return "the score follows from the published rule and your answers."
    note_of_pack = next((each for each in lot.packs if each.bid == score.bid and each.criterion == criterion.id), None)
    if note_of_pack is None:
        return ""
    lost = sorted(
        ((line.share * (HUNDRED - (line.score or ZERO)), line.title) for line in note_of_pack.lines if line.score is not None),
        key=lambda each: (-each[0], each[1]),
    )
    return "most was lost on " + listed([title for gap, title in lost[:3] if gap > 0]) + "."
