"""What an award report is: tables, findings and charts about one award result, as data, in the order in which they are read.

Knows texts, tables and the places of marks in a chart. Must not know HTML, PDF or XLSX, and must not compute a score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tenderloop.award.bid import Bid
from tenderloop.award.findings import Attack, LotAttack
from tenderloop.award.judgement import Consensus, Judgement
from tenderloop.award.procedure import Criterion, Lot
from tenderloop.award.result import AwardResult, CellNote, CriterionNote, LeafScore, LotResult, Note, PriceNote, Standing, Working
from tenderloop.case import Evidence
from tenderloop.report.award_standstill import Standstill
from tenderloop.report.award_words import Totals

PAGE = 176  # millimetres of text on a page
LEAST = 44  # of a column that takes what is left


@dataclass(frozen=True)
class Marked:
    """A cell with a status: a shape and a word, and text after it. ``kind`` is one of the marks of wording.py."""

    kind: str
    word: str
    rest: str = ""


Cell = str | Marked | tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column: its title, whether it holds figures, and how wide it wants to be (millimetres of a page; 0: what is left, at least 44)."""

    title: str
    num: bool = False
    width: int = 0


@dataclass(frozen=True)
class Table:
    """A table whose first column names the row. ``note`` stands under it; without rows, ``empty`` stands instead."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    empty: str = ""

    @property
    def widths(self) -> tuple[int, ...]:
        """The columns' widths in per cent, so that every column gets its part of any page.

        >>> Table("", (Column("a"), Column("b", width=22), Column("c", width=44)), ()).widths
        (62, 12, 25)
        """
        wanted = [each.width for each in self.columns]
        left = max(PAGE - sum(wanted), LEAST * wanted.count(0))
        full = [each or left // wanted.count(0) for each in wanted]
        return tuple(each * 100 // sum(full) for each in full)

    @property
    def wide(self) -> bool:
        """Whether a narrow screen has to scroll it."""
        return len(self.columns) > 7


@dataclass(frozen=True)
class Flag:
    """Something on the first page that a person must look at. ``kind`` is a mark; ``where`` the section that says more."""

    kind: str
    word: str
    text: str
    where: str = ""


@dataclass(frozen=True)
class RankRow:
    """One bid in the ranked table. ``parts`` are its points by top criterion, ``behind`` what separates it from the first."""

    standing: Standing
    bid: Bid
    parts: tuple[Fraction | None, ...]
    behind: Fraction | None
    low: bool
    flips: bool


@dataclass(frozen=True)
class Segment:
    """A part of a stacked bar: which criterion (its letter), from where to where on the line of 100."""

    letter: str
    start: Fraction
    width: Fraction
    tint: int


@dataclass(frozen=True)
class StackRow:
    """A bid's stacked bar."""

    name: str
    segments: tuple[Segment, ...]
    total: Fraction


@dataclass(frozen=True)
class HeatCell:
    """A cell of the heat map: the score of 100, the depth of its tint (0 to 4), and whether a minimum was missed."""

    score: Fraction | None
    tint: int
    failed: bool
    status: str


@dataclass(frozen=True)
class HeatRow:
    """A criterion of the heat map with its share and one cell for each bid."""

    criterion: CriterionNote
    depth: int
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class Dot:
    """One evaluator's value; ``level`` moves dots apart that would cover each other."""

    number: int
    value: Fraction
    level: int


@dataclass(frozen=True)
class StripRow:
    """A bid on a judged criterion: the evaluators' dots, the spread, and what was agreed."""

    name: str
    dots: tuple[Dot, ...]
    low: Fraction
    high: Fraction
    agreed: Fraction | None
    flagged: bool


@dataclass(frozen=True)
class Strip:
    """The dot strip of one judged criterion."""

    criterion: str
    title: str
    finding: str
    rows: tuple[StripRow, ...]


@dataclass(frozen=True)
class TornadoRow:
    """A criterion's weight, as shares of the lot in per cent (0 to 100): published, and from where to where the winner stays."""

    title: str
    published: Fraction
    low: Fraction
    high: Fraction
    safe: bool


@dataclass(frozen=True)
class ScatterPoint:
    """A bid by price and by quality points; ``x`` and ``y`` are places from 0 to 100 in the chart."""

    letter: str
    name: str
    price: Fraction
    quality: Fraction
    x: Fraction
    y: Fraction
    first: bool


@dataclass(frozen=True)
class Scatter:
    """Price against quality, with what its axes run from and to."""

    finding: str
    points: tuple[ScatterPoint, ...]
    x_ends: tuple[Fraction, Fraction]
    y_ends: tuple[Fraction, Fraction]
    x_title: str


@dataclass(frozen=True)
class JudgedCell:
    """All records on one bid and one judged criterion: judgements by evaluator and time, those that count marked, and consensus."""

    note: CellNote | None
    judgements: tuple[tuple[Judgement, bool], ...]
    consensus: tuple[Consensus, ...]


@dataclass(frozen=True)
class ScoredBid:
    """A bid on one leaf, with its records where the panel judged, and its price where a formula scored.

    ``working`` is the arithmetic but for what stands in the tables of a pack; so is ``evidence``.
    """

    bid: Bid
    score: LeafScore
    working: tuple[Working, ...]
    evidence: tuple[Evidence, ...]
    judged: tuple[tuple[str, JudgedCell], ...]
    price: PriceNote | None


@dataclass(frozen=True)
class LeafPart:
    """A criterion that is scored itself: how it was assessed, every bid on it, and the indicators of a pack where one scored it."""

    number: str
    criterion: Criterion
    note: CriterionNote
    how: tuple[str, ...]
    bids: tuple[ScoredBid, ...]
    packs: tuple[Table, ...]


@dataclass(frozen=True)
class LotPart:
    """All that the report says of one lot."""

    number: int
    result: LotResult
    lot: Lot
    attack: LotAttack | None
    totals: Totals
    combined: str
    finding: str
    statements: tuple[str, ...]
    warned: tuple[str, ...]
    flags: tuple[Flag, ...]
    tops: tuple[CriterionNote, ...]
    rows: tuple[RankRow, ...]
    left: tuple[RankRow, ...]
    stack_finding: str
    stack: tuple[StackRow, ...]
    heat_finding: str
    heat_bids: tuple[tuple[Bid, ...], ...]
    heat: tuple[tuple[HeatRow, ...], ...]
    leaves: tuple[LeafPart, ...]
    strips: tuple[Strip, ...]
    evaluators: tuple[str, ...]
    scatter: Scatter | None
    tornado_finding: str
    tornado: tuple[TornadoRow, ...]
    operations: Table
    criteria: Table
    panel: tuple[Table, ...]
    attacked: tuple[Table, ...]
    ties: tuple[Table, ...]
    low_bids: tuple[Table, ...]


@dataclass(frozen=True)
class ArticleItem:
    """An item of the individual report: ``letter`` is empty where its lettering was not checked. ``absent`` is why it does not apply."""

    letter: str
    title: str
    lines: tuple[str, ...]
    absent: str = ""
    table: Table | None = None


@dataclass(frozen=True)
class StandstillPart:
    """The standstill as far as it is known: the period, or why there is none; ``rules`` are all rules known, with their sources."""

    period: Standstill | None
    said: str
    rules: Table


@dataclass(frozen=True)
class AwardReport:
    """A whole procedure, lot by lot. ``identity`` is a SHA-256 over what went in; ``date`` a day that was given, or empty."""

    result: AwardResult
    attack: Attack | None
    language: str
    identity: str
    date: str
    sent: str
    lots: tuple[LotPart, ...]
    flags: tuple[Flag, ...]
    article: tuple[ArticleItem, ...]
    bank: tuple[Table, ...]
    standstill: StandstillPart
    opening: tuple[Table, ...]
    records: tuple[Table, ...]
    warnings: tuple[Note, ...]

    @property
    def title(self) -> str:
        """What stands at the top."""
        return f"{self.result.procedure.title}: evaluation of bids"

    @property
    def bidder_of(self) -> Mapping[str, str]:
        """Bidders by bid."""
        return {bid.id: bid.bidder for bid in self.result.bids}
