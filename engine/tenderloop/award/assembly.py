"""From the finished operations of one lot to its result: ranking, ties, and every number with its lines.

Knows how the state of a lot is shown. Must not know how a score comes about, files or pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal

from tenderloop.award.bid import Bid
from tenderloop.award.formulas import FORMULAS
from tenderloop.award.leaves import figure
from tenderloop.award.operations import Operations, Totals
from tenderloop.award.panel import panel_note
from tenderloop.award.procedure import Criterion
from tenderloop.award.ranking import Tie, near_ties, rank
from tenderloop.award.result import (
    CriterionNote,
    GroupScore,
    LeafScore,
    LotResult,
    LotStatus,
    Note,
    PackNote,
    PanelNote,
    PriceNote,
    Standing,
    TieNote,
    Working,
)
from tenderloop.quantity import shown

ZERO, ONE = Fraction(0), Fraction(1)


def lot_result(state: Operations) -> LotResult:
    still_open = tuple(
        sorted(
            {note.model_dump_json(): note for note in state.open if not note.bid or note.bid in state.admitted}.values(),
            key=lambda note: (note.bid, note.criterion, note.evaluator, note.code, note.text),
        )
    )
    status: LotStatus = "ranked"
    if any(note.code in ("no-shares", "nothing-applies") for note in still_open):
        status = "not_scored"
    elif not state.admitted:
        status = "no_bids"
    elif still_open:
        status = "incomplete"
    ties: tuple[TieNote, ...] = ()
    near: tuple[Note, ...] = ()
    ranks: Mapping[str, int] = {}
    totals: Totals | None = None
    winner, margin = "", None
    did: list[str] = []
    if status == "ranked":
        totals = state.totals()
        deciding = totals.keys
        for name, why in sorted(totals.dropped.items()):
            state.reasons.setdefault(name, []).append(why)
        ranking = rank(deciding, state.chain())
        ranks = ranking.ranks
        ties = tuple(_tie_note(each) for each in ranking.ties)
        places = state.procedure.rules.display_places
        if state.valued is None:
            pairs = near_ties(deciding, places)
            near = tuple(Note(code="near-tie", text=_near(better, worse, deciding, places), bid=better) for better, worse in pairs)
        first = ranking.groups[0]
        if len(first) > 1:
            status = "tied"
            did.append("the first place is tied, and the declared chain does not decide: " + ", ".join(first))
        else:
            winner = first[0]
            if len(ranking.groups) > 1:
                margin = abs(totals.shown[winner] - totals.shown[ranking.groups[1][0]])
        did += ["; ".join(f"{place}. {name}" for name, place in sorted(ranks.items(), key=lambda each: (each[1], each[0])))]
        for tie in ties:
            said = f"equal totals of {figure(tie.total)}: {', '.join(tie.bids)}"
            did.append(said + ("; decided by the chain" if tie.settled else "; still tied"))
    elif status == "incomplete":
        did.append(f"no ranking: {len(still_open)} things are open; what is not there is not 0")
    else:
        did.append("no ranking")
    state.operation(10, "Ranking, and ties by the declared chain", did)
    _bite(state)
    return LotResult(
        lot=state.lot.id,
        title=state.lot.title,
        status=status,
        winner=winner,
        margin=margin,
        reliable=not any(note.code == "not-applicable-cap" for note in state.warnings),
        standings=tuple(_standing(state, bid, ranks, totals) for bid in state.bids.values()),
        criteria=tuple(_criterion_note(state, each) for each in state.lot.walk()),
        leaves=tuple(_leaf(state, name, leaf) for name in _scored(state) for leaf in state.lot.leaves),
        groups=tuple(_group(state, name, each) for name in _scored(state) for each in state.lot.walk()),
        prices=_price_notes(state),
        packs=tuple(_packs(state)),
        panel=_panel(state),
        ties=ties,
        near_ties=near,
        low_bids=tuple(state.low_bids),
        open=still_open,
        warnings=tuple(sorted(state.warnings, key=lambda note: (note.code, note.bid, note.criterion, note.text))),
        operations=tuple(state.operations),
    )


def _scored(state: Operations) -> tuple[str, ...]:
    """Bids that were scored at all: admitted, under a threshold, or rejected as abnormally low."""
    return tuple(name for name in state.bids if state.out.get(name) in (None, "below_threshold", "abnormally_low"))


def _bite(state: Operations) -> None:
    """Say where a criterion made no difference among the bids that were ranked."""
    if len(state.admitted) < 2:
        return
    for leaf in state.live():
        values = {state.score.get((name, leaf.id)) for name in state.admitted}
        if len(values) == 1 and None not in values and state.shares.used.get(leaf.id):
            said = f"{leaf.title}: all admitted bids have the same score, so its weight changed nothing"
            state.warnings.append(Note(code="weight-did-not-bite", text=said, criterion=leaf.id))


def _standing(state: Operations, bid: Bid, ranks: Mapping[str, int], totals: Totals | None) -> Standing:
    working: list[Working] = []
    total = totals.shown.get(bid.id) if totals is not None else None
    unrounded = totals.exact.get(bid.id) if totals is not None else None
    with_all = None
    if total is not None:
        for each in state.lot.criteria:
            if each.id not in state.shares.gone:
                working.append(Working.made(text=each.title, value=_points_under(state, bid.id, each), unit="points"))
        points = [state.points[bid.id, leaf.id] for leaf in state.scored()]
        working.append(Working.made(text="sum of points", value=sum(points, ZERO), unit="points"))
        if total != unrounded:
            rounding = state.procedure.rules.rounding
            working.append(Working.made(text=f"rounded to {rounding.places} places, {rounding.mode}", value=total, unit="points"))
        if state.valued is not None:
            working = [Working.made(text=f"quality: {line.text}", value=line.value, unit=line.unit) for line in working[-1:]]
            working.append(Working.made(text=state.valued.texts[bid.id], value=total))
        elif state.shares.gone:
            with_all = sum(
                (
                    (state.score[bid.id, leaf.id] or ZERO) * state.shares.nominal[leaf.id] * state.factor_above(leaf.id)
                    for leaf in state.live()
                ),
                ZERO,
            )
    return Standing(
        bid=bid.id,
        bidder=bid.bidder,
        version=bid.version,
        status=state.out.get(bid.id, "ranked" if bid.id in ranks else "unranked"),
        rank=ranks.get(bid.id),
        total=total,
        unrounded=unrounded,
        total_with_all=with_all,
        reasons=tuple(state.reasons.get(bid.id, ())),
        working=tuple(working),
    )


def _points_under(state: Operations, bid: str, criterion: Criterion) -> Fraction | None:
    found = [state.points.get((bid, leaf.id)) for leaf in criterion.leaves if leaf.id not in state.shares.gone]
    known = [each for each in found if each is not None]
    return sum(known, ZERO) if len(known) == len(found) else None


def _criterion_note(state: Operations, criterion: Criterion) -> CriterionNote:
    known = [value for name in state.admitted if (value := state.score.get((name, criterion.id))) is not None]
    formula = FORMULAS[criterion.formula.name] if criterion.formula is not None else None
    return CriterionNote(
        id=criterion.id,
        parent=state.lot.parent_of[criterion.id],
        type=criterion.type,
        title=criterion.title,
        leaf=criterion.leaf,
        weight=criterion.weight,
        weight_kind=criterion.weight_kind,
        share=state.shares.used.get(criterion.id),
        nominal_share=state.shares.nominal.get(criterion.id),
        way=criterion.scored_by.way if criterion.scored_by is not None else "formula" if formula else "",
        formula=formula.name if formula else "",
        equation=formula.equation if formula else "",
        relative=(formula.kind == "relative") if formula else None,
        lowest=min(known) if known else None,
        highest=max(known) if known else None,
    )


def _leaf(state: Operations, name: str, leaf: Criterion) -> LeafScore:
    share = state.shares.used.get(leaf.id, ZERO)
    if leaf.id in state.shares.gone:
        because = "does not apply, for all bids alike"
        return LeafScore.made(bid=name, criterion=leaf.id, status="not_applicable", share=ZERO, because=because)
    found = state.found.get((name, leaf.id))
    raw, score, points = state.raw.get((name, leaf.id)), state.score.get((name, leaf.id)), state.points.get((name, leaf.id))
    working = list(found.working) if found is not None else list(state.formula_lines.get((name, leaf.id), ()))
    because = found.because if found is not None else ""
    if found is None:
        amount = state.amounts.get((name, leaf.id))
        if amount is not None and amount.value is not None:
            because = f"{figure(amount.value)} {state.procedure.currency}"
        elif amount is not None:
            because = "; ".join(note.text for note in amount.missing)
    if score is not None and raw is not None and score != raw:
        factor = state.factor.get(leaf.id, ONE)
        working.append(Working.made(text=f"× {figure(factor)}, so that the best bid has 100", value=score, unit="of 100"))
    if points is not None and score is not None:
        above = state.factor_above(leaf.id)
        by = f"{figure(score)} × {figure(share)} of the lot" + (f" × {figure(above)} by rescaling above" if above != 1 else "")
        working.append(Working.made(text=by, value=score * share * above, unit="points"))
        if points != score * share * above:
            rounding = state.procedure.rules.rounding
            working.append(Working.made(text=f"rounded to {rounding.places} places, {rounding.mode}", value=points, unit="points"))
    return LeafScore.made(
        bid=name,
        criterion=leaf.id,
        status=_leaf_status(state, name, leaf),
        raw=raw,
        score=score,
        share=share,
        points=points,
        step=found.step if found is not None else "",
        because=because,
        reason=found.reason if found is not None else "",
        working=tuple(working),
        evidence=found.evidence if found is not None else (),
    )


def _leaf_status(state: Operations, bid: str, leaf: Criterion) -> Literal["scored", "missing", "set_aside", "combined"]:
    if state.raw.get((bid, leaf.id)) is not None:
        return "scored"
    if bid in state.out:
        return "set_aside"
    return "combined" if state.lot.combine is not None and leaf.type != "quality" else "missing"


def _group(state: Operations, name: str, criterion: Criterion) -> GroupScore:
    raw, score = state.raw.get((name, criterion.id)), state.score.get((name, criterion.id))
    working: list[Working] = []
    if not criterion.leaf and raw is not None:
        parts = [
            f"{child.id} {figure(value)} × {figure(state.shares.local[child.id])}"
            for child in criterion.criteria
            if child.id not in state.shares.gone and (value := state.raw.get((name, child.id))) is not None
        ]
        working.append(Working.made(text=" + ".join(parts), value=raw, unit="of 100"))
        if score is not None and score != raw:
            working.append(Working.made(text="after rescaling", value=score, unit="of 100"))
    return GroupScore.made(
        bid=name,
        criterion=criterion.id,
        raw=raw,
        score=score,
        share=state.shares.used.get(criterion.id, ZERO),
        points=None if criterion.id in state.shares.gone else _points_under(state, name, criterion),
        passed=state.passed.get((name, criterion.id)),
        working=tuple(working),
    )


def _price_notes(state: Operations) -> tuple[PriceNote, ...]:
    found = []
    for bid in state.bids.values():
        for leaf in state.live():
            if leaf.formula is None:
                continue
            amount = state.amounts.get((bid.id, leaf.id))
            found.append(
                PriceNote.made(
                    bid=bid.id,
                    criterion=leaf.id,
                    read_out=bid.price,
                    currency=bid.currency or state.procedure.currency,
                    evaluated=amount.value if amount is not None else None,
                    working=amount.working if amount is not None else (),
                )
            )
    return tuple(found)


def _packs(state: Operations) -> Iterable[PackNote]:
    for (name, _), found in sorted(state.found.items()):
        if found.pack is not None and name in state.bids:
            yield found.pack


def _panel(state: Operations) -> PanelNote | None:
    if not state.cells:
        return None
    weights = {name: state.shares.used.get(name, ZERO) for name, _ in state.judged()}
    return panel_note([state.cells[key] for key in sorted(state.cells)], weights, state.procedure.rules.aggregation)


def _tie_note(tie: Tie) -> TieNote:
    tried = []
    for text, groups in tie.tried:
        if groups is None:
            said = f"{text}: not known for every tied bid, decides nothing"
        else:
            said = f"{text}: " + ", then ".join(" = ".join(group) for group in groups)
        tried.append(Working(text=said))
    return TieNote(bids=tie.bids, total=tie.total, tried=tuple(tried), groups=tie.groups, settled=tie.settled)


def _near(first: str, second: str, totals: Mapping[str, Fraction], places: int) -> str:
    gap = totals[first] - totals[second]
    alike = f"{first} and {second} both show {shown(totals[first], places)}"
    return f"{alike}, and differ by {figure(gap)}: {first} is ahead by the exact totals, which are not equal"
