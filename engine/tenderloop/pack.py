"""What a pack is: a versioned set of criteria for one purpose, as data.

Knows the shape that a pack author writes (docs/pack-format.md) and nothing of files, cases or scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache, cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StrictBool, WithJsonSchema, model_validator

from tenderloop.quantity import ONE, Unit, exact_text, parse_number, parse_quantity, parse_unit

Stage = Literal["identification", "preparation", "tender", "delivery", "handover"]
STAGES: tuple[Stage, ...] = ("identification", "preparation", "tender", "delivery", "handover")
Status = Literal["official", "published", "transcribed", "unverified", "proposed"]
STATUSES: tuple[Status, ...] = ("official", "published", "transcribed", "unverified", "proposed")
Aggregate = Literal["mean", "sum", "minimum", "product", "geometric"]
FactKind = Literal["yes_no", "number", "choice", "choices", "text", "date", "level", "table"]
CaseKind = Literal["tender", "bid", "project", "authority"]

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
NodeId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]*$", max_length=60)]
Rule = Annotated[str, Field(min_length=1, max_length=500)]
DateText = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


def _exact(value: object) -> Fraction:
    if isinstance(value, bool) or value is None:
        raise ValueError("write a number")
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int):
        return Fraction(value)
    if isinstance(value, str):
        numerator, slash, denominator = value.partition("/")
        if slash:
            return parse_number(numerator) / parse_number(denominator)
        if value.rstrip().endswith("%"):
            return parse_quantity(value).base
        return parse_number(value)
    raise ValueError("write a number as digits, or as text; a float is not exact")


def _text_of(value: Fraction) -> str:
    return str(value)


Exact = Annotated[
    Fraction,
    BeforeValidator(_exact),
    PlainSerializer(_text_of, return_type=str, when_used="json"),
    WithJsonSchema(
        {"type": ["number", "string"], "description": "an exact decimal, a percentage such as '40 %', or a fraction such as '331/6'"}
    ),
]


class Frozen(BaseModel):
    """Base of every record: immutable, and an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @classmethod
    def made(cls, **values: Any) -> Self:
        """A record of values that are known to be right, not checked: as ``model_construct``, in a quarter of its time.

        A result is made of a thousand records. Defaults are shared, which is safe because every record is immutable.
        """
        made = cls.__new__(cls)
        object.__setattr__(made, "__dict__", {**_defaults(cls), **values})
        object.__setattr__(made, "__pydantic_fields_set__", set(values))
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields replaced, not checked again."""
        copied = super().model_copy(update=update, deep=deep)
        # What was worked out from the old fields (a hash, an index by id) must not travel to the copy.
        for name in copied.__dict__.keys() - type(copied).model_fields.keys():
            del copied.__dict__[name]
        return copied


@cache
def _defaults(record: type[BaseModel]) -> Mapping[str, Any]:
    return {name: field.get_default(call_default_factory=True) for name, field in record.model_fields.items() if not field.is_required()}


class Amount(Frozen):
    """A number with its unit as written, e.g. ``40 %`` or ``6 MJ/kg``; ``base`` is its value in base units."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={"type": ["number", "string"], "examples": [0.65, "40 %", "6 MJ/kg"], "properties": {}, "required": []},
    )

    text: str
    base: Exact
    unit: Unit = ONE

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        if isinstance(value, bool):
            raise ValueError("write a number, with its unit where it has one")
        if isinstance(value, int | Fraction):
            return {"text": exact_text(Fraction(value)), "base": Fraction(value), "unit": ONE}
        if isinstance(value, str):
            quantity = parse_quantity(value)
            return {"text": str(value), "base": quantity.base, "unit": quantity.unit}
        return value


class Span(Frozen):
    """From one amount to another, both included."""

    start: Amount = Field(alias="from")
    end: Amount = Field(alias="to")


class Place(Frozen):
    """A record that remembers where it was written, for error messages and links; not part of the pack's meaning."""

    file: str = Field(default="", exclude=True)
    line: int = Field(default=0, exclude=True)


class Source(Place):
    """Where a number or a rule comes from, and how sure that is."""

    id: Identifier
    title: str = Field(min_length=3)
    url: str = ""
    status: Status
    note: str = ""


class SourceRef(Frozen):
    """A reference to a source. ``status`` may only be weaker than the source's own."""

    id: Identifier
    where: str = ""
    status: Status | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"id": value} if isinstance(value, str) else value


class TableColumn(Frozen):
    """A column of a table-valued fact. ``unit`` for numbers; ``options`` where the words are a closed list."""

    id: Identifier
    kind: Literal["number", "text"]
    unit: str = "1"
    title: str = ""
    options: tuple[str, ...] = ()


class Fact(Place):
    """One question with the type of its answer. ``min`` and ``max`` are in ``unit``."""

    id: Identifier
    kind: FactKind
    question: str = Field(min_length=5)
    guidance: str = ""
    asked_in: str = ""
    unit: str = "1"
    min: Exact | None = None
    max: Exact | None = None
    options: Mapping[str, str] = Field(default_factory=dict)
    levels: tuple[str, ...] = ()
    columns: tuple[TableColumn, ...] = ()
    key: str = ""
    stages: tuple[Stage, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Fact:
        if self.kind in ("choice", "choices") and len(self.options) < 2:
            raise ValueError("a choice needs at least two options: {option: what it means, …}")
        if self.kind == "level" and len(self.levels) < 2:
            raise ValueError("a level needs at least two level descriptions, level 0 first")
        if self.kind == "table" and not self.columns:
            raise ValueError("a table needs columns")
        if self.kind == "table" and self.key and self.key not in {column.id for column in self.columns}:
            raise ValueError(f"key '{self.key}' is not a column")
        if self.kind != "number" and (self.unit != "1" or self.min is not None or self.max is not None):
            raise ValueError("unit, min and max belong to a number")
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError("min must be below max")
        return self

    @property
    def meaning(self) -> tuple[object, ...]:
        """What must agree when two packs declare the same fact."""
        columns = tuple((column.id, column.kind, column.unit, column.options) for column in self.columns)
        return (self.kind, self.unit, tuple(self.options), len(self.levels), columns, self.key)


class Parameter(Place):
    """A named number, possibly dated: the case's reference date decides which value holds.

    ``open`` has no value here: a profile fills it, or the buyer gives it. ``confirm`` has a value that decides nothing until a case
    confirms it. ``floor`` and ``range`` say what the source allows a buyer to choose; they are shown, and refuse nothing.
    ``filled_by`` names the threshold of a profile that gives the value; the reader writes it.
    """

    id: Identifier
    title: str = ""
    unit: str = "1"
    value: Amount | None = None
    values: Mapping[DateText, Amount] = Field(default_factory=dict)
    open: StrictBool = False
    confirm: StrictBool = False
    floor: Amount | None = None
    range: Span | None = None
    source: SourceRef
    filled_by: str = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        written = (self.value is not None) + bool(self.values) + self.open + self._worded
        if written != 1:
            raise ValueError("write either value or values: {date: value, …}, or open: true where the buyer gives the value")
        unit = parse_unit(self.unit)
        bounds = (self.floor, *((self.range.start, self.range.end) if self.range is not None else ()))
        for amount in (self.value, *self.values.values(), *bounds):
            if amount is not None and amount.unit.dimension != unit.dimension:
                raise ValueError(f"{amount.text} is not in {self.unit}")
        return self

    @property
    def _worded(self) -> bool:
        return False

    @property
    def waits(self) -> bool:
        """Whether it decides nothing until a case confirms it or gives its value."""
        return self.open or self.confirm

    def at(self, date: str) -> tuple[Amount, str] | None:
        """The amount that is written for an ISO date and the date since which it holds; None before the first, and for an open one."""
        if self.value is not None:
            return self.value, ""
        since = max((start for start in self.values if start <= date), default="")
        return (self.values[since], since) if since else None


class Threshold(Parameter):
    """A parameter of a profile: what a source asks of this product group.

    ``fills`` names the open parameter of the pack whose value it gives; without it the threshold is shown, named in clauses, and read by
    no rule. ``words`` stands instead of a value for what is no number, such as a class on a label.
    """

    fills: Identifier | None = None
    words: str = ""
    level: Literal["core", "comprehensive", "both", "national", "law"]
    type: Literal["SC", "TS", "AC", "CPC", "target", "law", "scope"]
    limit: Literal["at_least", "at_most", "above", "below", "exactly"] = "at_least"
    country: str = ""
    indicator: NodeId | None = None
    note: str = ""

    @property
    def _worded(self) -> bool:
        return bool(self.words)

    @property
    def printed(self) -> str:
        """The value as the source prints it, with its sign; empty for an open one without bounds.

        >>> Threshold(id="x", unit="year", value="3 year", level="core", type="TS", source="s").printed
        'at least 3 year'
        """
        sign = LIMITS[self.limit]
        if self.words:
            return self.words
        if self.value is not None:
            return f"{sign}{self.value.text}"
        if self.values:
            return "; ".join(f"{sign}{amount.text} from {date}" for date, amount in self.values.items())
        if self.range is not None:
            return f"to be chosen from {self.range.start.text} to {self.range.end.text}"
        return f"to be chosen, at least {self.floor.text}" if self.floor is not None else ""


LIMITS = {"at_least": "at least ", "at_most": "at most ", "above": "more than ", "below": "less than ", "exactly": ""}


class Derived(Place):
    """A value computed from facts: by a rule, or by a named method."""

    id: Identifier
    title: str = ""
    unit: str = ""
    value: Rule | None = None
    method: str | None = None
    with_: Mapping[str, str | Exact | bool] = Field(default_factory=dict, alias="with")
    take: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Derived:
        if (self.value is None) == (self.method is None):
            raise ValueError("write either value: RULE or method: NAME with take: OUTPUT")
        if self.method is not None and self.take is None:
            raise ValueError("say which output to take: take: OUTPUT")
        return self


class LinearScoring(Frozen):
    """0 at ``from``, 100 at ``to``, a straight line between, flat outside."""

    of: Rule
    start: Amount = Field(alias="from")
    end: Amount = Field(alias="to")


class StepsScoring(Frozen):
    """The score of the last threshold reached; ``below`` under the first."""

    of: Rule
    below: Exact = Fraction(0)
    at: tuple[tuple[Amount, Exact], ...]


class PiecewiseScoring(Frozen):
    """Straight lines between points, flat outside."""

    of: Rule
    points: tuple[tuple[Amount, Exact], ...]


class LevelsScoring(Frozen):
    """A score per level, or 100 × min(level, top)/top with the pack's ``stage_levels``."""

    of: Identifier
    by_stage: bool = False
    scores: tuple[Exact, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> LevelsScoring:
        if self.by_stage == bool(self.scores):
            raise ValueError("write either by_stage: true or scores: [one per level]")
        return self


class YesNoScoring(Frozen):
    """One score when the condition holds, one when it does not."""

    of: Rule
    yes: Exact = Fraction(100)
    no: Exact = Fraction(0)


class ChoiceScoring(Frozen):
    """A score per option."""

    of: Identifier
    scores: Mapping[str, Exact]


class ChecklistItem(Frozen):
    """A condition and the points that it brings."""

    when: Rule
    points: Exact
    label: str = ""


class ChecklistScoring(Frozen):
    """The points of what holds. Evidence caps work item by item, so that a weak item does not spoil a proven one."""

    items: tuple[ChecklistItem, ...] = Field(min_length=2)


class Scoring(Frozen):
    """Exactly one way to score."""

    linear: LinearScoring | None = None
    steps: StepsScoring | None = None
    piecewise: PiecewiseScoring | None = None
    levels: LevelsScoring | None = None
    yes_no: YesNoScoring | None = None
    choice: ChoiceScoring | None = None
    checklist: ChecklistScoring | None = None

    @model_validator(mode="after")
    def _one(self) -> Scoring:
        written = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(written) != 1:
            raise ValueError("write exactly one of: " + ", ".join(type(self).model_fields))
        return self

    @property
    def way(self) -> LinearScoring | StepsScoring | PiecewiseScoring | LevelsScoring | YesNoScoring | ChoiceScoring | ChecklistScoring:
        """The one that is written."""
        way = self.linear or self.steps or self.piecewise or self.levels or self.yes_no or self.choice or self.checklist
        assert way is not None
        return way

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule that the scoring reads."""
        if self.checklist is not None:
            return tuple(item.when for item in self.checklist.items)
        way = self.way
        assert not isinstance(way, ChecklistScoring)
        return (way.of,)


class EvidenceRule(Frozen):
    """Which papers prove an answer, and what a weaker one is capped at: {grade: highest score}."""

    accept: tuple[str, ...] = Field(min_length=1)
    caps: Mapping[int, Exact] | None = None


class Tags(Frozen):
    """What an indicator touches. Ours where the source is silent."""

    sdg: tuple[Annotated[str, Field(pattern=r"^\d{1,2}\.[0-9a-d]{1,2}$")], ...] = ()
    unece: tuple[Literal["waste", "procurement", "traceability", "standards", "trade"], ...] = ()
    r: tuple[Literal["R0", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9"], ...] = ()
    topics: tuple[
        Literal["fiscal", "bankability", "contingent", "affordability", "circular", "health", "labour", "disclosure", "climate"], ...
    ] = ()
    # Fields of eForms, with a code where one belongs to it, that a notice uses for the subject: BT-70, BT-774:circ-econ.
    eforms: tuple[Annotated[str, Field(pattern=r"^BT-\d{2,5}(:[a-z0-9][a-z0-9-]*)?$")], ...] = ()


ExampleValue = Any


class Example(Place):
    """Facts and what must come out; runs as a test."""

    name: str
    facts: Mapping[str, ExampleValue] = Field(default_factory=dict)
    grade: Annotated[int, Field(ge=0, le=4)] = 4
    stage: Stage | None = None
    date: DateText | None = None
    currency: str = "EUR"
    na: bool = False
    confirmed: Mapping[str, ExampleValue] = Field(default_factory=dict)
    expect: str | Exact


class Indicator(Place):
    """The item that gets a score."""

    id: NodeId
    criterion: Identifier
    title: str = Field(min_length=3, max_length=60)
    question: str = Field(min_length=5)
    guidance: str = ""
    facts: tuple[Identifier, ...] = Field(min_length=1)
    applies_when: Rule | None = None
    na: str = "never"
    stages: tuple[Stage, ...] = ()
    weight: Exact = Fraction(1)
    scoring: Scoring
    if_unknown: Literal["zero", "lowest"]
    evidence: EvidenceRule
    hint: str
    clause: str = ""
    kpi: str = ""
    tags: Tags = Tags()
    source: SourceRef
    examples: tuple[Example, ...] = Field(min_length=1)


class CapRating(Frozen):
    """The rating may not be better than this."""

    cap: str


class Gate(Place):
    """A condition never averaged away."""

    id: NodeId
    title: str = Field(min_length=3, max_length=60)
    question: str = Field(min_length=5)
    guidance: str = ""
    facts: tuple[Identifier, ...] = Field(min_length=1)
    pass_when: Rule
    applies_when: Rule | None = None
    stages: tuple[Stage, ...] = ()
    on_fail: Literal["reject", "warn"] | CapRating
    min_grade: Annotated[int, Field(ge=0, le=4)] = 1
    hint: str
    clause: str = ""
    tags: Tags = Tags()
    source: SourceRef
    examples: tuple[Example, ...] = Field(min_length=1)


class Check(Place):
    """A relation between facts that should hold; never changes a score."""

    id: NodeId
    title: str = Field(min_length=3, max_length=80)
    holds_when: Rule
    message: str
    source: SourceRef
    examples: tuple[Example, ...] = Field(min_length=1)


class CodeSignal(Place):
    """A code of a published list that, found in a notice, answers a fact."""

    list: str = Field(min_length=2)
    code: str = Field(min_length=1)
    fact: Identifier
    value: ExampleValue = True


class TextSignal(Place):
    """A concept of the term base that gives a level: found in words only said, in bound ones, in bound ones with something to check it by.

    ``roles`` are the texts that bind it. Selection criteria, where grounds for exclusion are recited, bind only what names them.
    """

    concept: Identifier
    fact: Identifier
    said: Annotated[int, Field(ge=1)]
    bound: Annotated[int, Field(ge=1)]
    measured: Annotated[int, Field(ge=1)]
    roles: tuple[Literal["specification", "selection", "award", "clause"], ...] = ("specification", "award", "clause")

    @model_validator(mode="after")
    def _rising(self) -> TextSignal:
        if not self.said <= self.bound <= self.measured:
            raise ValueError("levels rise: said, bound, measured")
        return self


class FieldSignal(Place):
    """A named value of a notice (notice_fields.py) that answers a fact."""

    field: Identifier
    fact: Identifier


class Band(Frozen):
    """A rating from a score on."""

    start: Exact = Field(alias="from")
    rating: str


class Ladder(Frozen):
    """Ratings by score, with optional least scores per outcome for a rating."""

    name: str
    source: SourceRef
    bands: tuple[Band, ...] = Field(min_length=2)
    minima: Mapping[str, Mapping[str, Exact]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ascending(self) -> Ladder:
        starts = [band.start for band in self.bands]
        if starts[0] != 0 or any(low >= high for low, high in pairwise(starts)):
            raise ValueError("bands ascend and start from 0")
        if len({band.rating for band in self.bands}) != len(self.bands):
            raise ValueError("two bands have the same rating")
        unknown = set(self.minima) - {band.rating for band in self.bands}
        if unknown:
            raise ValueError(f"minima name no rating of this ladder: {', '.join(sorted(unknown))}")
        return self

    @property
    def ratings(self) -> tuple[str, ...]:
        """Worst first."""
        return tuple(band.rating for band in self.bands)


class Criterion(Frozen):
    """A topic under an outcome."""

    id: Identifier
    title: str
    weight: Exact = Fraction(1)
    aggregate: Aggregate = "mean"
    source: SourceRef | None = None
    tags: Tags = Tags()


class Outcome(Frozen):
    """A heading of the pack."""

    id: Identifier
    title: str
    weight: Exact = Fraction(1)
    aggregate: Aggregate = "mean"
    source: SourceRef | None = None
    criteria: tuple[Criterion, ...] = Field(min_length=1)


class CpvPrefix(Frozen):
    """The beginning of the CPV codes for which a profile is suggested; ``source`` says who maps them so."""

    prefix: Annotated[str, Field(pattern=r"^\d{2,8}$")]
    source: SourceRef
    note: str = ""


class ProfileExample(Example):
    """An example of one indicator under a profile; ``confirmed`` says which thresholds the buyer has confirmed."""

    indicator: NodeId


class Profile(Place):
    """What a product group changes in a pack: weights, clauses, hints, thresholds, and indicators that do not exist for it."""

    id: Identifier
    title: str = Field(min_length=3, max_length=100)
    source: SourceRef
    notes: str = ""
    cpv: tuple[CpvPrefix, ...] = Field(min_length=1)
    weights: Mapping[str, Exact] = Field(default_factory=dict)
    not_applicable: Mapping[str, str] = Field(default_factory=dict)
    clauses: Mapping[str, str] = Field(default_factory=dict)
    hints: Mapping[str, str] = Field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    examples: tuple[ProfileExample, ...] = ()


class Pack(Frozen):
    """A versioned set of criteria for one purpose. ``hash`` is over the content of its files, and of its profile's where it has one.

    ``profile`` is the product group for which it was loaded.
    """

    id: Identifier
    version: str
    title: str
    purpose: str
    label: str
    licence: str
    kinds: tuple[CaseKind, ...]
    stages: tuple[Stage, ...] = STAGES
    stage_levels: Mapping[Stage, int] = Field(default_factory=dict)
    evidence_caps: Mapping[int, Exact] = Field(default_factory=dict)
    na_cap: Exact = Fraction(2, 5)
    aggregate: Aggregate = "mean"
    ladder: Ladder
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = ()
    facts: tuple[Fact, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    derived: tuple[Derived, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    gates: tuple[Gate, ...] = ()
    checks: tuple[Check, ...] = ()
    code_signals: tuple[CodeSignal, ...] = ()
    text_signals: tuple[TextSignal, ...] = ()
    field_signals: tuple[FieldSignal, ...] = ()
    profile: Profile | None = None
    hash: str = ""
    folder: str = Field(default="", exclude=True)

    @cached_property
    def fact_of(self) -> Mapping[str, Fact]:
        """Facts by id."""
        return {fact.id: fact for fact in self.facts}

    @cached_property
    def source_of(self) -> Mapping[str, Source]:
        """Sources by id."""
        return {source.id: source for source in self.sources}

    @cached_property
    def parameter_of(self) -> Mapping[str, Parameter]:
        """Parameters by id, those of the profile among them."""
        return {parameter.id: parameter for parameter in self.parameters}

    @property
    def absent(self) -> Mapping[str, str]:
        """Indicators that do not exist for the profile's product group, with the reason."""
        return {} if self.profile is None else self.profile.not_applicable

    @cached_property
    def indicators_of(self) -> Mapping[str, tuple[Indicator, ...]]:
        """Indicators by criterion, in the order written."""
        found: dict[str, list[Indicator]] = {}
        for indicator in self.indicators:
            found.setdefault(indicator.criterion, []).append(indicator)
        return {criterion: tuple(each) for criterion, each in found.items()}

    def stages_of(self, item: Indicator | Gate) -> tuple[Stage, ...]:
        """The stages at which an indicator or gate is asked."""
        return item.stages or self.stages

    def status_of(self, reference: SourceRef) -> Status:
        """How sure a reference is: its own status where written, else its source's."""
        return reference.status or self.source_of[reference.id].status

    def criteria(self) -> Iterator[tuple[Outcome, Criterion]]:
        """Every criterion with its outcome, in the order written."""
        for outcome in self.outcomes:
            for criterion in outcome.criteria:
                yield outcome, criterion
