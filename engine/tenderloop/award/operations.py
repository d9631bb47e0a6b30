"""The order of operations on one lot, up to the points of every leaf: who stays, what was judged, thresholds, low bids, prices, weights.

Knows one lot and its bids. Must not know other lots, files or pages, read a clock, or round but where the rule says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tenderloop.award.amounts import Amount, amount_of, price_of
from tenderloop.award.bid import Bid, Decision, Draw, NotApplicable, in_order
from tenderloop.award.formula import Refused
from tenderloop.award.formulas import FORMULAS, VALUE_FORMULAS, Valued
from tenderloop.award.inputs import Records, moment
from tenderloop.award.judgement import Consensus, Judgement
from tenderloop.award.leaves import Found, by_facts, by_pack, by_panel, figure, number_of
from tenderloop.award.low_bids import LOW_BID_RULES, LowBidRule
from tenderloop.award.panel import BROMCOM, BROMCOM_SOURCE, Spread, cell, spread_of
from tenderloop.award.procedure import HUNDRED, Criterion, Lot, Procedure, Rounding, ScoredBy
from tenderloop.award.ranking import TieKey
from tenderloop.award.result import (
    BidStatus,
    CellNote,
    LowBidNote,
    Note,
    OperationNote,
    Working,
)
from tenderloop.award.shares import Shares, shares_of
from tenderloop.case import Evidence
from tenderloop.result import Result

ZERO, ONE = Fraction(0), Fraction(1)
_REJECTED: Mapping[str, BidStatus] = {
    "late": "late",
    "exclusion": "excluded",
    "selection": "not_selected",
    "compliance": "non_compliant",
    "abnormally_low": "abnormally_low",
}


def rounded(value: Fraction, rounding: Rounding) -> Fraction:
    """A number rounded as published.

    >>> [str(rounded(Fraction(n, 8), Rounding(at="total", places=2, mode="half_even"))) for n in (1, 3)]
    ['3/25', '19/50']
    """
    scaled = value * 10**rounding.places
    halves = {"half_even": round(scaled), "half_up": math.floor(scaled + Fraction(1, 2)), "down": int(scaled)}
    whole = halves[rounding.mode]
    return Fraction(whole, 10**rounding.places)


Cell = tuple[str, str]  # (bid, criterion)


@dataclass(frozen=True)
class Totals:
    """What decides: ``keys`` by bid, the greater the better; ``shown`` is the total to print, ``exact`` before declared rounding."""

    keys: Mapping[str, Fraction]
    shown: Mapping[str, Fraction]
    exact: Mapping[str, Fraction]
    dropped: Mapping[str, str]


@dataclass
class Operations:
    """The state of one lot on its way through the operations, in their order."""

    procedure: Procedure
    lot: Lot
    bids: Mapping[str, Bid]
    records: Records
    pack_results: Mapping[str, Mapping[str, Result]]
    draws: tuple[Draw, ...]
    marks: tuple[NotApplicable, ...]
    out: dict[str, BidStatus] = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=dict)
    open: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    operations: list[OperationNote] = field(default_factory=list)
    found: dict[Cell, Found] = field(default_factory=dict)
    cells: dict[Cell, CellNote] = field(default_factory=dict)
    raw: dict[Cell, Fraction | None] = field(default_factory=dict)
    score: dict[Cell, Fraction | None] = field(default_factory=dict)
    points: dict[Cell, Fraction] = field(default_factory=dict)
    factor: dict[str, Fraction] = field(default_factory=dict)
    passed: dict[Cell, bool] = field(default_factory=dict)
    amounts: dict[Cell, Amount] = field(default_factory=dict)
    formula_lines: dict[Cell, tuple[Working, ...]] = field(default_factory=dict)
    low_bids: list[LowBidNote] = field(default_factory=list)
    valued: Valued | None = None
    shares: Shares = field(default_factory=lambda: Shares({}, {}, {}, frozenset(), ZERO))

    # ------------------------------------------------------------------------------------------------------------------ the order

    def run(self) -> None:
        """Everything but the ranking."""
        self._weigh()
        self._set_aside()
        self._decide(2, "Exclusion grounds and selection", ("exclusion", "selection"))
        self._decide(3, "Compliance with the specifications", ("compliance",))
        self._judge()
        self._score_quality()
        self._thresholds()
        self._low_bids()
        self._score_prices()
        self._finish_scores()

    @property
    def admitted(self) -> tuple[str, ...]:
        """Bids that have not left, by id."""
        return tuple(name for name in self.bids if name not in self.out)

    def leave(self, bid: str, status: BidStatus, reason: str) -> str:
        self.out[bid] = status
        self.reasons.setdefault(bid, []).append(reason)
        return f"{bid} leaves: {reason}"

    def operation(self, number: int, title: str, did: Sequence[str]) -> None:
        self.operations.append(OperationNote(number=number, title=title, did=tuple(did) or ("nothing changed",), left=self.admitted))

    # ------------------------------------------------------------------------------------------------------------ weights in force

    def _weigh(self) -> None:
        policy = self.procedure.rules.not_applicable
        self.shares = shares_of(self.lot, (mark.criterion for mark in self.marks), policy)
        for mark in sorted(self.marks, key=lambda each: (each.criterion, each.time, each.reason)):
            said = f"{mark.criterion} does not apply, for all bids alike: {mark.reason} ({mark.by})"
            self.warnings.append(Note(code="not-applicable", text=said, criterion=mark.criterion))
        if self.shares.moved > self.procedure.rules.not_applicable_cap:
            said = (
                f"{figure(self.shares.moved * 100)} % of the weight does not apply, more than the declared "
                f"{figure(self.procedure.rules.not_applicable_cap * 100)} %: the ranking is not reliable; both totals are shown"
            )
            self.warnings.append(Note(code="not-applicable-cap", text=said))
        if not self.shares.nominal:
            said = "the weights give no shares (an order of importance): nothing can be added up"
            self.open.append(Note(code="no-shares", text=said))
        elif not any(leaf.id not in self.shares.gone for leaf in self.lot.leaves):
            self.open.append(Note(code="nothing-applies", text="no criterion applies: there is nothing to score"))

    # ----------------------------------------------------------------------------------------------------------- 1 to 3: who stays

    def _set_aside(self) -> None:
        did = []
        deadline = moment(self.procedure.deadline)
        for bid in self.bids.values():
            decision = self.records.decision_of.get((bid.id, "late"))
            received = moment(bid.received)
            late = deadline is not None and received is not None and received > deadline
            if bid.withdrawn or bid.withdrawn_reason:
                reason = bid.withdrawn_reason or "no reason given"
                did.append(self.leave(bid.id, "withdrawn", f"withdrawn{' ' + bid.withdrawn if bid.withdrawn else ''}: {reason}"))
            elif decision is not None and decision.outcome == "reject":
                did.append(self.leave(bid.id, "late", decided(decision)))
            elif late and decision is None:
                did.append(self.leave(bid.id, "late", f"received {bid.received}, after the deadline {self.procedure.deadline}"))
            elif late and decision is not None:
                did.append(f"{bid.id} stays although late: {decided(decision)}")
        self.operation(1, "Late and withdrawn bids are set aside", did)

    def _decide(self, number: int, title: str, steps: tuple[str, ...]) -> None:
        did = []
        for name in self.admitted:
            for step in steps:
                decision = self.records.decision_of.get((name, step))
                if decision is not None and decision.outcome == "reject" and name not in self.out:
                    did.append(self.leave(name, _REJECTED[step], decided(decision)))
                elif decision is not None and decision.outcome == "admit":
                    did.append(f"{name} stays: {decided(decision)}")
        self.operation(number, title, did)

    # ---------------------------------------------------------------------------------------------------- 4 and 5: what was judged

    def judged(self) -> tuple[tuple[str, ScoredBy], ...]:
        gone = self.shares.gone
        owner = {one.id: leaf.id for leaf in self.lot.leaves for one in leaf.adjustments}
        return tuple((name, way) for name, way in self.lot.judged() if name not in gone and owner.get(name, name) not in gone)

    def _expected(self, criterion: str, recorded: frozenset[str]) -> tuple[str, ...]:
        if self.procedure.panel:
            return tuple(sorted(each.id for each in self.procedure.panel if not each.criteria or criterion in each.criteria))
        return tuple(sorted(recorded))

    def _judge(self) -> None:
        rules = self.procedure.rules
        recorded = frozenset(
            name for (bid, _, _), by_evaluator in self.records.judgement_of.items() if bid in self.bids for name in by_evaluator
        ) | frozenset(each.evaluator for each in self.records.outdated if each.bid in self.bids)
        outdated: dict[tuple[str, str], list[Judgement]] = {}
        for each in self.records.outdated:
            outdated.setdefault((each.bid, each.criterion), []).append(each)
        flagged = 0
        figures: dict[tuple[str, tuple[str, ...]], Spread] = {}
        for criterion, way in self.judged():
            assert way.scale is not None
            scale = self.procedure.scale_of[way.scale]
            expected = self._expected(criterion, recorded)
            for name in self.admitted:
                bid = self.bids[name]
                key = (name, bid.version, criterion)
                own = self.records.judgement_of.get(key, {})
                agreed = self.records.consensus_of.get(key)
                missing = self._not_judged(bid, criterion, expected, own, outdated.get((name, criterion), ()))
                evidence: tuple[Evidence, ...] = ()
                step, reason = "", "; ".join(f"{who}: {own[who].reason}" for who in sorted(own))
                if rules.aggregation == "consensus" and agreed is not None:
                    step, reason, evidence = agreed.step, agreed.reason, in_order(agreed.evidence)
                elif rules.aggregation == "consensus" and len(expected) == 1 and not missing:
                    step, reason, evidence = own[expected[0]].step, own[expected[0]].reason, in_order(own[expected[0]].evidence)
                elif rules.aggregation == "consensus" and not missing:
                    said = f"no consensus is recorded on bid {name}, {criterion}"
                    missing.append(Note(code="consensus-missing", text=said, bid=name, criterion=criterion))
                steps = {who: each.step for who, each in own.items()}
                alike = (scale.id, tuple(sorted(steps.values())))
                if alike not in figures:
                    figures[alike] = spread_of(scale, alike[1], rules.trim)
                note = cell(name, criterion, scale, steps, figures[alike], agreed=step, rules=rules)
                self.cells[name, criterion] = note
                self.found[name, criterion] = by_panel(criterion, scale, note, reason, evidence, tuple(missing))
                if note.flagged:
                    flagged += 1
                    self.warnings.append(self._discrepancy(note, agreed))
        asked = len(self.judged())
        counted = "1 criterion" if asked == 1 else f"{asked} criteria"
        did = [f"{counted} judged by the panel, one step of the scale each; {len(self.cells)} scores of bids"] if asked else []
        self.operation(4, "Scores of each evaluator", did)
        did = (
            [f"rule: {rules.aggregation}; disagreements above {figure(rules.discrepancy * 100)} % of the scale: {flagged}"] if asked else []
        )
        if asked and rules.aggregation != "consensus":
            self.warnings.append(Note(code="averaging-without-consensus", text=BROMCOM, source=BROMCOM_SOURCE, status="published"))
        self.operation(5, "What the panel's judgements come to", did)

    def _not_judged(
        self, bid: Bid, criterion: str, expected: Sequence[str], own: Mapping[str, Judgement], outdated: Sequence[Judgement]
    ) -> list[Note]:
        if not expected:
            return [Note(code="judgement-missing", text=f"nobody has judged bid {bid.id}, {criterion}", bid=bid.id, criterion=criterion)]
        found = []
        for who in expected:
            if who in own:
                continue
            old = [each for each in outdated if each.evaluator == who]
            said = f"{who} has not judged bid {bid.id}, {criterion}"
            code = "judgement-missing"
            if old:
                code = "judgement-outdated"
                said = f"{who} judged version {old[0].version} of bid {bid.id}, {criterion}; the bid is now version {bid.version}"
            found.append(Note(code=code, text=said, bid=bid.id, criterion=criterion, evaluator=who))
        return found

    def _discrepancy(self, note: CellNote, agreed: Consensus | None) -> Note:
        assert note.spread is not None
        listed = ", ".join(f"{who} {step}" for who, step in sorted(note.steps.items()))
        settled = f"settled: {agreed.discrepancy}" if agreed is not None and agreed.discrepancy else "not settled by a consensus"
        said = f"bid {note.bid}, {note.criterion}: evaluators differ by {figure(note.spread * 100)} % of the scale ({listed}); {settled}"
        return Note(
            code="discrepancy",
            text=said,
            bid=note.bid,
            criterion=note.criterion,
            source="flag from 40 % of the scale as in VendorPanel/Unimarket; the share is the procedure's",
            status="published",
        )

    # ------------------------------------------------------------------------------------------------------- 6: quality, thresholds

    def _score_quality(self) -> None:
        facts = self.procedure.fact_of
        for leaf in self.live():
            for way_id, way in ((leaf.id, leaf.scored_by), *((each.id, each.scored_by) for each in leaf.adjustments)):
                if way is None:
                    continue
                for name in self.admitted:
                    if way.pack is not None:
                        self.found[name, way_id] = by_pack(way_id, way.pack, self.bids[name], self.pack_results.get(name, {}).get(way.pack))
                    elif way.scale is None:
                        self.found[name, way_id] = by_facts(way_id, way, self.bids[name], facts)
                    found = self.found[name, way_id]
                    self.open += found.missing
                    self.warnings += found.warnings
        for criterion in self.upwards():
            if priced(criterion) or criterion.id in self.shares.gone:
                continue
            for name in self.admitted:
                self.raw[name, criterion.id] = (
                    self.found[name, criterion.id].score if criterion.leaf else self.mean(criterion, name, self.raw)
                )

    def live(self) -> tuple[Criterion, ...]:
        return tuple(leaf for leaf in self.lot.leaves if leaf.id not in self.shares.gone)

    def scored(self) -> tuple[Criterion, ...]:
        """Leaves that apply and have a score of their own: all, but not a price that a formula combines with quality."""
        return tuple(leaf for leaf in self.live() if self.lot.combine is None or leaf.type == "quality")

    def upwards(self) -> tuple[Criterion, ...]:
        """Children before parents."""
        return tuple(reversed(tuple(self.lot.walk())))

    def mean(self, criterion: Criterion, bid: str, table: Mapping[Cell, Fraction | None]) -> Fraction | None:
        total = ZERO
        for child in criterion.criteria:
            if child.id in self.shares.gone:
                continue
            value = table.get((bid, child.id))
            if value is None:
                return None
            total += value * self.shares.local.get(child.id, ZERO)
        return total

    def _rescale(self, criterion: Criterion, bids: Sequence[str], did: list[str]) -> None:
        """The scores of one criterion among ``bids``, rescaled where declared. Its children's must be there."""
        before = {name: self.raw.get((name, criterion.id)) if criterion.leaf else self.mean(criterion, name, self.score) for name in bids}
        factor = self.factor.get(criterion.id, ONE)
        if criterion.rescale and criterion.id not in self.factor:
            known = [value for value in before.values() if value is not None]
            if len(known) < len(before):
                before = dict.fromkeys(before)
                said = f"{criterion.id} cannot be rescaled while a score on it is open"
                self.open.append(Note(code="rescaling-open", text=said, criterion=criterion.id))
            elif known and max(known) > 0:
                factor = HUNDRED / max(known)
                did.append(f"{criterion.id}: the best score, {figure(max(known))}, becomes 100; all are multiplied by {figure(factor)}")
            self.factor[criterion.id] = factor
        for name, value in before.items():
            self.score[name, criterion.id] = None if value is None else value * factor

    def _thresholds(self) -> None:
        did: list[str] = []
        after = self.procedure.rules.threshold_when == "after_rescaling"
        quality = [each for each in self.upwards() if not priced(each) and each.id not in self.shares.gone]
        if after:
            for criterion in quality:
                self._rescale(criterion, self.admitted, did)
        table = self.score if after else self.raw
        held = self.admitted
        failed: dict[str, list[str]] = {}
        for criterion in self.lot.walk():
            threshold = criterion.threshold
            if threshold is None or threshold.min_score is None or criterion.id in self.shares.gone:
                continue
            for name in held:
                value = table.get((name, criterion.id))
                if value is None:
                    continue
                self.passed[name, criterion.id] = value >= threshold.min_score
                if value < threshold.min_score:
                    said = f"{criterion.title}: {figure(value)} of 100 is under the threshold of {figure(threshold.min_score)}"
                    failed.setdefault(name, []).append(said)
        self._best_pass(table, tuple(name for name in held if name not in failed), failed, did)
        for name in held:
            if name in failed:
                did.append(self.leave(name, "below_threshold", "; ".join(failed[name])))
        if not after:
            for criterion in quality:
                self._rescale(criterion, self.admitted, did)
        when = "after" if after else "before"
        self.operation(6, f"Scores of criteria, rescaling and thresholds; thresholds are read {when} rescaling", did)

    def _best_pass(self, table: Mapping[Cell, Fraction | None], bids: Sequence[str], failed: dict[str, list[str]], did: list[str]) -> None:
        """``max_pass``: among the bids that reached every least score, the best of each criterion stay; a tie at the edge stays whole."""
        for criterion in self.lot.walk():
            threshold = criterion.threshold
            if threshold is None or threshold.max_pass is None or criterion.id in self.shares.gone or len(bids) <= threshold.max_pass:
                continue
            values = {name: value for name in bids if (value := table.get((name, criterion.id))) is not None}
            if len(values) < len(bids):
                said = f"who is among the best {threshold.max_pass} on {criterion.title} is open while a score on it is open"
                self.open.append(Note(code="best-open", text=said, criterion=criterion.id))
                continue
            edge = sorted(values.values(), reverse=True)[threshold.max_pass - 1]
            staying = [name for name in bids if values[name] >= edge]
            if len(staying) > threshold.max_pass:
                said = f"{criterion.title}: bids tied at the last place of {threshold.max_pass} all stay ({', '.join(staying)})"
                did.append(said)
                self.warnings.append(Note(code="best-tied", text=said, criterion=criterion.id))
            for name in bids:
                self.passed[name, criterion.id] = self.passed.get((name, criterion.id), True) and name in staying
                if name not in staying:
                    said = f"{criterion.title}: {figure(values[name])} of 100 is not among the best {threshold.max_pass}"
                    failed.setdefault(name, []).append(said)

    # -------------------------------------------------------------------------------------------------- 7 and 8: low bids, prices

    def _low_bids(self) -> None:
        did: list[str] = []
        rule = self.procedure.rules.low_bid
        if rule is not None:
            self._screen(LOW_BID_RULES[rule.rule], rule.parameters, did)
        for name in self.admitted:
            decision = self.records.decision_of.get((name, "abnormally_low"))
            if decision is not None and decision.outcome == "reject":
                if name not in {each.bid for each in self.low_bids}:
                    said = f"bid {name} is rejected as abnormally low, and the declared rule does not flag it"
                    self.warnings.append(Note(code="low-bid-not-flagged", text=said, bid=name))
                did.append(self.leave(name, "abnormally_low", decided(decision)))
            elif decision is not None:
                did.append(f"{name} stays: {decided(decision)}")
        self.operation(7, "Abnormally low bids are flagged; only a recorded decision rejects one", did)

    def _screen(self, rule: LowBidRule, parameters: Mapping[str, Fraction], did: list[str]) -> None:
        prices = {name: value for name in self.admitted if (value := price_of(self.procedure, self.bids[name]).value) is not None}
        if not prices or len(prices) < len(self.admitted):
            did.append(f"{rule.title} is not applied while a price is open")
            return
        points = self._provisional_points() if "points" in rule.needs else None
        try:
            screening = rule.screen(prices, parameters, estimate=self.lot.estimate, points=points)
        except Refused as refused:
            self._refused(refused, "")
            return
        did.append(f"{rule.title}: {screening.because}")
        for flag in screening.flags:
            decision = self.records.decision_of.get((flag.bid, "abnormally_low"))
            did.append(f"{flag.bid} is flagged: {flag.reason}")
            self.low_bids.append(
                LowBidNote(
                    bid=flag.bid,
                    rule=rule.name,
                    title=rule.title,
                    threshold=flag.threshold,
                    price=flag.price,
                    working=tuple(Working(text=line.text, value=line.value, unit=line.unit) for line in flag.working),
                    letter={**flag.letter, "bidder": self.bids[flag.bid].bidder, "currency": self.procedure.currency},
                    source=rule.source,
                    status=rule.status,
                    decision=decided(decision) if decision is not None else "",
                )
            )

    def _provisional_points(self) -> Mapping[str, tuple[Fraction, Fraction]] | None:
        """(price score, score of the rest) by bid, each of its maximum 1, as if nobody were rejected; None while something is open."""
        totals = {name: [ZERO, ZERO] for name in self.admitted}
        whole = [ZERO, ZERO]
        for leaf in self.scored():
            share = self.shares.used.get(leaf.id, ZERO)
            side = 1 if leaf.type == "quality" else 0
            whole[side] += share
            values: Mapping[str, Fraction | None]
            if leaf.formula is not None:
                amounts = {name: self._amount(leaf, name).value for name in self.admitted}
                try:
                    values = FORMULAS[leaf.formula.name].score(amounts, leaf.formula.parameters)
                except Refused:
                    return None
            else:
                above = self.factor_above(leaf.id) / HUNDRED
                values = {name: score * above if (score := self.score.get((name, leaf.id))) is not None else None for name in self.admitted}
            for name, value in values.items():
                if value is None:
                    return None
                totals[name][side] += value * share
        if not whole[0] or not whole[1]:
            return None
        return {name: (price / whole[0], rest / whole[1]) for name, (price, rest) in totals.items()}

    def _amount(self, leaf: Criterion, bid: str) -> Amount:
        scores = {each.id: self.found[bid, each.id].score for each in leaf.adjustments}
        return amount_of(self.procedure, leaf, self.bids[bid], scores)

    def _score_prices(self) -> None:
        did: list[str] = []
        for leaf in self.live():
            if leaf.type == "quality":
                continue
            prices: dict[str, Fraction] = {}
            for name in self.admitted:
                amount = self._amount(leaf, name)
                self.amounts[name, leaf.id] = amount
                self.open += [note for note in amount.missing if note not in self.open]
                if amount.value is not None:
                    prices[name] = amount.value
            values: Mapping[str, Fraction] = {}
            if leaf.formula is not None and prices and len(prices) == len(self.admitted):
                values = self._by_formula(leaf, prices, did)
            for name in self.admitted:
                self.raw[name, leaf.id] = values[name] * HUNDRED if name in values else None
        self.operation(8, "Prices and costs are scored among the admitted bids only", did)

    def _by_formula(self, leaf: Criterion, prices: Mapping[str, Fraction], did: list[str]) -> Mapping[str, Fraction]:
        """Scores from 0 to 1; none where the formula refuses an amount, which is then open."""
        assert leaf.formula is not None
        formula = FORMULAS[leaf.formula.name]
        try:
            worked = formula.worked(prices, leaf.formula.parameters)
        except Refused as refused:
            self._refused(refused, leaf.id)
            return {}
        given = ", ".join(f"{name} = {figure(value)}" for name, value in sorted(leaf.formula.parameters.items()))
        low, high = min(prices.values()), max(prices.values())
        unit = self.procedure.currency
        said = f"{formula.title}: {formula.equation}" + (f" with {given}" if given else "")
        did.append(f"{leaf.id} by {said}; lowest {figure(low)}, highest {figure(high)} {unit}, {len(prices)} bids")
        for name, line in worked.items():
            self.formula_lines[name, leaf.id] = (
                Working.made(text="amount that the formula reads", value=prices[name], unit=unit),
                *(Working.made(text=each, value=value, unit="") for each, value in line.references),
                Working.made(text=line.text, value=line.score, unit="of 1"),
                Working.made(text="× 100", value=line.score * HUNDRED, unit="of 100"),
            )
        return {name: line.score for name, line in worked.items()}

    def _refused(self, refused: Refused, criterion: str) -> None:
        for each in refused.faults:
            said = f"{each.message}: {each.hint}" if each.hint else each.message
            self.open.append(Note(code=each.code, text=said, bid=each.bid, criterion=criterion))

    # -------------------------------------------------------------------------------------------- 9 and 10: weighting and ranking

    def _finish_scores(self) -> None:
        did: list[str] = []
        for criterion in self.upwards():
            if criterion.id in self.shares.gone:
                continue
            if priced(criterion):
                if not criterion.leaf:
                    for name in self.admitted:
                        self.raw[name, criterion.id] = self.mean(criterion, name, self.raw)
                self._rescale(criterion, self.admitted, did)
        rounding = self.procedure.rules.rounding
        for leaf in self.live():
            scale = self.shares.used.get(leaf.id, ZERO) * self.factor_above(leaf.id)
            for name in self.admitted:
                score = self.score.get((name, leaf.id))
                if score is not None:
                    points = score * scale
                    self.points[name, leaf.id] = rounded(points, rounding) if rounding.at == "criterion" else points
        did.append("points = score × share of the lot; the total is their sum, of 100")
        if self.lot.combine is not None:
            self._combine(did)
        if rounding.at != "none":
            did.append(f"points are rounded at the {rounding.at}: to {rounding.places} decimal places, {rounding.mode}")
        self.operation(9, "Weighting, and rounding where declared", did)

    def factor_above(self, criterion: str) -> Fraction:
        factor, parent = ONE, self.lot.parent_of[criterion]
        while parent:
            factor *= self.factor.get(parent, ONE)
            parent = self.lot.parent_of[parent]
        return factor

    def _combine(self, did: list[str]) -> None:
        """Rank by a formula over quality (of 100, by weight) and the amount, where the lot declares one."""
        assert self.lot.combine is not None
        formula = VALUE_FORMULAS[self.lot.combine.name]
        priced_leaf = next(each for each in self.lot.criteria if each.type != "quality")
        unit = ONE if formula.quality_unit == "points" else Fraction(1, 100)
        qualities, prices = {}, {}
        for name in self.admitted:
            known = [self.points.get((name, leaf.id)) for leaf in self.scored()]
            qualities[name] = sum((each for each in known if each is not None), ZERO) * unit if None not in known else None
            prices[name] = self.amounts[name, priced_leaf.id].value
        if not self.admitted or None in qualities.values() or None in prices.values():
            return
        try:
            self.valued = formula.value(qualities, prices, self.lot.combine.parameters)
        except Refused as refused:
            self._refused(refused, priced_leaf.id)
            return
        did.append(f"quality and price are combined by {formula.title}: {formula.equation}")
        did += [f"{name} drops out: {why}" for name, why in sorted(self.valued.dropped.items())]

    def totals(self) -> Totals:
        """What decides, of every bid; only when nothing is open."""
        if self.valued is not None:
            shown = {name: self.valued.values[name] for name in self.admitted}
            return Totals(self.valued.keys, shown, shown, self.valued.dropped)
        rounding = self.procedure.rules.rounding
        exact = {name: sum((self.points[name, leaf.id] for leaf in self.scored()), ZERO) for name in self.admitted}
        deciding = {name: rounded(total, rounding) for name, total in exact.items()} if rounding.at == "total" else exact
        return Totals(deciding, deciding, exact, {})

    def chain(self) -> list[TieKey]:
        found = []
        for step in self.procedure.rules.ties:
            word, _, name = step.partition(":")
            values: dict[str, Fraction] = {}
            if word == "score":
                text = f"the higher score on {name}"
                if name not in self.shares.gone:
                    values = {bid: value for bid in self.admitted if (value := self.score.get((bid, name))) is not None}
            elif word == "lowest_price":
                text = "the lower price"
                values = {bid: -value for bid in self.admitted if (value := price_of(self.procedure, self.bids[bid]).value) is not None}
            elif word == "earliest":
                text = "the earlier submission"
                values = {bid: -value for bid in self.admitted if (value := moment(self.bids[bid].received)) is not None}
            elif word == "fact":
                fact, _, direction = name.partition(":")
                text = f"the {'lower' if direction == 'lowest' else 'higher'} {fact}"
                for bid in self.admitted:
                    offered = self.bids[bid].facts.get(fact)
                    value = number_of(offered, self.procedure.fact_of[fact]) if offered is not None else None
                    if value is not None:
                        values[bid] = -value if direction == "lowest" else value
            else:
                text = "a lot drawn in public"
                for draw in sorted(self.draws, key=lambda each: (moment(each.time) or ZERO, each.order)):
                    values.update({bid: Fraction(-place) for place, bid in enumerate(draw.order)})
            found.append(TieKey(step, text, values))
        return found


def priced(criterion: Criterion) -> bool:
    """Whether any score under it depends on prices."""
    return any(leaf.formula is not None or leaf.type in ("price", "cost") for leaf in criterion.leaves)


def decided(decision: Decision) -> str:
    parts = [part for part in (decision.ground, decision.reason) if part]
    by = f" ({', '.join(sorted(decision.by))})" if decision.by else ""
    return ": ".join(parts) + by
