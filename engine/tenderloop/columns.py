"""How many cases are computed at once: float64 columns, three-valued truth as small integers, evidence grades beside them.

Knows single operations on columns. Must not know the order of steps (plan.py).

Floats never decide a close call: where a comparison, a step or a denominator lies within rounding of its edge, that row alone is worked
out again in exact rationals. Every column therefore knows how to give one row exactly, and how large the parts were that made a number,
since rounding is small only against those: 300000.3 t minus 300000.3 t may come out as a few micrograms.

Coding: a number is NaN while unknown; truth is 0 false, 1 unknown, 2 true, so that `and` is the minimum and `or` the maximum; a level or
an option is a small integer, -1 while unknown; a set of options is a bit mask, -1 while unknown.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenderloop.aggregate import Way, combine_columns
from tenderloop.curves import Checklist, Curve, Levels, Steps, YesNo, scaled
from tenderloop.curves import Choice as ChoiceCurve
from tenderloop.methods import Refused
from tenderloop.pack import Fact
from tenderloop.plan import Absent, IndicatorStep
from tenderloop.quantity import parse_unit
from tenderloop.scalar import PROVEN, Graded, Known, Leaf, Scalar, arguments, cap_of
from tenderloop.vocabulary import Value

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]
Grades = int | Codes
Scored = tuple[Floats, Floats, NDArray[np.bool_]]  # low, high, whether it is answered
NEAR = 1e-12  # times the size of the parts: ten thousand roundings of a float
CANCELLED = 2e3  # times the span of a curve: rounding of parts that large moves a score by less than 1e-9
FALSE, OPEN, TRUE = 0, 1, 2
_OPEN = np.int8(OPEN)
MOST_TABLED = 12  # options of which every set has its own entry in a table
_EXACT = Scalar()
_COMPARED: Mapping[str, tuple[Any, Callable[[Any, Any], bool]]] = {
    "<": (np.less, operator.lt),
    "<=": (np.less_equal, operator.le),
    ">": (np.greater, operator.gt),
    ">=": (np.greater_equal, operator.ge),
    "==": (np.equal, operator.eq),
    "!=": (np.not_equal, operator.ne),
}


@dataclass(frozen=True)
class Column:
    """One name for all cases, or a constant. ``factor`` turns a raw number into base units; a raw number was never computed with.

    A computed number has ``exact``, which gives one row as a fraction in base units, and ``size``, which bounds its parts. The truth of
    ``'a' in x`` has ``asked``: the column x and the bit of a.
    """

    kind: Literal["number", "truth", "level", "choice", "choices", "text", "table"]
    values: Any
    grade: Grades = PROVEN
    factor: Fraction | None = None
    options: tuple[str, ...] = ()
    exact: Callable[[int], Known] | None = None
    size: Callable[[], Any] | None = None
    asked: tuple[Column, int] | None = None

    @property
    def base(self) -> Any:
        """Numbers in base units, NaN while unknown."""
        if self.kind == "level":
            return np.where(self.values < 0, np.nan, self.values)
        if self.factor is None or self.factor == 1:
            return self.values
        return self.values * float(self.factor)


@dataclass(frozen=True)
class Leaves:
    """The scores of one node for all cases. ``applies`` None means that it applies everywhere; ``absent`` that it applies nowhere.

    ``exact`` gives one row in exact rationals.
    """

    low: Floats
    high: Floats
    applies: Codes | None
    coverage: Floats | NDArray[np.bool_]
    exact: Callable[[int], Leaf]
    absent: bool = False


@dataclass
class Columns:
    """Operations for so many cases; ``near`` marks the rows in which something was decided exactly.

    ``kept`` holds tables that depend on the pack alone; give the same to every chunk of one run.
    """

    size: int
    marked: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    kept: dict[object, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.near: NDArray[np.bool_] = np.zeros(self.size, dtype=bool)
        self._runs: dict[tuple[object, ...], list[Mapping[str, Any] | None]] = {}

    # ------------------------------------------------------------------------------------------------------------- the rule language

    def constant(self, value: Fraction | str | dt.date) -> Column:
        if isinstance(value, str):
            return Column("text", value)
        if isinstance(value, dt.date):
            return Column("number", float(value.toordinal()), factor=Fraction(1))
        return Column("number", value)  # stays exact until it meets a column

    def add(self, a: Column, b: Column) -> Column:
        return _computed("add", _base(a) + _base(b), lambda: _size(a) + _size(b), a, b)

    def subtract(self, a: Column, b: Column) -> Column:
        return _computed("subtract", _base(a) - _base(b), lambda: _size(a) + _size(b), a, b)

    def multiply(self, a: Column, b: Column) -> Column:
        return _computed("multiply", _base(a) * _base(b), lambda: _size(a) * _size(b), a, b)

    def divide(self, a: Column, b: Column) -> Column:
        below = self._away_from_zero(b)
        with np.errstate(divide="ignore", invalid="ignore"):
            below = np.where(below == 0, np.nan, below)
            return _computed("divide", _base(a) / below, lambda: _size(a) * (_size(b) / below**2), a, b)

    def _away_from_zero(self, column: Column) -> Any:
        """A denominator in base units; whether a computed one is zero is decided exactly."""
        values = _base(column)
        if column.size is None:
            return values
        with np.errstate(invalid="ignore"):
            rows = np.flatnonzero(np.broadcast_to(np.abs(values) <= NEAR * column.size(), (self.size,)))
        if len(rows):
            values = np.array(np.broadcast_to(values, (self.size,)))
            for row in rows:
                exact = _at(column, int(row))
                values[row] = float(exact) if isinstance(exact, Fraction) else np.nan
            self.near[rows] = True
        return values

    def negate(self, a: Column) -> Column:
        return _computed("negate", -_base(a), lambda: _size(a), a)

    def absolute(self, value: Column) -> Column:
        return _computed("absolute", np.abs(_base(value)), lambda: _size(value), value)

    def minimum(self, values: Sequence[Column]) -> Column:
        return _computed(
            "minimum", np.minimum.reduce(np.broadcast_arrays(*map(_base, values))), lambda: _sizes(values), *values, listed=True
        )

    def maximum(self, values: Sequence[Column]) -> Column:
        return _computed(
            "maximum", np.maximum.reduce(np.broadcast_arrays(*map(_base, values))), lambda: _sizes(values), *values, listed=True
        )

    def total(self, values: Sequence[Column]) -> Column:
        return _computed("total", sum(_base(each) for each in values), lambda: _sizes(values), *values, listed=True)

    def count(self, values: Sequence[Column]) -> Column:
        held = np.stack([np.broadcast_to(each.values, (self.size,)) for each in values])
        counted = np.where((held == OPEN).any(axis=0), np.nan, (held == TRUE).sum(axis=0))
        return Column("number", counted, _least_grade(*values))  # a whole number: nothing to round

    def compare(self, sign: str, a: Column, b: Column) -> Column:
        if a.kind in ("choice", "text") or b.kind in ("choice", "text"):
            return self._compare_words(sign, a, b)
        if a.kind == "truth" or b.kind == "truth":
            known = (a.values != OPEN) & (b.values != OPEN)
            return _truth(a.values == b.values if sign == "==" else a.values != b.values, known, a, b)
        if a.kind == "choices":
            known = (a.values >= 0) & (b.values >= 0)
            return _truth(a.values == b.values if sign == "==" else a.values != b.values, known, a, b)
        left, right, near = self._comparable(a, b)
        with np.errstate(invalid="ignore"):
            held = _COMPARED[sign][0](left, right)
        known = ~(np.isnan(left) | np.isnan(right))
        rows = () if near is None else np.flatnonzero(near & known)
        if len(rows):
            held = np.array(np.broadcast_to(held, (self.size,)))
            for row in rows:
                held[row] = _COMPARED[sign][1](_at(a, int(row)), _at(b, int(row)))
            self.near[rows] = True
        return _truth(held, known, a, b)

    def _comparable(self, a: Column, b: Column) -> tuple[Any, Any, Any]:
        """Both sides as floats, and the rows in which these cannot decide. Raw numbers compare exactly in their own unit."""
        if a.factor is not None and a.factor == b.factor:
            return a.values, b.values, None
        for column, constant, swap in ((a, b, False), (b, a, True)):
            exact = _fraction(constant)
            if (column.factor is not None or column.kind == "level") and exact is not None and isinstance(column.values, np.ndarray):
                raw = column.base if column.kind == "level" else column.values
                edge = exact / (column.factor or 1)
                limit = float(edge)
                near = None if Fraction(repr(limit)) == edge else raw == limit
                return (limit, raw, near) if swap else (raw, limit, near)
        left, right = _base(a), _base(b)
        return left, right, self._near(left, right, _size(a) + _size(b))

    def _near(self, left: Any, right: Any, size: Any) -> Any:
        with np.errstate(invalid="ignore"):
            return np.broadcast_to(np.abs(left - right) <= NEAR * size, (self.size,))

    def _compare_words(self, sign: str, a: Column, b: Column) -> Column:
        if a.kind == "text" and isinstance(a.values, str):
            a, b = b, a
        if isinstance(b.values, str):
            if a.kind == "choice":
                code = a.options.index(b.values) if b.values in a.options else -2
                return _truth(a.values == code if sign == "==" else a.values != code, a.values >= 0, a, b)
            known = np.array([each is not None for each in a.values])
            return _truth(a.values == b.values if sign == "==" else a.values != b.values, known, a, b)
        words_a = np.array([None if code < 0 else a.options[code] for code in a.values], dtype=object)
        words_b = np.array([None if code < 0 else b.options[code] for code in b.values], dtype=object)
        return _truth(words_a == words_b if sign == "==" else words_a != words_b, (a.values >= 0) & (b.values >= 0), a, b)

    def both(self, a: Column, b: Column) -> Column:
        return _junction(a, b, decisive=FALSE)

    def either(self, a: Column, b: Column) -> Column:
        return _junction(a, b, decisive=TRUE)

    def negation(self, a: Column) -> Column:
        return Column("truth", TRUE - a.values, a.grade)

    def member(self, value: Column, options: tuple[str, ...]) -> Column:
        if value.kind == "choice":
            codes = [value.options.index(option) for option in options if option in value.options]
            return _truth(np.isin(value.values, codes), value.values >= 0, value)
        known = np.array([each is not None for each in value.values])
        return _truth(np.isin(value.values.astype(str), options), known, value)

    def contains(self, option: str, value: Column) -> Column:
        bit = 1 << value.options.index(option)
        held = _truth((value.values & bit) != 0, value.values >= 0, value)
        return Column("truth", held.values, held.grade, asked=(value, bit))

    def known(self, value: Column) -> Column:
        if value.kind == "truth":
            return Column("truth", np.where(value.values == OPEN, OPEN, TRUE).astype(np.int8), value.grade)
        if value.kind in ("level", "choice", "choices"):
            known = value.values >= 0
        elif value.kind in ("table", "text"):
            known = np.array([each is not None for each in value.values])
        else:
            known = ~np.isnan(value.values)
        return Column("truth", np.where(known, TRUE, OPEN).astype(np.int8), value.grade)

    # --------------------------------------------------------------------------------------------------------------------- methods

    def method(self, value: Value, inputs: Mapping[str, Column]) -> Column:
        """Methods are exact: each row is run by itself, then turned into a float."""
        assert value.method is not None
        assert value.declared.take is not None
        binding = (value.method.name, *((each.input.name, str(each.constant or each.rule or each.table)) for each in value.bound))
        if binding not in self._runs:
            self._runs[binding] = [
                self._run(value, {name: _at(column, row) for name, column in inputs.items()}) for row in range(self.size)
            ]
        output = value.method.output(value.declared.take)
        outputs = [None if each is None else each.get(output.name) for each in self._runs[binding]]
        grade = _least_grade(*inputs.values()) if inputs else PROVEN
        if output.unit is None:
            return Column("text", np.array(outputs, dtype=object), grade)
        values = np.array([np.nan if each is None else float(each) for each in outputs])
        return Column("number", values, grade, exact=outputs.__getitem__, size=lambda: np.abs(values))

    def _run(self, value: Value, given: Mapping[str, Known]) -> Mapping[str, Any] | None:
        assert value.method is not None
        if any(each is None for each in given.values()):
            return None
        try:
            sheet = value.method.run(arguments(value, given))
        except Refused:
            return None
        found: dict[str, Any] = {}
        for output in value.method.outputs:
            if output.name in sheet.outputs:
                taken = sheet.outputs[output.name]
                found[output.name] = taken * parse_unit(output.unit).factor if isinstance(taken, Fraction) and output.unit else taken
        return found

    # ---------------------------------------------------------------------------------------------------------------------- scores

    def leaf(self, step: IndicatorStep, curve: Curve | Checklist, values: Sequence[Column], applies: Column | None) -> Leaves:
        if isinstance(curve, Checklist):
            low, high, covered = self._checklist(step, curve, values)
        elif isinstance(curve, Levels | YesNo | ChoiceCurve):
            low, high, covered = self._by_table(step, curve, values[0])
        else:
            low, high, covered = self._by_curve(step, curve, values[0])
        applied: Codes | None = None
        if applies is not None:
            applied = np.where(applies.values == TRUE, 1, np.where(applies.values == FALSE, 0, -1)).astype(np.int8)
        marked = self.marked.get(step.id)
        if marked is not None:
            applied = np.where(marked, 0, 1 if applied is None else applied).astype(np.int8)
        if applied is not None:
            covered = covered & (applied == 1)

        def exact(row: int) -> Leaf:
            if marked is not None and marked[row]:
                return _EXACT.absent("marked")
            return _EXACT.leaf(step, curve, [_graded(each, row) for each in values], None if applies is None else _graded(applies, row))

        return Leaves(low, high, applied, covered, exact)

    def _by_table(self, step: IndicatorStep, curve: Levels | YesNo | ChoiceCurve, column: Column) -> Scored:
        """A value of a few codes: one look-up for low (by code and grade), one for high."""
        if isinstance(curve, YesNo):
            scores, unknown, codes = [curve.no, None, curve.yes], OPEN, column.values
        elif isinstance(curve, Levels):
            scores, unknown, codes = [None, *curve.scores_by_level], 0, column.values + np.int8(1)
        else:
            scores, unknown, codes = [None, *(curve.score(option) for option in column.options)], 0, column.values + np.int8(1)
        lows, highs = self._tables(step, curve, scores)
        codes = np.broadcast_to(codes, (self.size,)).astype(np.int16 if len(lows) > 127 else codes.dtype, copy=False)
        return lows.take(codes * np.int8(PROVEN + 1) + column.grade), highs.take(codes), codes != unknown

    def _tables(self, step: IndicatorStep, curve: Curve, scores: Sequence[Fraction | None]) -> tuple[Floats, Floats]:
        """Lows by code and grade, highs by code; None stands for unknown."""
        key = ("table", step.id, id(curve))
        if key not in self.kept:
            grades = range(PROVEN + 1)
            open_low = _open_low(step, curve)
            lows = [float(open_low if score is None else _capped(score, step, grade)) for score in scores for grade in grades]
            self.kept[key] = np.array(lows), np.array([float(curve.highest if score is None else score) for score in scores])
        found: tuple[Floats, Floats] = self.kept[key]
        return found

    def _caps(self, step: IndicatorStep) -> Floats:
        """What each grade holds a score at; 100 where nothing holds it."""
        key = ("caps", step.id)
        if key not in self.kept:
            self.kept[key] = np.array([float(_capped(Fraction(100), step, grade)) for grade in range(PROVEN + 1)])
        found: Floats = self.kept[key]
        return found

    def _by_curve(self, step: IndicatorStep, curve: Curve, column: Column) -> Scored:
        raw = column.factor is not None and column.factor != 0 and column.kind == "number"
        if raw:
            assert column.factor is not None
            values, own = np.broadcast_to(column.values, (self.size,)), scaled(curve, 1 / column.factor)
        else:
            values, own = np.broadcast_to(np.asarray(_base(column), dtype=np.float64), (self.size,)), curve
        plain = own.scores(values)
        known = ~np.isnan(values)
        doubtful = self._doubtful(own, values, column, raw=raw)
        if doubtful is not None:
            for row in np.flatnonzero(doubtful & known):
                plain[row] = float(curve.score(_at(column, int(row))))  # type: ignore[arg-type]
            self.near |= doubtful & known
        low = np.minimum(plain, self._caps(step).take(column.grade)) if step.caps else plain
        if known.all():
            return low, plain, known
        return np.where(known, low, float(_open_low(step, curve))), np.where(known, plain, float(curve.highest)), known

    def _doubtful(self, own: Curve, values: Floats, column: Column, *, raw: bool) -> Any:
        """Rows whose score floats could miss: at the edge of a step, or where large parts cancelled to less than a curve can tell apart."""
        edges = [float(edge) for edge in own.edges]
        if isinstance(own, Steps):
            size = None if raw else _size(column)
            found = [
                self._near(values, limit, size + abs(limit)) if size is not None else values == limit
                for limit, edge in zip(edges, own.edges, strict=True)
                if size is not None or Fraction(repr(limit)) != edge
            ]
            return np.logical_or.reduce(found) if found else None
        if column.size is None:
            return None
        size = column.size()
        far = NEAR * size  # a value further outside than that scores the same as the end of the curve
        cancelled = size > CANCELLED * min(b - a for a, b in pairwise(edges))
        return np.broadcast_to(cancelled & (values > edges[0] - far) & (values < edges[-1] + far), (self.size,))

    def _checklist(self, step: IndicatorStep, curve: Checklist, values: Sequence[Column]) -> Scored:
        asked = [column.asked[0] for column in values if column.asked is not None]
        if len(asked) == len(values) and all(each is asked[0] for each in asked) and len(asked[0].options) <= MOST_TABLED:
            return self._by_mask(step, curve, asked[0], [column.asked[1] for column in values if column.asked is not None])
        low, high, covered = np.zeros(self.size), np.zeros(self.size), np.ones(self.size, dtype=bool)
        key = ("items", step.id)
        if key not in self.kept:
            held = [[float(points) * cap / 100 for cap in self._caps(step)] for points in curve.points]
            self.kept[key] = [
                (np.array([0.0] * 10 + each), np.array([0.0, float(points), float(points)]))
                for points, each in zip(curve.points, held, strict=True)
            ]
        for (lows, highs), column in zip(self.kept[key], values, strict=True):
            codes = np.broadcast_to(column.values, (self.size,))
            low += lows.take(codes * np.int8(PROVEN + 1) + column.grade)
            high += highs.take(codes)
            covered &= codes != OPEN
        return low, high, covered

    def _by_mask(self, step: IndicatorStep, curve: Checklist, column: Column, bits: Sequence[int]) -> Scored:
        """A checklist over one set of options: one look-up for every set."""
        key = ("mask", step.id)
        if key not in self.kept:
            sets = range(1 << len(column.options))
            sums = [sum(points for points, bit in zip(curve.points, bits, strict=True) if mask & bit) for mask in sets]
            lows = [float(each * Fraction(cap) / 100) for each in sums for cap in self._caps(step).tolist()]
            self.kept[key] = np.array([0.0] * (PROVEN + 1) + lows), np.array([float(curve.highest), *(float(each) for each in sums)])
        lows, highs = self.kept[key]
        place = column.values + np.int16(1)
        return lows.take(place * np.int16(PROVEN + 1) + column.grade), highs.take(place), place > 0

    def absent(self, why: Absent) -> Leaves:
        empty = np.zeros(self.size)
        return Leaves(empty, empty, np.zeros(self.size, dtype=np.int8), empty, lambda _: _EXACT.absent(why), absent=True)

    def gather(self, way: Way, parts: Sequence[tuple[Leaves, Fraction]]) -> Leaves:
        counted = [(leaf, weight) for leaf, weight in parts if not leaf.absent and weight > 0]
        if not counted:
            return self.absent("stage")

        def exact(row: int) -> Leaf:
            return _EXACT.gather(way, [(leaf.exact(row), weight) for leaf, weight in counted])

        if way == "mean" and all(leaf.applies is None for leaf, _ in counted):
            total = float(sum(weight for _, weight in counted))
            low, high, coverage, one = (np.zeros(self.size) for _ in range(4))
            for leaf, weight in counted:
                part = float(weight) / total
                for whole, scores in ((low, leaf.low), (high, leaf.high), (coverage, leaf.coverage)):
                    whole += np.multiply(scores, part, out=one)
            return Leaves(low, high, None, coverage, exact)
        weights = [weight for _, weight in counted]
        applies = np.stack([np.ones(self.size, dtype=np.int8) if leaf.applies is None else leaf.applies for leaf, _ in counted])
        low, high, applied = combine_columns(
            way, np.stack([leaf.low for leaf, _ in counted]), np.stack([leaf.high for leaf, _ in counted]), weights, applies
        )
        used = np.array([float(weight) for weight in weights])[:, None] * (applies != 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            coverage = (used * np.stack([leaf.coverage for leaf, _ in counted])).sum(axis=0) / used.sum(axis=0)
        nowhere = applied == 0
        return Leaves(
            np.where(nowhere, 0.0, low),
            np.where(nowhere, 0.0, high),
            None if (applied == 1).all() else applied,
            np.where(nowhere, 0.0, coverage),
            exact,
        )


def encode(fact: Fact, values: Sequence[Any] | NDArray[Any], grade: Grades) -> Column:
    """A fact's answers for all cases, in the pack's unit; None, NaN and empty text are unknown.

    An array of whole numbers holds codes, -1 for unknown: the place of an option, or the bits of a set of options (1 for the first).
    An unknown option or level is a ValueError.
    """
    if fact.kind == "number":
        return Column("number", np.asarray(values, dtype=np.float64), grade, factor=parse_unit(fact.unit).factor)
    if fact.kind == "level":
        codes = _whole(values)
        if codes.max(initial=-1) >= len(fact.levels):
            raise ValueError(f"'{fact.id}' has levels 0 to {len(fact.levels) - 1}")
        return Column("level", codes, grade)
    if fact.kind == "yes_no":
        held = np.asarray(values)
        if held.dtype == np.bool_:
            return Column("truth", np.where(held, TRUE, FALSE).astype(np.int8), grade)
        codes = _whole(values)
        return Column("truth", np.array([OPEN, FALSE, TRUE], dtype=np.int8).take(codes + 1), grade)
    if fact.kind == "date":
        days = [np.nan if _blank(each) else float(_day(each).toordinal()) for each in values]
        return Column("number", np.array(days), grade, factor=Fraction(1))
    options = tuple(fact.options)
    if fact.kind in ("choice", "choices") and isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        most = len(options) if fact.kind == "choice" else 1 << len(options)
        if values.max(initial=-1) >= most or values.min(initial=0) < -1:
            raise ValueError(f"'{fact.id}' has {len(options)} options; a code of it is -1 to {most - 1}")
        return Column(fact.kind, values.astype(_width(fact)), grade, options=options)
    if fact.kind == "choice":
        index = {option: code for code, option in enumerate(options)}
        unknown = {each for each in values if not _blank(each)} - index.keys()
        if unknown:
            raise ValueError(f"'{fact.id}' has no option {sorted(map(str, unknown))[0]!r}; it has {', '.join(options)}")
        return Column("choice", np.array([-1 if _blank(each) else index[each] for each in values], dtype=np.int16), grade, options=options)
    if fact.kind == "choices":
        bits = {option: 1 << code for code, option in enumerate(options)}
        masks = [-1 if each is None or isinstance(each, float) else sum(bits[option] for option in each) for each in values]
        return Column("choices", np.array(masks, dtype=_width(fact)), grade, options=options)
    held = np.empty(len(values), dtype=object)
    held[:] = [None if _blank(each) else each for each in values]
    if fact.kind == "table":
        units = {column.id: parse_unit(column.unit).factor for column in fact.columns}
        for row, table in enumerate(held):
            if table is not None:
                held[row] = tuple(
                    {name: cell if isinstance(cell, str) else Fraction(str(cell)) * units[name] for name, cell in line.items()}
                    for line in table
                )
        return Column("table", held, grade)
    return Column("text", held, grade)


def _width(fact: Fact) -> type[np.signedinteger[Any]]:
    """The smallest whole number that holds every code of a fact."""
    return np.int16 if fact.kind == "choice" or len(fact.options) < 15 else np.int64


def _whole(values: Sequence[Any] | NDArray[Any]) -> Codes:
    held = np.asarray(values)
    if held.dtype.kind in "iu":
        return held.astype(np.int8)
    floats = np.array([np.nan if each is None else float(each) for each in values]) if held.dtype == object else held.astype(np.float64)
    return np.where(np.isnan(floats), -1, np.nan_to_num(floats)).astype(np.int8)


def _blank(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and value != value)


def _day(value: object) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)[:10])


def _fraction(column: Column) -> Fraction | None:
    return column.values if isinstance(column.values, Fraction) else None


def _base(column: Column) -> Any:
    return float(column.values) if isinstance(column.values, Fraction) else column.base


def _least_grade(*columns: Column) -> Grades:
    grade: Grades = columns[0].grade
    for column in columns[1:]:
        if isinstance(grade, int) and isinstance(column.grade, int):
            grade = min(grade, column.grade)
        else:
            grade = np.minimum(grade, column.grade).astype(np.int8)
    return grade


def _computed(operation: str, values: Any, size: Callable[[], Any], *parts: Column, listed: bool = False) -> Column:
    """A number made from others; one row of it can be made again by the exact kernel's operation of the same name."""

    def exact(row: int) -> Known:
        given = [_graded(each, row) for each in parts]
        found: Graded = getattr(_EXACT, operation)(given) if listed else getattr(_EXACT, operation)(*given)
        return found.value

    return Column("number", values, _least_grade(*parts), exact=exact, size=size)


def _size(column: Column) -> Any:
    """How large the parts of a number were; rounding is small against that."""
    return np.abs(_base(column)) if column.size is None else column.size()


def _sizes(columns: Sequence[Column]) -> Any:
    return sum(_size(each) for each in columns)


def _truth(held: Any, known: Any, *parts: Column) -> Column:
    codes = np.where(known, np.asarray(held).view(np.int8) << 1, _OPEN)  # FALSE 0, TRUE 2
    return Column("truth", codes, _least_grade(*parts))


def _junction(a: Column, b: Column, *, decisive: int) -> Column:
    values = np.minimum(a.values, b.values) if decisive == FALSE else np.maximum(a.values, b.values)
    if isinstance(a.grade, int) and isinstance(b.grade, int) and a.grade == b.grade:
        return Column("truth", values, a.grade)
    # the grade of a decided side is the best proof of it; of an undecided whole it does not matter
    proof = np.maximum(np.where(a.values == decisive, a.grade, -1), np.where(b.values == decisive, b.grade, -1))
    return Column("truth", values, np.where(values == decisive, proof, np.minimum(a.grade, b.grade)).astype(np.int8))


def _open_low(step: IndicatorStep, curve: Curve | Checklist) -> Fraction:
    low = curve.lowest if step.lowest else Fraction(0)
    floor = cap_of(step.caps, 0)
    return low if floor is None else min(low, floor)


def _capped(score: Fraction, step: IndicatorStep, grade: int) -> Fraction:
    cap = cap_of(step.caps, grade)
    return score if cap is None else min(score, cap)


def _graded(column: Column, row: int) -> Graded:
    """One row for the exact kernel."""
    return Graded(_at(column, row), column.grade if isinstance(column.grade, int) else int(column.grade[row]))


def _at(column: Column, row: int) -> Known:
    """One row as the exact path would hold it; floats by their shortest decimal."""
    if column.exact is not None:
        return column.exact(row)
    held = column.values
    if isinstance(held, Fraction | str):
        return held
    value = held[row] if isinstance(held, np.ndarray) and held.ndim else held
    if column.kind == "number":
        if np.isnan(value):
            return None
        return Fraction(repr(float(value))) * (column.factor if column.factor is not None else 1)
    if column.kind == "truth":
        return None if value == OPEN else bool(value == TRUE)
    if column.kind == "level":
        return None if value < 0 else Fraction(int(value))
    if column.kind == "choice":
        return None if value < 0 else column.options[int(value)]
    if column.kind == "choices":
        return None if value < 0 else frozenset(option for code, option in enumerate(column.options) if int(value) >> code & 1)
    known: Known = value
    return known


__all__ = ["Column", "Columns", "Leaves", "encode"]
