"""What an award result is: per lot every score, total and rank with its arithmetic, and what was set aside, flagged or left open.

Knows how to hold it, to write it as JSON and to read it back equal. Must not know how it is computed, nor files.
Everything in a result stands in one order: criteria by number, then id; bids, evaluators and records by id and time.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field

from tenderloop.award.bid import Bid, Decision, Draw, NotApplicable, Proceedings
from tenderloop.award.judgement import Consensus, Judgement
from tenderloop.award.procedure import Aggregation, CriterionType, Procedure
from tenderloop.case import Evidence
from tenderloop.pack import Exact, Frozen, Status
from tenderloop.result import dumps

BidStatus = Literal[
    "ranked", "unranked", "late", "withdrawn", "excluded", "not_selected", "non_compliant", "abnormally_low", "below_threshold"
]
LotStatus = Literal["ranked", "tied", "incomplete", "no_bids", "not_scored"]


class Working(Frozen):
    """One line of arithmetic: what was done in words and figures, and the exact value that came out (None where it is a statement)."""

    text: str
    value: Exact | None = None
    unit: str = ""


class Note(Frozen):
    """Something that a reader must know: a stable kebab-case code, a sentence, whom it concerns, and where it is said."""

    code: str
    text: str
    bid: str = ""
    criterion: str = ""
    evaluator: str = ""
    source: str = ""
    status: Status = "proposed"


class LeafScore(Frozen):
    """One bid on one leaf. ``raw`` is the score of 100 before rescaling, ``score`` after, ``points`` = score × share, of 100 of the lot.

    ``step`` is the step of the scale where one was agreed. ``status`` ``missing`` is not 0: nothing is known; ``combined`` is a price that
    has no score of its own, because a formula combines it with quality; ``set_aside`` was not scored because the bid had left.
    """

    bid: str
    criterion: str
    status: Literal["scored", "missing", "set_aside", "not_applicable", "combined"]
    raw: Exact | None = None
    score: Exact | None = None
    share: Exact
    points: Exact | None = None
    step: str = ""
    because: str = ""
    reason: str = ""
    working: tuple[Working, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class GroupScore(Frozen):
    """One bid on one criterion of any level: weighted mean of what is under it (its own score for a leaf)."""

    bid: str
    criterion: str
    raw: Exact | None = None
    score: Exact | None = None
    share: Exact
    points: Exact | None = None
    passed: bool | None = None
    working: tuple[Working, ...] = ()


class CriterionNote(Frozen):
    """A criterion as it was used: weight as published, share of the lot, and the highest and lowest score given (its spread)."""

    id: str
    parent: str
    type: CriterionType
    title: str
    leaf: bool
    weight: Exact | None
    weight_kind: str
    share: Exact | None
    nominal_share: Exact | None
    way: str = ""
    formula: str = ""
    equation: str = ""
    relative: bool | None = None
    lowest: Exact | None = None
    highest: Exact | None = None


class PriceNote(Frozen):
    """The amount of a bid that a price or cost formula read, in the procedure's currency, from what was read out to what was evaluated."""

    bid: str
    criterion: str
    read_out: Exact | None = None
    currency: str = ""
    evaluated: Exact | None = None
    working: tuple[Working, ...] = ()


class LowBidNote(Frozen):
    """A bid that the declared rule flags: the arithmetic, and the facts for the letter that asks for an explanation. Never an exclusion."""

    bid: str
    rule: str
    title: str
    threshold: Exact | None = None
    price: Exact | None = None
    working: tuple[Working, ...] = ()
    letter: Mapping[str, str] = Field(default_factory=dict)
    source: str = ""
    status: Status = "unverified"
    decision: str = ""


class Standing(Frozen):
    """One bid of a lot: its total of 100 (or the value of the combining formula), its rank, and why it has none.

    Bids that are tied to the end share a ``rank``. ``total`` is what decides, after declared rounding; ``unrounded`` is before it.
    ``total_with_all`` is the total with not applicable criteria counted as 0, where there are any.
    """

    bid: str
    bidder: str
    version: str
    status: BidStatus
    rank: int | None = None
    total: Exact | None = None
    unrounded: Exact | None = None
    total_with_all: Exact | None = None
    reasons: tuple[str, ...] = ()
    working: tuple[Working, ...] = ()


class TieNote(Frozen):
    """Bids with equal totals, the steps of the declared chain that were tried, and the order that came out; ``settled`` if it decided."""

    bids: tuple[str, ...]
    total: Exact
    tried: tuple[Working, ...]
    groups: tuple[tuple[str, ...], ...]
    settled: bool


class OperationNote(Frozen):
    """One step of the order of operations: what it was and what it changed."""

    number: int
    title: str
    did: tuple[str, ...]
    left: tuple[str, ...] = ()


class CellNote(Frozen):
    """The panel on one bid and one judged criterion: each evaluator's step and value, spread, and what the rule made of them.

    ``spread`` is highest minus lowest as a share of the scale; ``median`` and ``mean`` are aids, unless the rule says otherwise.
    """

    bid: str
    criterion: str
    scale: str
    steps: Mapping[str, str]
    values: Mapping[str, Exact]
    spread: Exact | None = None
    flagged: bool = False
    mean: Exact | None = None
    median: Exact | None = None
    trimmed_mean: Exact | None = None
    agreed: str = ""
    agreed_value: Exact | None = None
    delta: Exact | None = None


class EvaluatorNote(Frozen):
    """One evaluator against the others on the cells that all judged.

    ``severity`` is the mean of own value minus mean of the others (points of 100; below 0 is severe); ``agreement`` is Spearman's rank
    correlation of own and the others' mean points over bids, rounded to 12 digits; ``order_without`` is the order of bids by the mean of
    the others' judgements, tied bids together, and ``changes_first`` whether the first differs from the order with all.
    """

    evaluator: str
    judged: int
    severity: Exact | None = None
    agreement: Exact | None = None
    order_without: tuple[tuple[str, ...], ...] = ()
    changes_first: bool = False


class PanelNote(Frozen):
    """The panel of one lot. ``concordance`` is Kendall's W (0 to 1, corrected for ties) of the evaluators over the bids."""

    rule: Aggregation
    evaluators: tuple[EvaluatorNote, ...]
    cells: tuple[CellNote, ...]
    concordance: Exact | None = None
    order: tuple[tuple[str, ...], ...] = ()
    working: tuple[Working, ...] = ()


class PackLine(Frozen):
    """One indicator of a pack's result for a bid."""

    id: str
    title: str
    status: str
    score: Exact | None = None
    share: Exact
    because: str = ""
    evidence: tuple[Evidence, ...] = ()


class PackNote(Frozen):
    """A pack's result that scored a criterion of a bid."""

    bid: str
    criterion: str
    pack: str
    version: str
    hash: str
    case: str
    score: Exact | None
    low: Exact | None = None
    high: Exact | None = None
    coverage: Exact | None = None
    rating: str = ""
    gates_failed: tuple[str, ...] = ()
    gates_undecided: tuple[str, ...] = ()
    lines: tuple[PackLine, ...] = ()


class LotResult(Frozen):
    """The evaluation of one lot. ``winner`` is the bid at rank 1 when it is alone there and nothing is open."""

    lot: str
    title: str
    status: LotStatus
    winner: str = ""
    margin: Exact | None = None
    reliable: bool = True
    standings: tuple[Standing, ...]
    criteria: tuple[CriterionNote, ...]
    leaves: tuple[LeafScore, ...]
    groups: tuple[GroupScore, ...]
    prices: tuple[PriceNote, ...]
    packs: tuple[PackNote, ...] = ()
    panel: PanelNote | None = None
    ties: tuple[TieNote, ...] = ()
    near_ties: tuple[Note, ...] = ()
    low_bids: tuple[LowBidNote, ...] = ()
    open: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = ()
    operations: tuple[OperationNote, ...] = ()

    @cached_property
    def standing_of(self) -> Mapping[str, Standing]:
        """Standings by bid."""
        return {each.bid: each for each in self.standings}

    @cached_property
    def score_of(self) -> Mapping[tuple[str, str], GroupScore]:
        """Scores by (bid, criterion), groups and leaves."""
        return {(each.bid, each.criterion): each for each in self.groups}

    @cached_property
    def leaf_of(self) -> Mapping[tuple[str, str], LeafScore]:
        """Scores of leaves by (bid, criterion)."""
        return {(each.bid, each.criterion): each for each in self.leaves}

    @property
    def ranking(self) -> tuple[Standing, ...]:
        """The ranked bids, best first; tied ones by id."""
        return tuple(sorted((each for each in self.standings if each.rank is not None), key=lambda each: (each.rank or 0, each.bid)))


class AwardResult(Frozen):
    """The evaluation of a procedure. Same inputs in any order, same bytes. It holds its inputs, so that it can be checked again."""

    engine: str
    procedure: Procedure
    procedure_hash: str
    locked: bool = False
    inputs_hash: str
    lots: tuple[LotResult, ...]
    bids: tuple[Bid, ...]
    judgements: tuple[Judgement, ...] = ()
    consensus: tuple[Consensus, ...] = ()
    decisions: tuple[Decision, ...] = ()
    draws: tuple[Draw, ...] = ()
    not_applicable: tuple[NotApplicable, ...] = ()
    proceedings: Proceedings = Proceedings()
    warnings: tuple[Note, ...] = ()

    @cached_property
    def lot_of(self) -> Mapping[str, LotResult]:
        """Lots by id."""
        return {each.lot: each for each in self.lots}

    @cached_property
    def bid_of(self) -> Mapping[str, Bid]:
        """Bids by id."""
        return {each.id: each for each in self.bids}

    def to_json(self, *, indent: int | None = None) -> str:
        """Canonical JSON: sorted keys, exact numbers as text."""
        return dumps(self.model_dump(mode="json", by_alias=True), indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> AwardResult:
        """Read back what ``to_json`` wrote; equal to the original."""
        return cls.model_validate_json(text)
