"""What a result is: scores with their ranges and reasons, gates, checks, worksheets and provenance.

Knows how to hold them, to write them as JSON and to read them back equal. Must not know how they are computed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, RootModel, WithJsonSchema, model_validator

from tenderloop.case import Document, Evidence
from tenderloop.pack import Aggregate, Exact, Frozen, Stage, Status, Tags
from tenderloop.quantity import shown

Kind = Literal["outcome", "criterion", "indicator"]
NodeStatus = Literal["scored", "unknown", "not_applicable"]
GateStatus = Literal["pass", "fail", "undecided", "not_applicable"]
CheckStatus = Literal["holds", "broken", "justified", "unknown"]


def _exact_and_shown(value: Any) -> Any:
    return None if value is None else {"exact": str(value), "shown": shown(value, 1)}


def _from_pair(value: object) -> object:
    return value["exact"] if isinstance(value, Mapping) and value.keys() == {"exact", "shown"} else value


class _ExactPair(Frozen):
    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        if isinstance(value, Mapping):
            return {name: _from_pair(each) for name, each in value.items()}
        return value


_PAIR = {
    "type": "object",
    "properties": {"exact": {"type": "string"}, "shown": {"type": "string"}},
    "required": ["exact", "shown"],
    "additionalProperties": False,
}
Score = Annotated[Exact, PlainSerializer(_exact_and_shown, when_used="json"), WithJsonSchema(_PAIR, mode="serialization")]


class Range(_ExactPair):
    """Lowest and highest the score can still become, 0 to 100."""

    low: Score
    high: Score


class CaseRef(Frozen):
    """The case that was rated; ``documents`` are the papers that evidence may name, by id."""

    id: str
    title: str
    kind: str
    stage: Stage
    date: str
    currency: str | None
    rated_by: str
    notes: str
    documents: Mapping[str, Document] = Field(default_factory=dict)
    hash: str


class PackRef(Frozen):
    """The pack that rated it; ``profile`` is the product group for which it was loaded, empty for none."""

    id: str
    version: str
    title: str
    label: str
    hash: str
    profile: str = ""
    profile_title: str = ""


class SourceNote(Frozen):
    """Where a rule comes from and how sure that is."""

    id: str
    title: str
    where: str = ""
    url: str = ""
    status: Status
    note: str = ""


class FactNote(Frozen):
    """A fact as the result used it. ``value`` is None while it is not answered; ``shown`` is for people."""

    id: str
    question: str
    asked_in: str = ""
    kind: str
    unit: str
    value: Any = None
    shown: str
    known: bool
    grade: int | None = None
    evidence: tuple[Evidence, ...] = ()


class DerivedNote(Frozen):
    """A derived value, in ``unit``. ``worksheet`` is the index of the worksheet that shows how it came about."""

    id: str
    title: str
    unit: str
    value: str | None
    shown: str
    because: str
    worksheet: int | None = None


class ParameterNote(Frozen):
    """A named number that was used; ``since`` is the date from which it holds, where it is dated.

    Where a person vouched for it, ``by`` says who, ``document`` and ``page`` where it was read, ``threshold`` under which name, and
    ``printed`` what the source prints.
    """

    id: str
    title: str
    shown: str
    since: str
    source: SourceNote
    threshold: str = ""
    printed: str = ""
    by: str = ""
    document: str = ""
    page: str = ""
    date: str = ""


class ThresholdNote(Frozen):
    """A threshold that nobody has confirmed yet: it decides nothing. ``waiting`` are the indicators and gates that would read it."""

    id: str
    title: str
    printed: str
    unit: str
    open: bool
    level: str = ""
    type: str = ""
    country: str = ""
    note: str = ""
    waiting: tuple[str, ...] = ()
    source: SourceNote


class WorkLine(Frozen):
    """One line of a worksheet."""

    label: str
    formula: str
    value: str
    shown: str
    unit: str
    table: str = ""


class WorkNote(Frozen):
    """One run of a method, line by line. ``refused`` says why it gave nothing."""

    method: str
    title: str
    formula: str
    source: str
    inputs: tuple[WorkLine, ...] = ()
    steps: tuple[WorkLine, ...] = ()
    outputs: Mapping[str, str] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    refused: str = ""


class Node(_ExactPair):
    """One outcome, criterion or indicator.

    ``share`` is its part of the whole weight (0 to 1); ``most`` the highest its rule can give at this stage; ``cap`` what weak evidence
    holds it at; ``plain`` the score before that cap.
    """

    id: str
    kind: Kind
    parent: str
    title: str
    status: NodeStatus
    score: Score | None
    range: Range | None
    coverage: Score | None
    weight: Exact
    share: Exact
    aggregate: Aggregate | None = None
    optional: bool = False
    question: str = ""
    because: str
    rule: str = ""
    plain: Score | None = None
    most: Score | None = None
    cap: Score | None = None
    grade: int | None = None
    facts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    thresholds: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    hint: str = ""
    clause: str = ""
    kpi: str = ""
    tags: Tags = Tags()
    source: SourceNote | None = None


class GateNote(Frozen):
    """A gate with its arithmetic."""

    id: str
    title: str
    question: str
    status: GateStatus
    on_fail: str
    because: str
    rule: str
    facts: tuple[str, ...]
    missing: tuple[str, ...]
    thresholds: tuple[str, ...] = ()
    grade: int | None
    hint: str
    clause: str = ""
    tags: Tags = Tags()
    source: SourceNote


class Gates(RootModel[tuple[GateNote, ...]]):
    """The gates in the order of the pack."""

    model_config = {"frozen": True}

    def __iter__(self) -> Iterator[GateNote]:  # type: ignore[override]
        return iter(self.root)

    def __len__(self) -> int:
        return len(self.root)

    def _with(self, status: GateStatus) -> tuple[GateNote, ...]:
        return tuple(gate for gate in self.root if gate.status == status)

    @property
    def failed(self) -> tuple[GateNote, ...]:
        """Gates that fail."""
        return self._with("fail")

    @property
    def undecided(self) -> tuple[GateNote, ...]:
        """Gates on which nobody can say yet."""
        return self._with("undecided")

    @property
    def passed(self) -> tuple[GateNote, ...]:
        """Gates that pass."""
        return self._with("pass")


class CheckNote(Frozen):
    """A consistency check."""

    id: str
    title: str
    status: CheckStatus
    because: str
    message: str
    justification: str = ""
    facts: tuple[str, ...]
    source: SourceNote


class LadderNote(Frozen):
    """The ladder by which the score was read: (lowest score, rating), worst first, and least scores per outcome."""

    name: str
    source: SourceNote
    bands: tuple[tuple[Exact, str], ...]
    minima: Mapping[str, Mapping[str, Exact]]


class StepNote(_ExactPair):
    """One improvement and what it would bring to the total, in points of 100, if nothing else changed."""

    indicator: str
    title: str
    kind: Literal["answer", "evidence", "improve", "gate"]
    do: str
    gain: Score

    def __str__(self) -> str:
        return f"+{shown(self.gain, 1)}  {self.indicator}  {self.title}: {self.do}"


class Result(_ExactPair):
    """A case rated by a pack. Same inputs, same bytes."""

    engine: str
    case: CaseRef
    pack: PackRef
    score: Score | None
    range: Range | None
    coverage: Score
    score_na_as_zero: Score | None
    rating: str
    rating_by_score: str
    rating_best: str
    provisional: bool
    reliable: bool
    remarks: tuple[str, ...]
    ladder: LadderNote
    gates: Gates
    checks: tuple[CheckNote, ...]
    nodes: tuple[Node, ...]
    facts: tuple[FactNote, ...]
    derived: tuple[DerivedNote, ...]
    parameters: tuple[ParameterNote, ...]
    unconfirmed: tuple[ThresholdNote, ...] = ()
    worksheets: tuple[WorkNote, ...]
    sources: tuple[SourceNote, ...]
    steps: tuple[StepNote, ...] = ()
    aggregate: Aggregate = "mean"

    @cached_property
    def node_of(self) -> Mapping[str, Node]:
        """Nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def fact_of(self) -> Mapping[str, FactNote]:
        """Facts by id."""
        return {fact.id: fact for fact in self.facts}

    def children(self, parent: str) -> tuple[Node, ...]:
        """Nodes under a node; ``""`` is the root."""
        return self._children.get(parent, ())

    @cached_property
    def _children(self) -> Mapping[str, tuple[Node, ...]]:
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.parent, []).append(node)
        return {parent: tuple(nodes) for parent, nodes in found.items()}

    @property
    def indicators(self) -> tuple[Node, ...]:
        """The nodes that get a score of their own."""
        return tuple(node for node in self.nodes if node.kind == "indicator")

    def to_json(self, *, indent: int | None = None) -> str:
        """Keys in English, sorted; numbers exact as text beside what is shown."""
        return dumps(self.model_dump(mode="json"), indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Result:
        """Read back what ``to_json`` wrote; equal to the original."""
        return cls.model_validate_json(text)


def dumps(value: object, *, indent: int | None = None) -> str:
    """Canonical JSON text: sorted keys, no NaN, UTF-8 as it is."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=indent)


def together(results: Sequence[Result], *, indent: int | None = 1) -> str:
    """Several packs' results for one case as one JSON text, side by side and never added."""
    first = results[0]
    return dumps(
        {
            "case": first.case.model_dump(mode="json"),
            "engine": first.engine,
            "results": [result.model_dump(mode="json", exclude={"case", "engine"}) for result in results],
        },
        indent=indent,
    )
