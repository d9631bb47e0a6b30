"""What a procedure is: lots, the tree of award criteria with weights, scales, thresholds, formulas and the rules of evaluation.

Knows the shape that a buyer publishes (docs/award.md section 2) and its canonical form. Must not know files, bids or scores.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from tenderloop.pack import Exact, Fact, Frozen, Identifier, NodeId, Place, Rule, Status

CriterionType = Literal["price", "cost", "quality"]
WeightKind = Literal["per-exa", "per-mid", "poi-exa", "poi-mid", "dec-exa", "dec-mid", "ord-imp"]
Aggregation = Literal["consensus", "mean", "median", "trimmed_mean"]
NotApplicablePolicy = Literal["refuse", "within", "overall"]
ThresholdWhen = Literal["before_rescaling", "after_rescaling"]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Moment = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?)?$")]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", max_length=80)]
StepId = Annotated[str, Field(min_length=1, max_length=20)]
HUNDRED = Fraction(100)


def _whole(value: object) -> object:
    if isinstance(value, bool) or (isinstance(value, Fraction) and value.denominator != 1):
        raise ValueError("write a whole number")
    return int(value) if isinstance(value, Fraction) else value


Whole = Annotated[int, BeforeValidator(_whole)]


def _without_sign(value: object) -> object:
    if isinstance(value, str) and value.strip().endswith("%"):
        plain = value.strip().removesuffix("%").strip()
        raise ValueError(f"write {plain} without the sign: the number is of 100, or in the unit of its fact")
    return value


# A number of 100, or in a fact's unit: "50 %" would be one half here, and every bid would pass it.
Plain = Annotated[Exact, BeforeValidator(_without_sign)]


class ScaleStep(Frozen):
    """One named step of a scale: ``value`` is the score it gives, 0 to 100; ``text`` is what must be seen for it."""

    id: StepId
    value: Plain
    text: str = ""


class Scale(Frozen):
    """Named steps, in rising order of value. A judgement names one of them and nothing between them."""

    id: Identifier
    title: str
    steps: tuple[ScaleStep, ...]
    source: str = ""
    status: Status = "proposed"

    @cached_property
    def step_of(self) -> Mapping[str, ScaleStep]:
        """Steps by id."""
        return {step.id: step for step in self.steps}

    @cached_property
    def width(self) -> Fraction:
        """Highest minus lowest value; 0 for a scale without steps."""
        values = [step.value for step in self.steps]
        return max(values) - min(values) if values else Fraction(0)


class Threshold(Frozen):
    """What a bid must reach to stay: ``min_score`` of 100 of the criterion, or be among the best ``max_pass`` bids on it."""

    min_score: Plain | None = None
    max_pass: Whole | None = None


class FormulaRef(Frozen):
    """A formula or rule of a library, by name, with its parameters as exact numbers."""

    name: str
    parameters: Mapping[str, Exact] = Field(default_factory=dict)


class LadderRule(Frozen):
    """Points by steps: the score of the last value reached; 0 under the first. ``points`` are (value in the fact's unit, score)."""

    fact: Identifier
    points: tuple[tuple[Plain, Plain], ...]


class LinearRule(Frozen):
    """A straight line: 0 at ``from``, 100 at ``to`` (which may be lower), flat outside; both in the fact's unit."""

    fact: Identifier
    start: Plain = Field(alias="from")
    end: Plain = Field(alias="to")


class Feature(Frozen):
    """One feature that is offered or not: ``points`` of 100 when the yes-or-no fact is yes."""

    fact: Identifier
    points: Plain


class ScoredBy(Frozen):
    """How a leaf gets its score from 0 to 100; exactly one is written.

    ``scale`` names a scale (the panel judges); ``ladder`` and ``linear`` read a fact; ``rule`` is an expression over declared facts that
    gives a number from 0 to 100, or yes (100) or no (0); ``features`` add up; ``pack`` names a pack whose result for the bid is the score.
    """

    scale: Identifier | None = None
    ladder: LadderRule | None = None
    linear: LinearRule | None = None
    rule: Rule | None = None
    features: tuple[Feature, ...] | None = None
    pack: str | None = None

    @model_validator(mode="after")
    def _one(self) -> ScoredBy:
        if len(self.written) != 1:
            raise ValueError("write exactly one of scale, ladder, linear, rule, features, pack")
        return self

    @property
    def written(self) -> tuple[str, ...]:
        """The ways that are written; one in a sound record."""
        return tuple(name for name in ("scale", "ladder", "linear", "rule", "features", "pack") if getattr(self, name) is not None)

    @property
    def way(self) -> str:
        """Which of the ways it is."""
        return self.written[0]


class Adjustment(Frozen):
    """What changes the amount that a price or cost formula reads, scored like a leaf.

    ``subtract`` and ``add``: ``worth`` (money, in the procedure's currency) × score / 100, as in award on value. ``divide``: the amount is
    divided by 1 + F/(1 − Fmax), F being ``worth`` (a share, 0 to below 1) × score / 100 and Fmax the sum of all such worths.
    """

    id: Identifier
    title: str
    effect: Literal["subtract", "add", "divide"] = "subtract"
    worth: Exact
    scored_by: ScoredBy


class CostRule(Frozen):
    """How the amount of a cost criterion is made of a bid's cost lines.

    ``with_price`` adds the corrected price at year 0; ``kinds`` are the kinds of lines that every bid must have (all that it has, when
    empty); ``rate`` is the yearly discount rate (none: lines are added as they are), ``timing`` when in a year a flow falls; ``years`` the
    length looked at. Lines in tonnes of CO2 are priced by ``carbon_prices``, money per tonne by calendar year, or by the named path
    ``carbon`` (costs.py); ``first_year`` is the calendar year of year 0, that of ``price_date`` unless written.
    """

    with_price: StrictBool = True
    kinds: tuple[str, ...] = ()
    rate: Exact | None = None
    timing: Literal["begin", "mid", "end"] = "end"
    basis: Literal["real", "nominal"] = "real"
    years: Whole | None = None
    first_year: Whole | None = None
    carbon: str | None = None
    carbon_prices: Mapping[str, Exact] = Field(default_factory=dict)
    source: str = ""


class WeightRange(Frozen):
    """A weight published as a range, lowest and highest."""

    low: Plain = Field(alias="from")
    high: Plain = Field(alias="to")


class Criterion(Place):
    """One award criterion: a leaf that is scored, or a group of further criteria.

    ``weight`` counts among siblings and is normalised by their sum; for ``ord-imp`` it is the place in the order of importance. ``number``
    orders criteria on the page and changes nothing else. ``rescale`` gives the best bid the full score (re-parametrisation).
    """

    id: NodeId
    type: CriterionType
    title: str
    description: str = ""
    number: Whole | None = None
    weight: Plain | None = None
    weight_kind: WeightKind = "per-exa"
    weight_range: WeightRange | None = None
    rescale: StrictBool = False
    threshold: Threshold | None = None
    formula: FormulaRef | None = None
    cost: CostRule | None = None
    adjustments: tuple[Adjustment, ...] = ()
    scored_by: ScoredBy | None = None
    criteria: tuple[Criterion, ...] = ()
    source: str = ""

    @property
    def leaf(self) -> bool:
        """Whether it is scored itself."""
        return not self.criteria

    def walk(self) -> Iterator[Criterion]:
        """Itself, then everything under it, as written."""
        yield self
        for child in self.criteria:
            yield from child.walk()

    @cached_property
    def leaves(self) -> tuple[Criterion, ...]:
        """The criteria under it that are scored themselves; itself when it is one."""
        return tuple(each for each in self.walk() if each.leaf)


def weights_of(siblings: tuple[Criterion, ...], *, top: bool) -> tuple[Fraction, ...]:
    """The weights by which siblings count; empty where they give none: an order of importance, or a weight that is missing.

    A single criterion counts whole whatever is written; sub-criteria without any weight count equally.
    """
    if len(siblings) == 1 or (not top and all(each.weight is None and each.weight_kind != "ord-imp" for each in siblings)):
        return (Fraction(1),) * len(siblings)
    if any(each.weight_kind == "ord-imp" for each in siblings):
        return ()
    found = [each.weight for each in siblings if each.weight is not None]
    return tuple(found) if len(found) == len(siblings) else ()


class Lot(Place):
    """A part that is awarded alone. ``estimate`` is in the procedure's currency.

    ``combine`` names a formula that ranks by quality and price together instead of a weighted sum.
    """

    id: Key
    title: str
    estimate: Exact | None = None
    reserved: Literal["none", "sheltered", "sme", "other"] = "none"
    combine: FormulaRef | None = None
    criteria: tuple[Criterion, ...]

    def walk(self) -> Iterator[Criterion]:
        """Every criterion, parents before their children."""
        for each in self.criteria:
            yield from each.walk()

    @cached_property
    def criterion_of(self) -> Mapping[str, Criterion]:
        """Criteria by id."""
        return {each.id: each for each in self.walk()}

    @cached_property
    def parent_of(self) -> Mapping[str, str]:
        """Id of the criterion above; an empty text at the top."""
        found = {each.id: "" for each in self.criteria}
        for each in self.walk():
            found.update((child.id, each.id) for child in each.criteria)
        return found

    @cached_property
    def leaves(self) -> tuple[Criterion, ...]:
        """The criteria that are scored themselves."""
        return tuple(each for each in self.walk() if each.leaf)

    @property
    def weighed(self) -> tuple[Criterion, ...]:
        """The criteria at the top that are weighed against each other: all, but not the price where a formula combines it with quality."""
        return self.criteria if self.combine is None else tuple(each for each in self.criteria if each.type == "quality")

    @cached_property
    def shares(self) -> Mapping[str, Fraction]:
        """Share of the lot of every criterion, 0 to 1, summing to 1 over leaves. Empty where weights give none (order of importance).

        Sub-criteria of which none has a weight count equally; ``check`` warns of them.
        """
        found: dict[str, Fraction] = {}

        def spread(siblings: tuple[Criterion, ...], share: Fraction, top: bool) -> bool:
            weights = weights_of(siblings, top=top)
            total = sum(weights, Fraction(0))
            if total <= 0:
                return False
            for each, weight in zip(siblings, weights, strict=True):
                found[each.id] = share * weight / total
                if each.criteria and not spread(each.criteria, found[each.id], False):
                    return False
            return True

        if not self.weighed or not spread(self.weighed, Fraction(1), True):
            return {}
        return {**found, **{each.id: Fraction(0) for each in self.criteria if each.id not in found}}

    def judged(self) -> tuple[tuple[str, ScoredBy], ...]:
        """What the panel judges: (criterion or adjustment id, how), for leaves and adjustments scored by a scale."""
        found = []
        for leaf in self.leaves:
            if leaf.scored_by is not None and leaf.scored_by.scale is not None:
                found.append((leaf.id, leaf.scored_by))
            found += [(each.id, each.scored_by) for each in leaf.adjustments if each.scored_by.scale is not None]
        return tuple(found)


class Rounding(Frozen):
    """Where numbers are rounded as part of the rule: points of each leaf, or the total; ``mode`` as published."""

    at: Literal["none", "criterion", "total"] = "none"
    places: Whole = 2
    mode: Literal["half_up", "half_even", "down"] = "half_up"


class LowBidRule(Frozen):
    """The rule by which a bid is flagged as abnormally low (low_bids.py), with its parameters."""

    rule: str
    parameters: Mapping[str, Exact] = Field(default_factory=dict)


class Rules(Frozen):
    """The rules of evaluation, locked with the criteria. Shares are 0 to 1, written as percentages."""

    aggregation: Aggregation = "consensus"
    trim: Exact = Fraction(1, 10)
    discrepancy: Exact = Fraction(2, 5)
    not_applicable: NotApplicablePolicy = "refuse"
    not_applicable_cap: Exact = Fraction(1, 5)
    threshold_when: ThresholdWhen = "before_rescaling"
    rounding: Rounding = Rounding()
    ties: tuple[str, ...] = ()
    low_bid: LowBidRule | None = None
    display_places: Whole = 2


class PanelMember(Frozen):
    """An evaluator. ``criteria`` are the leaves that this person judges; every judged leaf when empty."""

    id: Identifier
    name: str = ""
    role: str = ""
    criteria: tuple[NodeId, ...] = ()


class Standstill(Frozen):
    """Which standstill rule applies, and the holidays that it skips."""

    rule: str
    holidays: tuple[Day, ...] = ()


class Disclosure(Frozen):
    """What letters to one bidder may say of another."""

    winner_name: StrictBool = True
    winner_price: StrictBool = False
    winner_scores: StrictBool = True
    other_names: StrictBool = False
    other_totals: StrictBool = False


class Procedure(Place):
    """A published procedure. Money is in ``currency``; ``rates`` are what one unit of another currency is worth in it at ``price_date``."""

    id: Identifier = Field(alias="procedure")
    title: str
    buyer: str
    subject: str = ""
    method: str = "open"
    notice: str = ""
    currency: Currency
    price_date: Day | None = None
    deadline: Moment = ""
    rates: Mapping[Currency, Exact] = Field(default_factory=dict)
    rates_source: str = ""
    jurisdiction: str = ""
    standstill: Standstill | None = None
    disclosure: Disclosure = Disclosure()
    scales: tuple[Scale, ...] = ()
    facts: tuple[Fact, ...] = ()
    panel: tuple[PanelMember, ...] = ()
    rules: Rules = Rules()
    lots: tuple[Lot, ...]

    @cached_property
    def lot_of(self) -> Mapping[str, Lot]:
        """Lots by id."""
        return {lot.id: lot for lot in self.lots}

    @cached_property
    def scale_of(self) -> Mapping[str, Scale]:
        """Scales by id."""
        return {scale.id: scale for scale in self.scales}

    @cached_property
    def fact_of(self) -> Mapping[str, Fact]:
        """Declared facts by id."""
        return {fact.id: fact for fact in self.facts}

    def canonical(self) -> Procedure:
        """The same procedure with everything whose order means nothing in one order: by number, then id; steps and points by value."""
        return self.model_copy(
            update={
                "file": "",
                "line": 0,
                "lots": tuple(_lot_in_order(lot) for lot in sorted(self.lots, key=lambda each: each.id)),
                "scales": tuple(_scale_in_order(scale) for scale in sorted(self.scales, key=lambda each: each.id)),
                "facts": tuple(without_place(each) for each in sorted(self.facts, key=lambda each: each.id)),
                "panel": tuple(
                    each.model_copy(update={"criteria": tuple(sorted(each.criteria))})
                    for each in sorted(self.panel, key=lambda each: each.id)
                ),
                "rates": dict(sorted(self.rates.items())),
                "standstill": self.standstill and self.standstill.model_copy(update={"holidays": tuple(sorted(self.standstill.holidays))}),
            }
        )

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the canonical content, as ``sha256:…``."""
        text = json.dumps(self.content(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()

    def content(self) -> dict[str, Any]:
        """The canonical content as plain JSON values: what a lock hash covers. What has its default value is left out, so that a key that
        a later version adds changes no hash."""
        plain: dict[str, Any] = self.canonical().model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return plain


P = TypeVar("P", bound=Place)


def without_place(record: P) -> P:
    """The record without the file and line it was read from, which are no part of its meaning."""
    return record.model_copy(update={"file": "", "line": 0}) if record.file or record.line else record


def _scale_in_order(scale: Scale) -> Scale:
    return scale.model_copy(update={"steps": tuple(sorted(scale.steps, key=lambda step: (step.value, step.id)))})


def _lot_in_order(lot: Lot) -> Lot:
    return lot.model_copy(update={"criteria": _in_order(lot.criteria), "file": "", "line": 0})


def _in_order(criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    placed = sorted(criteria, key=lambda each: (each.number is None, each.number or 0, each.id))
    return tuple(
        each.model_copy(
            update={
                "file": "",
                "line": 0,
                "criteria": _in_order(each.criteria),
                "adjustments": tuple(
                    one.model_copy(update={"scored_by": _way_in_order(one.scored_by)})
                    for one in sorted(each.adjustments, key=lambda one: one.id)
                ),
                "scored_by": each.scored_by and _way_in_order(each.scored_by),
                "formula": each.formula and _reference_in_order(each.formula),
            }
        )
        for each in placed
    )


def _reference_in_order(reference: FormulaRef) -> FormulaRef:
    return reference.model_copy(update={"parameters": dict(sorted(reference.parameters.items()))})


def _way_in_order(way: ScoredBy) -> ScoredBy:
    if way.ladder is not None:
        return way.model_copy(update={"ladder": way.ladder.model_copy(update={"points": tuple(sorted(way.ladder.points))})})
    if way.features is not None:
        return way.model_copy(update={"features": tuple(sorted(way.features, key=lambda each: each.fact))})
    return way


def rising(values: tuple[Fraction, ...]) -> bool:
    """Whether each value is above the one before.

    >>> rising((Fraction(0), Fraction(25), Fraction(25)))
    False
    """
    return all(first < second for first, second in pairwise(values))
