"""What a report is: everything it says about one case under one or more packs, as data, in the order in which it is read.

Knows numbers (exact), sentences and their order. Must not know HTML, PDF or XLSX, and must not compute a score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from tenderloop.improve import Path
from tenderloop.result import (
    CaseRef,
    CheckNote,
    DerivedNote,
    GateNote,
    GateStatus,
    LadderNote,
    Node,
    PackRef,
    ParameterNote,
    Result,
    SourceNote,
    StepNote,
    WorkLine,
    WorkNote,
)

if TYPE_CHECKING:
    from tenderloop.report.tender import TenderPart

Leaning = Literal["strength", "weakness", "open"]


@dataclass(frozen=True)
class Bar:
    """A score on the line from 0 to 100: solid to ``score``, tinted to ``high``; both None when it does not apply."""

    score: Fraction | None
    high: Fraction | None


@dataclass(frozen=True)
class Paper:
    """One piece of evidence: which paper, where in it, in which words, how strong (0 claimed to 4 verified)."""

    title: str
    author: str
    date: str
    url: str
    kind: str
    page: str
    quote: str
    grade: int


@dataclass(frozen=True)
class FactLine:
    """One answer with the evidence behind it. ``grade`` is None while it is not answered.

    ``above`` is the gate, indicator or check of this pack under which the evidence stands in full, where this is not the first.
    """

    id: str
    question: str
    answer: str
    known: bool
    grade: int | None
    papers: tuple[Paper, ...]
    above: str = ""


@dataclass(frozen=True)
class SourceLine:
    """A source with the number by which the report refers to it, and the packs that cite it."""

    number: int
    note: SourceNote
    packs: tuple[str, ...]


@dataclass(frozen=True)
class Cited:
    """A reference to a numbered source: where in it, and how sure this use is."""

    number: int
    where: str
    status: str


@dataclass(frozen=True)
class IndicatorItem:
    """An indicator with its answers. ``gain`` is what the best answer alone would add to the total, in points of 100."""

    node: Node
    bar: Bar
    facts: tuple[FactLine, ...]
    cited: Cited | None
    gain: Fraction | None


@dataclass(frozen=True)
class CriterionItem:
    """A criterion ("benchmark") with the indicators asked at this stage; ``unasked`` are the ids of those that are not."""

    node: Node
    bar: Bar
    indicators: tuple[IndicatorItem, ...]
    unasked: tuple[str, ...]


@dataclass(frozen=True)
class OutcomeItem:
    """An outcome with its criteria. ``minimum`` is the least score that the next rating asks of it, where the ladder names one."""

    node: Node
    bar: Bar
    criteria: tuple[CriterionItem, ...]
    minimum: Fraction | None


@dataclass(frozen=True)
class GateItem:
    """A gate with its arithmetic; ``effect`` says what a fail does."""

    gate: GateNote
    effect: str
    facts: tuple[FactLine, ...]
    cited: Cited | None


@dataclass(frozen=True)
class CheckItem:
    """A consistency check with the answers that it compares."""

    check: CheckNote
    facts: tuple[FactLine, ...]
    cited: Cited | None


@dataclass(frozen=True)
class Reason:
    """A criterion that moved the score: for which side, by how many points of the total, and in one sentence."""

    node: Node
    leaning: Leaning
    points: Fraction
    sentence: str


@dataclass(frozen=True)
class NextStep:
    """One of the first things to do. ``gain`` is None for a gate: it brings no points, it lets the rating stand."""

    id: str
    title: str
    do: str
    gain: Fraction | None
    gate: GateStatus | None


@dataclass(frozen=True)
class Verdict:
    """What the first page says of one pack."""

    headline: str
    finding: str
    gates: tuple[tuple[GateStatus, int], ...]
    checks_broken: int
    checks_justified: int
    reasons: tuple[Reason, ...]
    steps: tuple[NextStep, ...]


@dataclass(frozen=True)
class RoadmapStep:
    """A step of the roadmap; ``total`` is the score once this step and all before it are done."""

    number: int
    step: StepNote
    before: Fraction
    total: Fraction
    rating: str
    in_path: bool


@dataclass(frozen=True)
class Roadmap:
    """Steps by gain with running total; the smallest set to the next rating; gates to open first."""

    gates: tuple[GateItem, ...]
    steps: tuple[RoadmapStep, ...]
    path: Path | None
    sentence: str


@dataclass(frozen=True)
class WorkTable:
    """Lines of a worksheet that belong in one table: a year or component a row. ``formulas`` are those of the columns."""

    title: str
    key: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    formulas: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class WorkSheet:
    """One run of a method as it is shown: single lines, tables, results with label and unit, and which values it gives."""

    number: int
    note: WorkNote
    inputs: tuple[WorkLine, ...]
    steps: tuple[WorkLine, ...]
    tables: tuple[WorkTable, ...]
    outputs: tuple[tuple[str, str, str], ...]
    gives: tuple[DerivedNote, ...]


@dataclass(frozen=True)
class PackPart:
    """All that the report says of one pack."""

    number: int
    result: Result
    pack: PackRef
    ladder: LadderNote
    verdict: Verdict
    bar: Bar
    gates: tuple[GateItem, ...]
    gates_unasked: tuple[str, ...]
    outcomes: tuple[OutcomeItem, ...]
    outcomes_finding: str
    checks: tuple[CheckItem, ...]
    checks_holding: tuple[CheckItem, ...]
    checks_unknown: tuple[CheckItem, ...]
    worksheets: tuple[WorkSheet, ...]
    parameters: tuple[tuple[ParameterNote, Cited | None], ...]
    roadmap: Roadmap

    @property
    def asked(self) -> int:
        """How many indicators are asked at this stage and apply or may apply."""
        return sum(1 for node in self.result.indicators if node.score is not None)

    @property
    def unasked(self) -> int:
        """How many indicators are not asked at this stage."""
        return sum(len(criterion.unasked) for outcome in self.outcomes for criterion in outcome.criteria)


@dataclass(frozen=True)
class MoneyItem:
    """A gate or an indicator that a financier asks about, under one topic."""

    pack: PackRef
    topics: tuple[str, ...]
    gate: GateItem | None
    indicator: IndicatorItem | None


@dataclass(frozen=True)
class MoneyValue:
    """A derived value about cost, cover, fees or public commitments."""

    pack: PackRef
    value: DerivedNote
    worksheet: WorkSheet | None


@dataclass(frozen=True)
class Touched:
    """How one pack's evidence touches a target: indicators asked, how many are evidenced (grade 1 or better), and their mean score."""

    asked: int
    evidenced: int
    score: Fraction | None


@dataclass(frozen=True)
class TargetRow:
    """One SDG target or UNECE entry point; ``by_pack`` in the order of the report's packs, None where a pack has no such indicator."""

    id: str
    title: str
    by_pack: tuple[Touched | None, ...]


@dataclass(frozen=True)
class Waiting:
    """Who waits for an answer: a gate, indicator or check of a pack; ``gain`` in points for indicators."""

    pack: PackRef
    id: str
    title: str
    kind: Literal["gate", "indicator", "check"]
    gain: Fraction | None


@dataclass(frozen=True)
class OpenQuestion:
    """A fact that nobody has answered yet."""

    fact: FactLine
    asked_in: str
    waiting: tuple[Waiting, ...]
    gain: Fraction


@dataclass(frozen=True)
class QuestionGroup:
    """Open questions that belong together, most wanted first."""

    title: str
    questions: tuple[OpenQuestion, ...]


@dataclass(frozen=True)
class Report:
    """A case under one or more packs, side by side and never added."""

    case: CaseRef
    engine: str
    language: str
    parts: tuple[PackPart, ...]
    money: Mapping[str, tuple[MoneyItem, ...]]
    money_values: tuple[MoneyValue, ...]
    sdg: tuple[TargetRow, ...]
    entry_points: tuple[TargetRow, ...]
    questions: tuple[QuestionGroup, ...]
    sources: tuple[SourceLine, ...]
    identity: str
    tender: TenderPart | None = None

    @property
    def title(self) -> str:
        """What stands at the top."""
        return self.case.title

    @property
    def labels(self) -> str:
        """The packs' labels, each once."""
        return " · ".join(dict.fromkeys(part.pack.label for part in self.parts))
