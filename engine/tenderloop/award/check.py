"""Faults and warnings of a procedure before it is locked, all at once.

Knows what makes a procedure unusable or unwise. Must not know bids, scores or where a procedure was read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from tenderloop import expression
from tenderloop.award.amounts import path_of
from tenderloop.award.costs import CARBON_PATHS, KINDS, LONGEST
from tenderloop.award.faults import CODES, WARNINGS
from tenderloop.award.formula import PATHOLOGIES, Fault, Refused
from tenderloop.award.formulas import FORMULAS, NOT_AVAILABLE, VALUE_FORMULAS
from tenderloop.award.inputs import moment
from tenderloop.award.leaves import figure, most_possible, parsed
from tenderloop.award.low_bids import LOW_BID_RULES
from tenderloop.award.procedure import HUNDRED, CostRule, Criterion, FormulaRef, Lot, Procedure, ScoredBy, rising
from tenderloop.award.result import Note
from tenderloop.errors import Problem
from tenderloop.expression import ExpressionError
from tenderloop.pack import Fact
from tenderloop.readers.faults import nearest
from tenderloop.vocabulary import fact_type

Path = tuple[str | int, ...]
ZERO, ONE = Fraction(0), Fraction(1)
_WHOLE = {"per": HUNDRED, "dec": ONE}
_TIE_WORDS = ("score", "lowest_price", "earliest", "fact", "draw")
TIE_HINT = "write score:CRITERION, lowest_price, earliest, fact:FACT, fact:FACT:lowest or draw"


@dataclass(frozen=True)
class Finding:
    """One fault or warning of a procedure, and the path of keys and indexes to where it is written."""

    code: str
    message: str
    hint: str
    path: Path
    warning: bool = False
    criterion: str = ""

    @property
    def where(self) -> str:
        """The path as text, such as ``lots[0].criteria[1].weight``."""
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path).lstrip(".")


def faults_of(procedure: Procedure) -> list[Problem]:
    """Every fault, in the order of the file; none for a sound procedure."""
    return [
        Problem(each.code, each.message, procedure.file, None, each.where, each.hint) for each in findings(procedure) if not each.warning
    ]


def warnings_of(procedure: Procedure) -> list[Note]:
    """What courts and auditors punish, each with its source; by code, then criterion."""
    found = [_warned(each) for each in findings(procedure) if each.warning]
    return sorted(found, key=lambda note: (note.code, note.criterion, note.text))


def _warned(finding: Finding) -> Note:
    known = WARNINGS[finding.code]
    return Note(
        code=finding.code,
        text=f"{finding.message}: {known.text}",
        criterion=finding.criterion,
        source=known.source,
        status=known.status,
    )


def findings(procedure: Procedure) -> list[Finding]:
    """Everything at once: faults and warnings, each where it is written."""
    check = _Check(procedure)
    check.top()
    for index, lot in enumerate(procedure.lots):
        _LotCheck(check, lot, ("lots", index)).all()
    return check.found


class _Check:
    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.found: list[Finding] = []

    def fault(self, code: str, message: str, hint: str, *path: str | int) -> None:
        self.found.append(Finding(code, message, hint, path))

    def warn(self, code: str, message: str, path: Path, criterion: str = "") -> None:
        self.found.append(Finding(code, message, "", path, True, criterion))

    def top(self) -> None:
        procedure = self.procedure
        for key, records in (
            ("lots", procedure.lots),
            ("scales", procedure.scales),
            ("facts", procedure.facts),
            ("panel", procedure.panel),
        ):
            self.once([each.id for each in records], key, key)
        if not procedure.lots:
            self.fault("empty-category", "the procedure has no lots", "write at least one lot with its criteria", "lots")
        for index, scale in enumerate(procedure.scales):
            self._scale(index)
            self.once([step.id for step in scale.steps], f"steps of scale '{scale.id}'", "scales", index, "steps")
        for name in ("deadline", "price_date"):
            written = getattr(procedure, name)
            if written and moment(written) is None:
                self.fault("bad-moment", f"{name}: '{written}' is no day or hour of the calendar", "write it like 2026-03-20T10:00", name)
        if procedure.standstill is not None:
            for index, day in enumerate(procedure.standstill.holidays):
                if moment(day) is None:
                    said = f"holiday '{day}' is no day of the calendar"
                    self.fault("bad-moment", said, "write it like 2026-04-03", "standstill", "holidays", index)
        for currency, rate in sorted(procedure.rates.items()):
            if rate <= 0 or currency == procedure.currency:
                said = f"the rate of {currency} is {figure(rate)}"
                self.fault("bad-rate", said, f"write what 1 {currency} is worth in {procedure.currency}, above 0", "rates", currency)
        judged = {name for lot in procedure.lots for name, _ in lot.judged()}
        for index, member in enumerate(procedure.panel):
            for place, name in enumerate(member.criteria):
                if name not in judged:
                    said = f"'{member.id}' is to judge '{name}', which no scale scores"
                    self.fault("unknown-criterion", said, _choices(judged, name), "panel", index, "criteria", place)
        if judged and not procedure.panel:
            self.warn("panel-not-named", "no panel is declared", ("panel",))
        self._rules(bool(judged))

    def once(self, ids: Iterable[str], what: str, *path: str | int) -> None:
        for name, times in Counter(ids).items():
            if times > 1:
                self.fault("repeated-id", f"'{name}' is there {times} times among the {what}", "give each an id of its own", *path)

    def _scale(self, index: int) -> None:
        scale = self.procedure.scales[index]
        values = tuple(step.value for step in scale.steps)
        if len(values) < 2:
            self.fault(
                "scale-too-short",
                f"scale '{scale.id}' has {len(values)} step" + ("" if len(values) == 1 else "s"),
                "a scale needs two steps or more",
                "scales",
                index,
                "steps",
            )
        if not rising(values):
            listed = ", ".join(figure(value) for value in values)
            said = f"the values of scale '{scale.id}' are {listed}"
            self.fault(
                "scale-not-rising", said, "write the steps from the lowest value to the highest, no two alike", "scales", index, "steps"
            )
        for place, step in enumerate(scale.steps):
            if not 0 <= step.value <= HUNDRED:
                said = f"step '{step.id}' of scale '{scale.id}' is worth {figure(step.value)}"
                self.fault("out-of-range", said, "a step is worth 0 to 100", "scales", index, "steps", place, "value")

    def _rules(self, judged: bool) -> None:
        rules = self.procedure.rules
        for name, least, most in (("discrepancy", ZERO, ONE), ("not_applicable_cap", ZERO, ONE), ("trim", ZERO, Fraction(49, 100))):
            value = getattr(rules, name)
            if not least <= value <= most:
                said = f"{name} is {figure(value * 100)} %"
                self.fault("out-of-range", said, f"write {figure(least * 100)} % to {figure(most * 100)} %", "rules", name)
        for name, value in (("display_places", rules.display_places), ("rounding", rules.rounding.places)):
            if not 0 <= value <= 12:
                self.fault("out-of-range", f"{name}: {value} decimal places", "write 0 to 12", "rules", name)
        self._ties()
        if rules.low_bid is None:
            self.warn("low-bid-rule-missing", "low_bid is not written", ("rules",))
        else:
            rule = LOW_BID_RULES.get(rules.low_bid.rule)
            if rule is None:
                said = f"there is no rule '{rules.low_bid.rule}'"
                self.fault("unknown-low-bid-rule", said, _choices(LOW_BID_RULES, rules.low_bid.rule), "rules", "low_bid", "rule")
            else:
                self.parameters(rule.check(rules.low_bid.parameters), ("rules", "low_bid", "parameters"))
                if rule.status == "unverified":
                    self.warn("formula-unverified", f"low-bid rule '{rules.low_bid.rule}'", ("rules", "low_bid"))
        if judged and rules.aggregation != "consensus":
            self.warn("averaging-without-consensus", f"aggregation is {rules.aggregation}", ("rules", "aggregation"))
        if rules.not_applicable != "refuse":
            self.warn("not-applicable-allowed", f"not_applicable is {rules.not_applicable}", ("rules", "not_applicable"))

    def _ties(self) -> None:
        chain = self.procedure.rules.ties
        facts = self.procedure.fact_of
        for index, key in enumerate(chain):
            path: Path = ("rules", "ties", index)
            word, colon, name = key.partition(":")
            if word not in _TIE_WORDS or bool(colon) != (word in ("score", "fact")):
                self.fault("unknown-tie-key", f"'{key}' is no step of a tie chain", TIE_HINT, *path)
                continue
            if "draw" in chain[:index]:
                self.fault("tie-key-after-draw", f"'{key}' stands after 'draw', which always decides", "put draw last", *path)
            elif key in chain[:index]:
                self.fault("tie-key-cannot-decide", f"'{key}' is there twice; the second time it decides nothing", "write it once", *path)
            if word == "fact":
                fact, _, direction = name.partition(":")
                if direction not in ("", "lowest"):
                    self.fault("unknown-tie-key", f"'{key}' is no step of a tie chain", TIE_HINT, *path)
                elif fact not in facts:
                    self.fault("unknown-fact", f"'{fact}' is not declared", _choices(facts, fact), *path)
                elif facts[fact].kind not in ("yes_no", "number", "level"):
                    said = f"'{fact}' is a {facts[fact].kind}, which has no higher and lower"
                    self.fault("wrong-kind", said, "use a fact of kind yes_no, number or level", *path)
            if word == "score":
                for lot in self.procedure.lots:
                    if name not in lot.criterion_of:
                        self.fault("unknown-tie-key", f"lot '{lot.id}' has no criterion '{name}'", _choices(lot.criterion_of, name), *path)
                    elif lot.shares.get(name) == 1:
                        said = f"'{name}' is the whole total of lot '{lot.id}', so tied bids are equal on it"
                        self.fault("tie-key-cannot-decide", said, "choose a part of the total, or lowest_price", *path)
        if "draw" not in chain:
            self.warn("ties-not-decided", "the chain is " + (", ".join(chain) if chain else "empty"), ("rules", "ties"))

    def parameters(self, faults: Iterable[Fault], path: Path) -> None:
        """What a formula or rule says of the parameters it is given."""
        for each in faults:
            at = (*path, each.parameter) if each.parameter else path
            code = each.code if each.code in CODES else "parameter-out-of-range"
            self.fault(code, each.message, each.hint, *at)


def _choices(known: Iterable[str], word: str) -> str:
    names = sorted(known)
    near = nearest(word, names)
    if near:
        return f"did you mean '{near}'?"
    return "write one of: " + ", ".join(names[:14]) if names else "none is declared"


class _LotCheck:
    def __init__(self, check: _Check, lot: Lot, path: Path) -> None:
        self.check, self.lot, self.path = check, lot, path
        self.fault, self.warn = check.fault, check.warn
        self.procedure = check.procedure

    def all(self) -> None:
        ids = [each.id for each in self.lot.walk()] + [one.id for each in self.lot.walk() for one in each.adjustments]
        self.check.once(ids, f"criteria of lot '{self.lot.id}'", *self.path, "criteria")
        if not self.lot.criteria:
            self.fault("empty-category", f"lot '{self.lot.id}' has no criteria", "write at least one criterion", *self.path, "criteria")
        if self.lot.estimate is not None and self.lot.estimate < 0:
            self.fault("out-of-range", f"the estimate of lot '{self.lot.id}' is below 0", "write 0 or more", *self.path, "estimate")
        if self.lot.combine is not None:
            self._combined(self.lot.combine)
        self._siblings(self.lot.weighed, None, (*self.path, "criteria"))
        for criterion, path in self._walk(self.lot.criteria, (*self.path, "criteria")):
            self._criterion(criterion, path)

    def _combined(self, reference: FormulaRef) -> None:
        at: Path = (*self.path, "combine")
        formula = VALUE_FORMULAS.get(reference.name)
        if formula is None:
            hint = NOT_AVAILABLE.get(reference.name) or _choices(VALUE_FORMULAS, reference.name)
            self.fault("unknown-formula", f"no formula '{reference.name}' combines quality and price", hint, *at, "name")
            return
        self.check.parameters(formula.check(reference.parameters), (*at, "parameters"))
        said = f"lot '{self.lot.id}' is ranked by {formula.name}"
        if formula.quality_unit == "money":
            hint = "use a price formula with adjustments: {effect: subtract, worth: …} instead"
            self.fault("wrong-way", f"{said}, which reads quality as money", hint, *at)
        prices = [each for each in self.lot.criteria if each.type != "quality"]
        if len(prices) != 1 or prices[0].criteria or prices[0].formula is not None or prices[0].weight is not None:
            hint = "write one price or cost at the top, without formula and weight; weights are among the criteria of quality"
            self.fault("wrong-way", f"{said}, which reads one price and weighs none", hint, *self.path, "criteria")
        if formula.kind == "relative":
            self.warn("rank-reversal", said, at)
        if formula.status == "unverified":
            self.warn("formula-unverified", said, at)

    def _walk(self, criteria: tuple[Criterion, ...], path: Path) -> Iterator[tuple[Criterion, Path]]:
        for index, each in enumerate(criteria):
            yield each, (*path, index)
            yield from self._walk(each.criteria, (*path, index, "criteria"))

    # ------------------------------------------------------------------------------------------------------------------- weights

    def _siblings(self, criteria: tuple[Criterion, ...], above: Criterion | None, path: Path) -> None:
        for index, each in enumerate(criteria):
            if each.criteria:
                self._siblings(each.criteria, each, (*path, index, "criteria"))
        if not criteria:
            return
        under = f"under '{above.id}'" if above is not None else f"of lot '{self.lot.id}'"
        for index, each in enumerate(criteria):
            if each.weight is not None and each.weight < 0:
                said = f"the weight of '{each.id}' is {figure(each.weight)}"
                self.fault("bad-weight", said, "write 0 or more", *path, index, "weight")
        families = {each.weight_kind[:3] for each in criteria}
        if len(families) > 1:
            said = f"criteria {under} are weighted by different kinds: {', '.join(sorted({each.weight_kind for each in criteria}))}"
            self.fault("mixed-weight-kinds", said, "use one kind among siblings", *path)
            return
        family = families.pop()
        if family == "ord":
            if len(criteria) > 1:
                self.warn("order-of-importance", f"criteria {under}", path, above.id if above is not None else "")
            return
        unweighted = [index for index, each in enumerate(criteria) if each.weight is None]
        if unweighted:
            if len(criteria) > 1 and above is not None and len(unweighted) == len(criteria):
                self.warn("undisclosed-subcriteria", f"criteria {under}", path, above.id)
            elif len(criteria) > 1:
                for index in unweighted:
                    self.fault("weight-missing", f"'{criteria[index].id}' has no weight", "write weight: and its number", *path, index)
            return
        weights = [each.weight for each in criteria if each.weight is not None]
        total = sum(weights, ZERO)
        if total == 0:
            self.fault("no-weight", f"all weights {under} are 0", "give at least one criterion a weight", *path)
            return
        for index, each in enumerate(criteria):
            if each.weight == 0:
                self.warn("weight-inert", f"'{each.id}' has the weight 0", (*path, index, "weight"), each.id)
        allowed = self._allowed(family, above)
        if allowed and total not in allowed:
            wanted = " or ".join(figure(each) for each in sorted(allowed))
            said = f"the weights {under} sum to {figure(total)}, not to {wanted}"
            listed = " + ".join(figure(weight) for weight in weights)
            self.fault("weights-do-not-sum", said, f"{listed} = {figure(total)}: change one of them", *path)
        self._ranges(criteria, under, path)

    def _allowed(self, family: str, above: Criterion | None) -> set[Fraction]:
        """Sums that mean something: the whole of the kind, or the weight of the criterion above in the same kind."""
        found = {_WHOLE[family]} if family in _WHOLE else set()
        if above is not None and above.weight is not None and above.weight_kind[:3] == family:
            found.add(above.weight)
        return found

    def _ranges(self, criteria: tuple[Criterion, ...], under: str, path: Path) -> None:
        # weights that lie in their ranges and sum to the whole make the ranges hold the whole too
        for index, each in enumerate(criteria):
            span = each.weight_range
            if span is not None and each.weight is not None and not span.low <= each.weight <= span.high:
                said = f"the weight {figure(each.weight)} of '{each.id}' is not in its range of {figure(span.low)} to {figure(span.high)}"
                self.fault("bad-weight-range", said, "write the weight inside the range, the lower end first", *path, index, "weight_range")
        if any(each.weight_kind.endswith("-mid") for each in criteria):
            self.warn("weight-range-middle", f"criteria {under}", path)

    # ------------------------------------------------------------------------------------------------------------- one criterion

    def _criterion(self, criterion: Criterion, path: Path) -> None:
        priced = any(leaf.type in ("price", "cost") or leaf.formula is not None for leaf in criterion.leaves)
        if criterion.criteria:
            for name in ("scored_by", "formula", "cost"):
                if getattr(criterion, name) is not None:
                    said = f"'{criterion.id}' has criteria under it and is also scored itself"
                    self.fault("scored-twice", said, f"delete {name}:, or the criteria under it", *path, name)
        elif criterion.scored_by is None and criterion.formula is None and (self.lot.combine is None or criterion.type == "quality"):
            said = f"'{criterion.id}' is not scored by anything and has no criteria under it"
            hint = "write formula: {name: …}" if criterion.type in ("price", "cost") else "write scored_by: and how"
            self.fault("empty-category", said, hint, *path)
        elif criterion.type == "quality" and criterion.formula is not None:
            self.fault("wrong-way", f"'{criterion.id}' is quality and has a price formula", "write scored_by: and how", *path, "formula")
        elif criterion.type != "quality" and criterion.scored_by is not None:
            said = f"'{criterion.id}' is a {criterion.type} and is scored like quality"
            self.fault("wrong-way", said, "write formula: {name: …}", *path, "scored_by")
        if criterion.cost is not None and criterion.type == "quality":
            self.fault("wrong-way", f"'{criterion.id}' is quality and reads costs", "delete cost:", *path, "cost")
        if criterion.cost is not None:
            self._cost(criterion, criterion.cost, (*path, "cost"))
        if criterion.adjustments and criterion.formula is None:
            said = f"'{criterion.id}' adjusts an amount and has no price formula"
            self.fault("bad-adjustment", said, "move the adjustments to the price or cost", *path, "adjustments")
        if criterion.rescale:
            if priced:
                said = f"'{criterion.id}' holds a price or cost and is rescaled"
                self.fault("rescale-on-price", said, "rescale quality; a price formula says itself what the best gets", *path, "rescale")
            else:
                self.warn("reparametrisation", f"'{criterion.id}' is rescaled", (*path, "rescale"), criterion.id)
        self._threshold(criterion, priced, path)
        if criterion.formula is not None:
            self._formula(criterion, criterion.formula, path)
        if criterion.scored_by is not None:
            self._way(criterion.id, criterion.scored_by, (*path, "scored_by"))
            self._swallowed(criterion, criterion.scored_by, path)
        divided = ZERO
        for index, one in enumerate(criterion.adjustments):
            at: Path = (*path, "adjustments", index)
            self._way(one.id, one.scored_by, (*at, "scored_by"))
            divided += one.worth if one.effect == "divide" else ZERO
            if one.worth < 0 or (one.effect == "divide" and divided >= 1):
                said = f"adjustment '{one.id}' is worth {figure(one.worth)}"
                hint = "shares that divide sum to less than 1" if one.effect == "divide" else "write money of 0 or more"
                self.fault("bad-adjustment", said, hint, *at, "worth")

    def _cost(self, criterion: Criterion, rule: CostRule, path: Path) -> None:
        for index, kind in enumerate(rule.kinds):
            if kind not in KINDS:
                said = f"'{criterion.id}' adds costs of the kind '{kind}'"
                self.fault("unknown-parameter", said, _choices(KINDS, kind), *path, "kinds", index)
        if rule.rate is not None and not 0 <= rule.rate <= 1:
            said = f"'{criterion.id}' discounts by {figure(rule.rate * 100)} % a year"
            self.fault("parameter-out-of-range", said, "write 0 % to 100 %", *path, "rate")
        if rule.years is not None and not 0 <= rule.years <= LONGEST:
            said = f"'{criterion.id}' looks at {rule.years} years"
            self.fault("parameter-out-of-range", said, f"write 0 to {LONGEST}", *path, "years")
        if rule.carbon is not None and rule.carbon not in CARBON_PATHS:
            self.fault(
                "unknown-parameter",
                f"no path of CO2 prices is called '{rule.carbon}'",
                _choices(CARBON_PATHS, rule.carbon),
                *path,
                "carbon",
            )
            return
        try:
            found = path_of(rule)
        except Refused as refused:
            self.check.parameters(refused.faults, (*path, "carbon_prices"))
            return
        if found is not None and found.currency not in ("", self.procedure.currency):
            said = f"the CO2 prices '{found.name}' are in {found.currency}, the procedure in {self.procedure.currency}"
            self.fault("bad-rate", said, "write carbon_prices in the procedure's currency", *path, "carbon")
        if found is not None and found.status == "unverified":
            self.warn("formula-unverified", f"CO2 prices '{found.name}' in '{criterion.id}'", path, criterion.id)

    def _threshold(self, criterion: Criterion, priced: bool, path: Path) -> None:
        threshold = criterion.threshold
        if threshold is None:
            return
        at: Path = (*path, "threshold")
        if (threshold.min_score is None) == (threshold.max_pass is None):
            self.fault(
                "threshold-empty", f"the threshold of '{criterion.id}' is not one", "write min_score: or max_pass:, one of them", *at
            )
            return
        if priced:
            said = f"the threshold of '{criterion.id}' stands on prices, whose scores depend on who has passed"
            self.fault("threshold-on-price", said, "set a highest price in the specifications, or move it to quality", *at)
            return
        if threshold.max_pass is not None:
            if threshold.max_pass < 1:
                self.fault("threshold-impossible", f"no bid may pass '{criterion.id}'", "write 1 or more", *at, "max_pass")
            return
        assert threshold.min_score is not None
        if not 0 <= threshold.min_score <= HUNDRED:
            self.fault("out-of-range", f"min_score is {figure(threshold.min_score)}", "write 0 to 100, of the criterion", *at, "min_score")
            return
        after = self.procedure.rules.threshold_when == "after_rescaling"
        if after and any(each.rescale for each in criterion.walk()):
            return
        most = self._most(criterion)
        if threshold.min_score > most:
            said = f"'{criterion.id}' gives {figure(most)} of 100 at most, and its threshold is {figure(threshold.min_score)}"
            self.fault("threshold-impossible", said, "lower the threshold, or raise the scale's highest step", *at, "min_score")
        elif threshold.min_score == most:
            self.warn("weight-inert", f"who passes the threshold of '{criterion.id}' has its highest score", at, criterion.id)

    def _most(self, criterion: Criterion) -> Fraction:
        """The highest score that a criterion of quality can give, before rescaling."""
        if criterion.scored_by is not None:
            return most_possible(criterion.scored_by, self.procedure)
        if criterion.leaf:  # not scored at all, which is told elsewhere
            return HUNDRED
        shares = self.lot.shares
        total = sum((shares.get(leaf.id, ZERO) for leaf in criterion.leaves), ZERO)
        if not total:
            return HUNDRED
        return sum((shares[leaf.id] * self._most(leaf) for leaf in criterion.leaves), ZERO) / total

    def _formula(self, criterion: Criterion, reference: FormulaRef, path: Path) -> None:
        formula = FORMULAS.get(reference.name)
        if formula is None:
            hint = NOT_AVAILABLE.get(reference.name) or _choices(FORMULAS, reference.name)
            self.fault("unknown-formula", f"there is no formula '{reference.name}'", hint, *path, "formula", "name")
            return
        self.check.parameters(formula.check(reference.parameters), (*path, "formula", "parameters"))
        at: Path = (*path, "formula")
        said = f"'{criterion.id}' uses {formula.name}"
        if formula.kind == "relative":
            self.warn("rank-reversal", said, at, criterion.id)
        if "two_bids_all_or_nothing" in formula.pathologies:
            self.warn("two-sided-linear", said, at, criterion.id)
        for code in formula.pathologies:
            if code not in ("irrelevant_alternatives", "two_bids_all_or_nothing", "all_equal"):
                self.warn("formula-pathology", f"{said}; {PATHOLOGIES[code].rstrip('.')}", at, criterion.id)
        if formula.status == "unverified":
            self.warn("formula-unverified", said, at, criterion.id)

    # -------------------------------------------------------------------------------------------------------- how a leaf is scored

    def _way(self, name: str, way: ScoredBy, path: Path) -> None:
        if way.scale is not None and way.scale not in self.procedure.scale_of:
            said = f"'{name}' is judged by the scale '{way.scale}', which is not declared"
            self.fault("unknown-scale", said, _choices(self.procedure.scale_of, way.scale), *path, "scale")
        if way.ladder is not None:
            self._fact(name, way.ladder.fact, ("number", "level", "yes_no"), (*path, "ladder", "fact"))
            points = way.ladder.points
            if not points or not rising(tuple(value for value, _ in points)) or not _decides(score for _, score in points):
                said = f"the ladder of '{name}' is not one"
                hint = "write [value, score] pairs, values rising, scores 0 to 100 and not all 0"
                self.fault("bad-curve", said, hint, *path, "ladder", "points")
        if way.linear is not None:
            self._fact(name, way.linear.fact, ("number", "level"), (*path, "linear", "fact"))
            if way.linear.start == way.linear.end:
                self.fault("bad-curve", f"the line of '{name}' starts where it ends", "write two different values", *path, "linear")
        if way.features is not None:
            for index, feature in enumerate(way.features):
                self._fact(name, feature.fact, ("yes_no",), (*path, "features", index, "fact"))
            total = sum((feature.points for feature in way.features), ZERO)
            if total != HUNDRED or any(feature.points < 0 for feature in way.features):
                said = f"the points for features of '{name}' sum to {figure(total)}"
                self.fault("bad-curve", said, "they must sum to 100, none below 0", *path, "features")
        if way.rule is not None:
            self._rule(name, way.rule, (*path, "rule"))

    def _fact(self, name: str, fact: str, kinds: tuple[str, ...], path: Path) -> None:
        declared = self.procedure.fact_of.get(fact)
        if declared is None:
            self.fault("unknown-fact", f"'{name}' reads '{fact}', which is not declared", _choices(self.procedure.fact_of, fact), *path)
        elif declared.kind not in kinds:
            said = f"'{name}' reads '{fact}', which is a {declared.kind}"
            self.fault("wrong-kind", said, f"use a fact of kind {' or '.join(kinds)}", *path)

    def _rule(self, name: str, rule: str, path: Path) -> None:
        usable: dict[str, Fact] = {key: fact for key, fact in self.procedure.fact_of.items() if fact.kind != "table"}
        try:
            kind = expression.check(parsed(rule), {key: fact_type(fact) for key, fact in usable.items()})
        except ExpressionError as error:
            self.fault("bad-rule", f"the rule of '{name}': {error.message}", error.hint or "see docs/pack-format.md, rules", *path)
            return
        if kind.kind != "truth" and (not kind.is_number or kind.dimension):
            said = f"the rule of '{name}' gives a {kind.kind}" + (f" in {kind.unit}" if kind.unit else "")
            self.fault("bad-rule", said, "it must give yes or no, or a number from 0 to 100 without unit", *path)

    def _swallowed(self, criterion: Criterion, way: ScoredBy, path: Path) -> None:
        """Rounding that makes neighbouring steps of a scale give the same points."""
        rounding = self.procedure.rules.rounding
        share = self.lot.shares.get(criterion.id)
        if rounding.at == "none" or way.scale is None or not share or way.scale not in self.procedure.scale_of:
            return
        values = sorted(step.value for step in self.procedure.scale_of[way.scale].steps)
        gaps = [after - before for before, after in pairwise(values)]
        if gaps and min(gaps) * share < Fraction(1, 10**rounding.places):
            said = f"rounding to {rounding.places} places can swallow a step of '{criterion.id}', worth {figure(min(gaps) * share)} points"
            self.warn("weight-inert", said, path, criterion.id)


def _decides(scores: Iterable[Fraction]) -> bool:
    found = tuple(scores)
    return any(found) and all(0 <= score <= HUNDRED for score in found)
