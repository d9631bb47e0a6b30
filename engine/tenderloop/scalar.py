"""How one case is computed: exact rationals, three-valued truth, and the evidence grade that every value carries.

Knows single operations. Must not know the order of steps (plan.py) or any wording.

The grade of a value is the weakest evidence that it needs: the least of both sides of a sum; for `a and b` that holds, the least of
both; for one that does not hold, the best proof that one side is false (and the mirror for `or`). So a further answer never weakens what
is already proven.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from tenderloop.aggregate import Part, Way, combine, weighted_mean
from tenderloop.case import Cell
from tenderloop.curves import Checklist, Curve
from tenderloop.expression import Exact
from tenderloop.methods import Refused, Worksheet
from tenderloop.plan import Absent, IndicatorStep
from tenderloop.quantity import QuantityError, parse_unit
from tenderloop.vocabulary import Value

PROVEN = 4
ZERO = Fraction(0)
HUNDRED = Fraction(100)

Argument = Fraction | str | bool | Sequence[Mapping[str, Fraction | str]] | None
Known = Fraction | bool | str | dt.date | frozenset[str] | tuple[Mapping[str, Cell], ...] | None


class Graded(NamedTuple):
    """A value, None while unknown, and the grade of the evidence that carries it."""

    value: Known
    grade: int = PROVEN


UNKNOWN = Graded(None, 0)


class Leaf(NamedTuple):
    """The score of one node as a range; ``plain`` is the known score before the cap of weak evidence."""

    low: Fraction
    high: Fraction
    applies: bool | None
    known: bool
    coverage: Fraction
    plain: Fraction | None = None
    most: Fraction = HUNDRED
    cap: Fraction | None = None
    grade: int | None = None
    absent: Absent | None = None


@dataclass(frozen=True)
class MethodRun:
    """A method that ran for this case, or refused to."""

    value: Value
    sheet: Worksheet | None
    refused: str


class Scalar:
    """One case. ``runs`` collects the worksheets, each binding once; ``notes`` says why a value of known facts is unknown."""

    def __init__(self) -> None:
        self._exact = Exact()
        self.runs: list[MethodRun] = []
        self.run_of: dict[str, int] = {}
        self._by_binding: dict[tuple[object, ...], int] = {}

    @property
    def notes(self) -> list[str]:
        """Why a value of known facts is unknown."""
        return self._exact.notes

    def constant(self, value: Fraction | str | dt.date) -> Graded:
        return Graded(value)

    def _plain(self, operation: str, *operands: Graded) -> Graded:
        value = getattr(self._exact, operation)(*(each.value for each in operands))
        return UNKNOWN if value is None else Graded(value, min(each.grade for each in operands))

    def add(self, a: Graded, b: Graded) -> Graded:
        return self._plain("add", a, b)

    def subtract(self, a: Graded, b: Graded) -> Graded:
        return self._plain("subtract", a, b)

    def multiply(self, a: Graded, b: Graded) -> Graded:
        return self._plain("multiply", a, b)

    def divide(self, a: Graded, b: Graded) -> Graded:
        return self._plain("divide", a, b)

    def negate(self, a: Graded) -> Graded:
        return self._plain("negate", a)

    def absolute(self, value: Graded) -> Graded:
        return self._plain("absolute", value)

    def compare(self, operator: str, a: Graded, b: Graded) -> Graded:
        value = self._exact.compare(operator, a.value, b.value)  # type: ignore[arg-type]
        return UNKNOWN if value is None else Graded(value, min(a.grade, b.grade))

    def both(self, a: Graded, b: Graded) -> Graded:
        return _junction(a, b, decisive=False)

    def either(self, a: Graded, b: Graded) -> Graded:
        return _junction(a, b, decisive=True)

    def negation(self, a: Graded) -> Graded:
        return UNKNOWN if a.value is None else Graded(not a.value, a.grade)

    def member(self, value: Graded, options: tuple[str, ...]) -> Graded:
        return UNKNOWN if value.value is None else Graded(value.value in options, value.grade)

    def contains(self, option: str, value: Graded) -> Graded:
        if value.value is None:
            return UNKNOWN
        assert isinstance(value.value, frozenset)
        return Graded(option in value.value, value.grade)

    def known(self, value: Graded) -> Graded:
        return UNKNOWN if value.value is None else Graded(True, value.grade)

    def _listed(self, operation: str, values: Sequence[Graded]) -> Graded:
        value = getattr(self._exact, operation)([each.value for each in values])
        return UNKNOWN if value is None else Graded(value, min(each.grade for each in values))

    def minimum(self, values: Sequence[Graded]) -> Graded:
        return self._listed("minimum", values)

    def maximum(self, values: Sequence[Graded]) -> Graded:
        return self._listed("maximum", values)

    def total(self, values: Sequence[Graded]) -> Graded:
        return self._listed("total", values)

    def count(self, values: Sequence[Graded]) -> Graded:
        return self._listed("count", values)

    def method(self, value: Value, inputs: Mapping[str, Graded]) -> Graded:
        """Run the method once for each binding; the outputs taken from it share one worksheet."""
        method = value.method
        assert method is not None
        assert value.declared.take is not None
        if any(each.value is None for each in inputs.values()):
            return UNKNOWN
        binding = (
            method.name,
            *(
                (bound.input.name, str(bound.constant if bound.constant is not None else bound.rule or bound.table))
                for bound in value.bound
            ),
        )
        index = self._by_binding.get(binding)
        if index is None:
            try:
                sheet, refused = method.run(arguments(value, {name: each.value for name, each in inputs.items()})), ""
            except Refused as refusal:
                sheet, refused = None, refusal.message + (f" ({refusal.hint})" if refusal.hint else "")
            index = self._by_binding[binding] = len(self.runs)
            self.runs.append(MethodRun(value, sheet, refused))
        self.run_of[value.declared.id] = index
        done = self.runs[index].sheet
        if done is None or value.declared.take not in done.outputs:
            return UNKNOWN
        return Graded(output_in_base(value, done), min((each.grade for each in inputs.values()), default=PROVEN))

    def leaf(self, step: IndicatorStep, curve: Curve | Checklist, values: Sequence[Graded], applies: Graded | None) -> Leaf:
        if applies is not None and applies.value is False:
            return self.absent("rule")
        sure = True if applies is None or applies.value is True else None
        if isinstance(curve, Checklist):
            return _checklist(step, curve, values, sure)
        (value,) = values
        if value.value is None:
            floor = cap_of(step.caps, 0)
            low = curve.lowest if step.lowest else ZERO
            low = low if floor is None else min(low, floor)
            return Leaf(low, curve.highest, sure, False, ZERO, most=curve.highest)
        plain = curve.score(value.value)  # type: ignore[arg-type]
        cap = cap_of(step.caps, value.grade)
        low = plain if cap is None else min(plain, cap)
        return Leaf(low, plain, sure, True, Fraction(1 if sure else 0), plain, curve.highest, cap if low < plain else None, value.grade)

    def absent(self, why: Absent) -> Leaf:
        return Leaf(ZERO, ZERO, False, False, ZERO, absent=why)

    def gather(self, way: Way, parts: Sequence[tuple[Leaf, Fraction]]) -> Leaf:
        found = combine(way, [Part(leaf.low, leaf.high, weight, leaf.applies) for leaf, weight in parts])
        if found is None:
            return Leaf(ZERO, ZERO, False, False, ZERO)
        coverage = weighted_mean([(leaf.coverage, weight) for leaf, weight in parts if leaf.applies is not False])
        return Leaf(found.low, found.high, found.applies, coverage == 1, coverage)


def _junction(a: Graded, b: Graded, *, decisive: bool) -> Graded:
    """`and` (decisive False) or `or` (decisive True): one decisive side decides, with the best proof of it."""
    decided = [each.grade for each in (a, b) if each.value is decisive]
    if decided:
        return Graded(decisive, max(decided))
    if a.value is None or b.value is None:
        return UNKNOWN
    return Graded(not decisive, min(a.grade, b.grade))


def cap_of(caps: Mapping[int, Fraction], grade: int) -> Fraction | None:
    """What evidence of a grade holds a score at: the least cap written for it or for a higher grade; None when nothing holds it.

    >>> cap_of({0: Fraction(25), 1: Fraction(60)}, 0), cap_of({1: Fraction(60)}, 0), cap_of({0: Fraction(25)}, 2)
    (Fraction(25, 1), Fraction(60, 1), None)
    """
    return min((cap for limit, cap in caps.items() if limit >= grade), default=None)


def _checklist(step: IndicatorStep, curve: Checklist, values: Sequence[Graded], sure: bool | None) -> Leaf:
    # Caps work item by item: a weak paper for one item must not spoil a proven one, or silence would beat an answer.
    low = high = plain = ZERO
    known = True
    weakest: int | None = None
    for points, value in zip(curve.points, values, strict=True):
        if value.value is None:
            known = False
            high += points
            continue
        weakest = value.grade if weakest is None else min(weakest, value.grade)
        if value.value is True:
            cap = cap_of(step.caps, value.grade)
            low += points if cap is None else points * cap / 100
            high += points
            plain += points
    coverage = Fraction(1 if known and sure else 0)
    cap = cap_of(step.caps, weakest) if weakest is not None and low < plain else None
    return Leaf(low, high, sure, known, coverage, plain if known else None, curve.highest, cap, weakest)


def arguments(value: Value, inputs: Mapping[str, Known]) -> dict[str, Argument]:
    """Values in base units as the method's declared inputs want them: numbers in its units, tables with its columns."""
    given: dict[str, Argument] = {}
    for bound in value.bound:
        declared = bound.input
        if bound.constant is not None:
            given[declared.name] = bound.constant
            continue
        held = inputs[declared.name]
        if declared.kind == "number":
            assert isinstance(held, Fraction)
            given[declared.name] = held / parse_unit(declared.unit or "1").factor
        elif declared.kind == "date" and isinstance(held, dt.date):
            given[declared.name] = held.isoformat()
        elif declared.kind == "table":
            assert isinstance(held, tuple)
            wanted = {column.name: column.unit for column in declared.columns}
            given[declared.name] = [
                {
                    name: cell / parse_unit(wanted[name] or "1").factor if isinstance(cell, Fraction) else cell
                    for name, cell in row.items()
                    if name in wanted
                }
                for row in held
            ]
        else:
            assert not isinstance(held, dt.date | frozenset)
            given[declared.name] = held
    return given


def output_in_base(value: Value, sheet: Worksheet) -> Known:
    """One output of a worksheet in base units."""
    assert value.method is not None
    assert value.declared.take is not None
    declared = value.method.output(value.declared.take)
    taken = sheet.outputs[declared.name]
    if isinstance(taken, Fraction) and declared.unit:
        try:
            return taken * parse_unit(declared.unit).factor
        except QuantityError:
            return taken
    return taken
