"""Rate many cases at once: the same plan over float64 columns; close calls are decided in exact rationals.

Knows tables of answers. Must not know how a single case is worded: for reasons, evaluate that case alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenderloop.aggregate import rating
from tenderloop.case import Confirmation
from tenderloop.columns import FALSE, TRUE, Column, Columns, Leaves, encode
from tenderloop.evaluate import REJECTED
from tenderloop.pack import CapRating, Pack, Stage
from tenderloop.plan import Plan, Run, compile_pack
from tenderloop.result import GateStatus
from tenderloop.thresholds import in_force

if TYPE_CHECKING:
    import pandas as pd

Answers = Mapping[str, Sequence[Any] | NDArray[Any]]
GATE_STATUSES: tuple[GateStatus, ...] = ("fail", "undecided", "pass", "not_applicable")
_FAIL, _UNDECIDED, _PASS, _ABSENT = range(4)
EDGE = 1e-8  # of scores from 0 to 100


@dataclass(frozen=True)
class BulkResult:
    """Scores (0 to 100) of many cases, in the order given.

    ``ratings`` and gates are codes: ``rating_names[ratings[i]]`` and ``GATE_STATUSES[gates[id][i]]``. ``decided_exactly`` counts the
    close calls. ``lows`` and ``highs`` hold each node's range when they were asked for.
    """

    pack: str
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    coverage: NDArray[np.float64]
    ratings: NDArray[np.int8]
    rating_names: tuple[str, ...]
    gates: Mapping[str, NDArray[np.int8]]
    lows: Mapping[str, NDArray[np.float64]]
    highs: Mapping[str, NDArray[np.float64]]
    decided_exactly: int

    def to_frame(self) -> pd.DataFrame:
        """One row a case: score, range, coverage, rating, one column a gate."""
        import pandas as pd

        columns: dict[str, Any] = {
            "score": self.low,
            "low": self.low,
            "high": self.high,
            "coverage": self.coverage,
            "rating": pd.Categorical.from_codes(self.ratings, pd.Index(self.rating_names)),
        }
        for gate, codes in self.gates.items():
            columns[gate] = pd.Categorical.from_codes(codes, pd.Index(GATE_STATUSES))
        return pd.DataFrame(columns)


def evaluate_columns(
    answers: Answers,
    pack: Pack,
    *,
    stage: Stage,
    date: str,
    grades: int | Mapping[str, int | Sequence[int] | NDArray[Any]] = 0,
    not_applicable: Mapping[str, NDArray[np.bool_]] | None = None,
    confirmed: Mapping[str, Confirmation] | None = None,
    nodes: bool = False,
    chunk: int = 16384,
) -> BulkResult:
    """Rate cases given as columns by fact id, numbers in the pack's units; None, NaN and empty text are unknown, -1 in arrays of codes.

    ``grades`` is the evidence grade of all answers, or by fact one grade or one a case. ``confirmed`` are thresholds,
    the same for all cases. A fact that the pack does not ask is a KeyError,
    an answer that does not fit its kind a ValueError. Scores agree with ``evaluate`` to 1e-9, gates and ratings exactly.
    """
    plan = compile_pack(pack)
    unknown = set(answers) - set(pack.fact_of)
    if unknown:
        raise KeyError(f"pack {pack.id} asks no {', '.join(sorted(unknown))}")
    sizes = {len(values) for values in answers.values()}
    if len(sizes) > 1:
        raise ValueError(f"columns differ in length: {sorted(sizes)}")
    size = sizes.pop() if sizes else 0
    marks = not_applicable or {}
    kept: dict[object, Any] = {}
    parts = [
        _Chunk(plan, answers, stage, date, grades, marks, slice(start, min(start + chunk, size)), kept, confirmed or {})
        for start in range(0, size, chunk)
    ]
    return _joined(pack, parts, nodes)


def _joined(pack: Pack, parts: Sequence[_Chunk], nodes: bool) -> BulkResult:
    def join(pieces: Sequence[NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate(pieces) if pieces else np.empty(0)

    names: list[str] = []
    if nodes:
        names += [step.id for step in compile_pack(pack).indicators] + [criterion.id for _, criterion in pack.criteria()]
        names += [outcome.id for outcome in pack.outcomes]
    return BulkResult(
        pack=pack.id,
        low=join([part.low for part in parts]),
        high=join([part.high for part in parts]),
        coverage=join([part.coverage for part in parts]),
        ratings=join([part.ratings for part in parts]).astype(np.int8),
        rating_names=(*pack.ladder.ratings, REJECTED, "not applicable"),
        gates={gate.id: join([part.gates[gate.id] for part in parts]).astype(np.int8) for gate in pack.gates},
        lows={name: join([part.run.nodes[name].low for part in parts]) for name in names},
        highs={name: join([part.run.nodes[name].high for part in parts]) for name in names},
        decided_exactly=sum(part.decided_exactly for part in parts),
    )


class _Chunk:
    """So many cases as fit the cache."""

    def __init__(
        self,
        plan: Plan,
        answers: Answers,
        stage: Stage,
        date: str,
        grades: int | Mapping[str, int | Sequence[int] | NDArray[Any]],
        marks: Mapping[str, NDArray[np.bool_]],
        rows: slice,
        kept: dict[object, Any],
        confirmed: Mapping[str, Confirmation],
    ) -> None:
        self.plan, self.date = plan, date
        self.size = rows.stop - rows.start
        self.answers = {name: values[rows] for name, values in answers.items()}
        self.marks = {name: np.asarray(mark, dtype=bool)[rows] for name, mark in marks.items()}
        self._grades = grades
        self._rows = rows
        self._columns: dict[str, Column] = {}
        self._confirmed = confirmed
        self.kernel = Columns(self.size, self.marks, kept)
        self.run: Run[Column, Leaves] = plan.run(self.kernel, self.fact, stage, whole=False)
        root = self.run.nodes[""]
        self.low, self.high, self.coverage = root.low, root.high, root.coverage * 100
        self.gates = {step.declared.id: self._gate(step.declared.id, step.declared.min_grade) for step in plan.gates}
        self.ratings = self._after_gates(self._by_score(root))
        self.decided_exactly = int(self.kernel.near.sum())

    def fact(self, name: str) -> Column:
        """A fact or parameter as a column."""
        if name not in self._columns:
            self._columns[name] = self._read(name)
        return self._columns[name]

    def _read(self, name: str) -> Column:
        if name in self.plan.pack.parameter_of:
            amount = in_force(self.plan.pack, name, self.date, self._confirmed).amount
            return Column("number", np.full(self.size, np.nan)) if amount is None else Column("number", amount.base)
        fact = self.plan.pack.fact_of[name]
        values = self.answers.get(name)
        return encode(fact, [None] * self.size if values is None else values, self._grade(name))

    def _grade(self, name: str) -> Any:
        given = self._grades if isinstance(self._grades, int) else self._grades.get(name, 0)
        return given if isinstance(given, int) else np.asarray(given)[self._rows].astype(np.int8)

    def _gate(self, name: str, min_grade: int) -> NDArray[np.int8]:
        truth = self.run.gates[name]
        if truth is None:
            return np.full(self.size, _ABSENT, dtype=np.int8)
        passes, applies = truth
        held = np.broadcast_to(passes.values, (self.size,))
        status = np.where(
            held == TRUE, np.where(np.asarray(passes.grade) >= min_grade, _PASS, _UNDECIDED), np.where(held == 0, _FAIL, _UNDECIDED)
        )
        if applies is not None:
            when = np.broadcast_to(applies.values, (self.size,))
            status = np.where(when == FALSE, _ABSENT, np.where((when != TRUE) & (status == _FAIL), _UNDECIDED, status))
        return status.astype(np.int8)

    def _by_score(self, root: Leaves) -> NDArray[np.int8]:
        ladder = self.plan.pack.ladder
        codes = np.zeros(self.size, dtype=np.int8)
        near = np.zeros(self.size, dtype=bool)
        for code, band in enumerate(ladder.bands):
            good = root.low >= float(band.start)
            if code:
                near |= np.abs(root.low - float(band.start)) <= EDGE
            reachable = root.low >= float(band.start) - EDGE
            for outcome, least in ladder.minima.get(band.rating, {}).items():
                leaf = self.run.nodes[outcome]
                if least > 0:
                    good &= ~_applies(leaf) | (leaf.low >= float(least))
                    near |= reachable & _applies(leaf) & (np.abs(leaf.low - float(least)) <= EDGE)
            codes = np.where(good, code, codes).astype(np.int8)
        for row in np.flatnonzero(near):
            codes[row] = self._exact_code(int(row))
        self.kernel.near |= near
        return np.where(_applies(root), codes, np.int8(len(ladder.bands) + 1))

    def _exact_code(self, row: int) -> int:
        """The place of one row's rating on the ladder, worked out in exact rationals."""
        ladder = self.plan.pack.ladder
        outcomes = {each.id: self.run.nodes[each.id].exact(row) for each in self.plan.pack.outcomes}
        lows = {name: leaf.low for name, leaf in outcomes.items() if leaf.applies is not False}
        bands = [(band.start, band.rating) for band in ladder.bands]
        return ladder.ratings.index(rating(self.run.nodes[""].exact(row).low, lows, bands, ladder.minima))

    def _after_gates(self, codes: NDArray[np.int8]) -> NDArray[np.int8]:
        ratings = self.plan.pack.ladder.ratings
        rejected = np.zeros(self.size, dtype=bool)
        for step in self.plan.gates:
            failed = self.gates[step.declared.id] == _FAIL
            if step.declared.on_fail == "reject":
                rejected |= failed
            elif isinstance(step.declared.on_fail, CapRating):
                limit = ratings.index(step.declared.on_fail.cap)
                codes = np.where(failed & (codes < len(ratings)), np.minimum(codes, limit), codes).astype(np.int8)
        return np.where(rejected & (codes < len(ratings)), len(ratings), codes).astype(np.int8)


def _applies(leaf: Leaves) -> NDArray[np.bool_]:
    """Where a node applies or may apply."""
    if leaf.absent:
        return np.zeros(len(leaf.low), dtype=bool)
    return np.ones(len(leaf.low), dtype=bool) if leaf.applies is None else leaf.applies != 0
