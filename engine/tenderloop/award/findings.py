"""What an attack on an award found: the records, each with a plain sentence.

Knows how findings are held, written as JSON and read back equal. Must not know how they are found, nor files. Numbers are exact; where one
could only be enclosed, ``exact`` is false and ``low`` and ``high`` enclose it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tenderloop.award.simulation import Acceptability
from tenderloop.pack import Exact, Frozen, Status
from tenderloop.result import dumps


class Order(Frozen):
    """A ranking: bids best first, tied ones together; totals of 100 (or of the combining formula); ``out`` are bids that left, with why."""

    groups: tuple[tuple[str, ...], ...] = ()
    totals: Mapping[str, Exact] = {}
    out: Mapping[str, str] = {}

    @property
    def first(self) -> tuple[str, ...]:
        """The bids at rank 1: none, one, or several that are tied."""
        return self.groups[0] if self.groups else ()

    @property
    def winner(self) -> str:
        """The bid alone at rank 1; an empty text where there is none."""
        return self.first[0] if len(self.first) == 1 else ""


class WithoutBid(Frozen):
    """The lot ranked as if one bid had never come.

    ``flips``: the bid does not win itself, and yet another bid wins (or ties) without it. ``reorders``: two other bids change places.
    """

    bid: str
    order: Order
    flips: bool
    reorders: bool
    statement: str


class WinnerSpan(Frozen):
    """Weights from ``low`` to ``high`` (share among siblings, 0 to 1) and who is first there: one bid, several tied, or none.

    A span with ``low`` = ``high`` is a single point, where a tie stands or is decided by the chain.
    """

    low: Exact
    high: Exact
    first: tuple[str, ...]


class FlipPoint(Frozen):
    """The weight at which another bid comes first. ``level`` are the bids with equal totals at it; ``beyond`` who is first right after.

    ``holds``: at the point itself the winner is still first alone (by the chain of ties). ``exact`` is false where it was found by trying
    (a formula that combines quality and price), to within a billionth.
    """

    at: Exact
    share: Exact
    level: tuple[str, ...]
    beyond: tuple[str, ...]
    holds: bool
    exact: bool = True


class WeightInterval(Frozen):
    """The weights of one criterion for which the winner stays, all else equal and the other siblings keeping their proportions.

    ``published``, ``low`` and ``high`` are shares among its siblings (0 to 1); ``share``, ``share_low`` and ``share_high`` of the lot.
    ``below`` and ``above`` are None where the winner stays down to 0 or up to 1. ``spans`` covers 0 to 1. ``varied`` is false where the
    weight cannot change (a single criterion, or none beside it that counts), with the reason in ``statement``.
    """

    criterion: str
    title: str
    varied: bool = True
    published: Exact
    low: Exact
    high: Exact
    share: Exact
    share_low: Exact
    share_high: Exact
    below: FlipPoint | None = None
    above: FlipPoint | None = None
    spans: tuple[WinnerSpan, ...] = ()
    statement: str

    @property
    def safe(self) -> bool:
        """Whether no weight of this criterion changes the winner."""
        return self.below is None and self.above is None


class ScoreFlip(Frozen):
    """The smallest change of one score of one bid that changes the winner.

    ``kind``: ``step`` (the agreed step of the scale), ``judgement`` (one evaluator's step, where the rule computes a figure of them),
    ``score`` (any figure from 0 to 100). ``before`` and ``after`` are scores of 100 of the criterion; ``steps`` is signed. For a figure,
    ``after`` is the point at which the bids are level, and ``reached`` tells whether the winner changes at it or only beyond it; ``first``
    is who is first there, ``beyond`` who is right after it.
    """

    kind: Literal["step", "judgement", "score"]
    bid: str
    criterion: str
    evaluator: str = ""
    before: Exact
    after: Exact
    change: Exact
    from_step: str = ""
    to_step: str = ""
    steps: int | None = None
    reached: bool = True
    exact: bool = True
    low: Exact | None = None
    high: Exact | None = None
    first: tuple[str, ...]
    beyond: tuple[str, ...] = ()
    statement: str


class PriceFlip(Frozen):
    """The smallest change of the amount of one bid that changes the winner.

    Amounts are in the procedure's currency, as the formula reads them; ``relative`` is the change as a share of the amount. ``after`` is
    the point at which bids are level, and ``reached`` tells whether the winner changes at it or only beyond it. Where the formula gives no
    root in fractions, ``exact`` is false and the point lies between ``low`` and ``high``. ``first`` is who is first at the point (beyond it
    where it is not reached), ``beyond`` who is right after it.
    """

    bid: str
    criterion: str
    before: Exact
    after: Exact
    change: Exact
    relative: Exact
    reached: bool = False
    exact: bool = True
    low: Exact | None = None
    high: Exact | None = None
    first: tuple[str, ...]
    beyond: tuple[str, ...] = ()
    statement: str


class Raise(Frozen):
    """One criterion raised by so many steps of its scale."""

    criterion: str
    from_step: str
    to_step: str
    steps: int
    points: Exact


class Need(Frozen):
    """What a losing bid would have needed to be first alone.

    ``price`` is the amount at which it draws level at the same quality (it wins below it; at it too where ``price_reached``); None where no
    price above 0 is enough, or the lot has no price. ``raises`` is a set of steps at the same price; ``steps`` their number, None where not
    even every top step is enough. ``fewest``: no smaller number of steps is enough (proven); else a smaller one may exist.
    """

    bid: str
    gap: Exact | None = None
    criterion: str = ""
    amount: Exact | None = None
    price: Exact | None = None
    price_reached: bool = False
    price_exact: bool = True
    steps: int | None = None
    raises: tuple[Raise, ...] = ()
    fewest: bool = True
    statement: str


class RankRange(Frozen):
    """The best and worst rank that a bid can still have while answers are open; ``low`` and ``high`` of its total where it has one.

    ``can_leave``: some answers put it under a threshold. Ranks are 0 where the bid can only leave.
    """

    bid: str
    best: int
    worst: int
    low: Exact | None = None
    high: Exact | None = None
    can_leave: bool = False


class OpenAnswers(Frozen):
    """Ranges of ranks over the answers that are still open. ``way``: by extremes (exact), enumerated (exact), or not narrowed.

    ``open`` are (bid, criterion); ``combinations`` how many sets of answers there are.
    """

    way: Literal["nothing_open", "extremes", "enumerated", "not_narrowed"]
    open: tuple[tuple[str, str], ...] = ()
    combinations: int = 1
    ranges: tuple[RankRange, ...] = ()
    winner: str = ""
    statement: str


class WhatIf(Frozen):
    """The lot ranked by another rule than the published one. It is never an argument for an award; it shows what the choice decided.

    ``kind``: ``formula`` (of the price or cost), ``aggregation`` (of judgements). ``order`` is None where the rule cannot be
    applied, with the reason in ``statement``.
    """

    kind: Literal["formula", "aggregation"]
    name: str
    title: str
    criterion: str = ""
    absolute: bool | None = None
    parameters: Mapping[str, Exact] = {}
    order: Order | None = None
    changes: bool = False
    source: str = ""
    status: Status = "proposed"
    statement: str


class LotAttack(Frozen):
    """Everything found for one lot. ``headline`` are the plain statements for the first page: they are never empty.

    ``smallest_step``, ``smallest_score`` and ``smallest_price`` are the least of ``scores`` and ``prices``. ``notes`` say what was left
    out, and why.
    """

    lot: str
    winner: str = ""
    headline: tuple[str, ...]
    order: Order = Order()
    without: tuple[WithoutBid, ...] = ()
    weights: tuple[WeightInterval, ...] = ()
    scores: tuple[ScoreFlip, ...] = ()
    prices: tuple[PriceFlip, ...] = ()
    smallest_step: ScoreFlip | None = None
    smallest_score: ScoreFlip | None = None
    smallest_price: PriceFlip | None = None
    needs: tuple[Need, ...] = ()
    open_answers: OpenAnswers
    what_if: tuple[WhatIf, ...] = ()
    simulation: Acceptability | None = None
    notes: tuple[str, ...] = ()

    @property
    def flipping(self) -> tuple[WithoutBid, ...]:
        """The losing bids whose absence would change the winner."""
        return tuple(each for each in self.without if each.flips)


class Attack(Frozen):
    """What would change the outcome of every lot. The hashes bind it to the result that was attacked."""

    procedure: str
    procedure_hash: str
    inputs_hash: str
    lots: tuple[LotAttack, ...]

    @property
    def lot_of(self) -> Mapping[str, LotAttack]:
        """Lots by id."""
        return {each.lot: each for each in self.lots}

    def to_json(self, *, indent: int | None = None) -> str:
        """Canonical JSON: sorted keys, exact numbers as text."""
        return dumps(self.model_dump(mode="json"), indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Attack:
        """Read back what ``to_json`` wrote; equal to the original."""
        return cls.model_validate_json(text)
