"""How a value becomes an indicator score from 0 to 100, exactly.

Knows the seven kinds of scoring. Must not know packs, facts, rules or units: values arrive as plain numbers in the unit in which the
curve's thresholds are given, as True and False, or as the name of an option.

Every curve has ``score`` (one exact value), ``scores`` (a column of many, float64 with NaN for unknown), ``lowest`` and ``highest`` (what
it can give), ``edges`` (values at which the score jumps or bends) and ``faults`` (sentences; empty when the curve is sound). An unknown
value never comes here: it has no score.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from tenderloop.quantity import exact_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.float64]

LEAST = Fraction(0)
MOST = Fraction(100)


def _clamped(score: Fraction) -> Fraction:
    return min(max(score, LEAST), MOST)


def _outside(scores: Mapping[str, Fraction]) -> list[str]:
    wrong = {what: score for what, score in scores.items() if not LEAST <= score <= MOST}
    return [f"{what} gives {exact_text(score)}; a score lies between 0 and 100" for what, score in wrong.items()]


def _distinct(values: Sequence[Fraction]) -> tuple[Fraction, ...]:
    return tuple(sorted(set(values)))


@dataclass(frozen=True)
class Linear:
    """0 at ``start``, 100 at ``end``, a straight line between, flat outside; ``start`` above ``end`` means that less is better.

    >>> Linear(Fraction(0), Fraction(40, 100)).score(Fraction(10, 100))
    Fraction(25, 1)
    """

    start: Fraction
    end: Fraction

    def score(self, value: Fraction) -> Fraction:
        """Score of one value. A curve whose ends are equal has faults and no score (AssertionError)."""
        assert self.start != self.end, "a curve with faults gives no scores"
        return _clamped((value - self.start) / (self.end - self.start) * 100)

    def scores(self, values: Column) -> Column:
        """Scores of a column, NaN where the value is NaN."""
        import numpy as np

        start, end = float(self.start), float(self.end)
        return np.asarray(np.clip((values - start) / (end - start) * 100.0, 0.0, 100.0), dtype=np.float64)

    @property
    def lowest(self) -> Fraction:
        """The least score that it can give."""
        return LEAST

    @property
    def highest(self) -> Fraction:
        """The greatest score that it can give."""
        return MOST

    @property
    def edges(self) -> tuple[Fraction, ...]:
        """Both ends, ascending."""
        return _distinct((self.start, self.end))

    def faults(self) -> list[str]:
        """What is wrong with the curve itself."""
        return [f"'from' and 'to' are both {exact_text(self.start)}; they must differ"] if self.start == self.end else []


@dataclass(frozen=True)
class Steps:
    """The score of the last threshold reached (value >= threshold); ``below`` under the first.

    >>> Steps(Fraction(0), ((Fraction(10), Fraction(25)), (Fraction(30), Fraction(60)))).score(Fraction(30))
    Fraction(60, 1)
    """

    below: Fraction
    at: tuple[tuple[Fraction, Fraction], ...]

    def score(self, value: Fraction) -> Fraction:
        """Score of one value."""
        reached = self.below
        for threshold, score in self.at:
            if value >= threshold:
                reached = score
        return reached

    def scores(self, values: Column) -> Column:
        """Scores of a column, NaN where the value is NaN.

        A value within rounding of a threshold may fall on the other side than its exact twin; `edges` says where to look again.
        """
        import numpy as np

        thresholds = np.array([float(threshold) for threshold, _ in self.at])
        table = np.array([float(self.below), *(float(score) for _, score in self.at)])
        found = table[np.searchsorted(thresholds, values, side="right")]
        return np.where(np.isnan(values), np.nan, found)

    @property
    def lowest(self) -> Fraction:
        """The least score that it can give."""
        return min(self.below, *(score for _, score in self.at)) if self.at else self.below

    @property
    def highest(self) -> Fraction:
        """The greatest score that it can give."""
        return max(self.below, *(score for _, score in self.at)) if self.at else self.below

    @property
    def edges(self) -> tuple[Fraction, ...]:
        """The thresholds, ascending."""
        return _distinct([threshold for threshold, _ in self.at])

    def faults(self) -> list[str]:
        """What is wrong with the curve itself."""
        found = [] if self.at else ["there is no threshold under 'at'"]
        found += _order([threshold for threshold, _ in self.at], "threshold")
        found += _outside({"'below'": self.below} | {f"threshold {exact_text(threshold)}": score for threshold, score in self.at})
        ladder = [("'below'", self.below), *((f"threshold {exact_text(threshold)}", score) for threshold, score in self.at)]
        found += [f"{after} gives the same score as {before}; it changes nothing" for (before, a), (after, b) in pairwise(ladder) if a == b]
        return found


@dataclass(frozen=True)
class Piecewise:
    """Straight lines between points (value, score), flat outside.

    >>> Piecewise(((Fraction(0), Fraction(0)), (Fraction(20), Fraction(50)), (Fraction(60), Fraction(100)))).score(Fraction(40))
    Fraction(75, 1)
    """

    points: tuple[tuple[Fraction, Fraction], ...]

    def score(self, value: Fraction) -> Fraction:
        """Score of one value."""
        if value <= self.points[0][0]:
            return self.points[0][1]
        for (left, low), (right, high) in pairwise(self.points):
            if value <= right:
                return low + (high - low) * (value - left) / (right - left)
        return self.points[-1][1]

    def scores(self, values: Column) -> Column:
        """Scores of a column, NaN where the value is NaN."""
        import numpy as np

        places = [float(value) for value, _ in self.points]
        return np.asarray(np.interp(values, places, [float(score) for _, score in self.points]), dtype=np.float64)

    @property
    def lowest(self) -> Fraction:
        """The least score that it can give."""
        return min(score for _, score in self.points)

    @property
    def highest(self) -> Fraction:
        """The greatest score that it can give."""
        return max(score for _, score in self.points)

    @property
    def edges(self) -> tuple[Fraction, ...]:
        """Where the line bends, ascending."""
        return _distinct([value for value, _ in self.points])

    def faults(self) -> list[str]:
        """What is wrong with the curve itself."""
        found = [] if len(self.points) >= 2 else ["a line needs at least two points"]
        found += _order([value for value, _ in self.points], "point")
        found += _outside({f"point {exact_text(value)}": score for value, score in self.points})
        if self.points and self.lowest == self.highest:
            found.append(f"every value gives {exact_text(self.lowest)}; the line decides nothing")
        return found


@dataclass(frozen=True)
class Levels:
    """Score of a rubric level 0, 1, 2, …; either listed, or by the level that earns 100 at this stage.

    >>> Levels.by_stage(2, of=5).scores_by_level
    (Fraction(0, 1), Fraction(50, 1), Fraction(100, 1), Fraction(100, 1), Fraction(100, 1))
    """

    scores_by_level: tuple[Fraction, ...]

    @classmethod
    def by_stage(cls, top: int, of: int) -> Levels:
        """100 × min(level, top) / top for a rubric of so many levels; ``top`` at least 1."""
        assert top >= 1, "the level that earns 100 is at least 1"
        return cls(tuple(Fraction(100 * min(level, top), top) for level in range(of)))

    def score(self, value: Fraction) -> Fraction:
        """Score of one level; a level that the rubric does not have is our own bug (AssertionError)."""
        assert value in range(len(self.scores_by_level)), f"there is no level {value}"
        return self.scores_by_level[value.numerator]

    def scores(self, values: Column) -> Column:
        """Scores of a column, NaN where the value is NaN."""
        import numpy as np

        table = np.array([float(score) for score in self.scores_by_level])
        unknown = np.isnan(values)
        found = table[np.where(unknown, 0, values).astype(np.int64)]
        return np.where(unknown, np.nan, found)

    @property
    def lowest(self) -> Fraction:
        """The least score that it can give."""
        return min(self.scores_by_level)

    @property
    def highest(self) -> Fraction:
        """The greatest score that it can give."""
        return max(self.scores_by_level)

    @property
    def edges(self) -> tuple[Fraction, ...]:
        """Levels are whole; no value comes near to another by rounding."""
        return ()

    def faults(self) -> list[str]:
        """What is wrong with the curve itself."""
        found = [] if len(self.scores_by_level) >= 2 else ["a rubric needs at least two levels"]
        found += _outside({f"level {level}": score for level, score in enumerate(self.scores_by_level)})
        found += [
            f"level {level + 1} gives less than level {level}; a higher level must not lower the score"
            for level, (low, high) in enumerate(pairwise(self.scores_by_level))
            if high < low
        ]
        if self.scores_by_level and self.lowest == self.highest:
            found.append(f"every level gives {exact_text(self.lowest)}; the rubric decides nothing")
        return found


@dataclass(frozen=True)
class YesNo:
    """One score for yes, one for no.

    >>> YesNo(yes=Fraction(100), no=Fraction(0)).score(True)
    Fraction(100, 1)
    """

    yes: Fraction
    no: Fraction

    def score(self, value: bool) -> Fraction:
        """Score of one answer."""
        return self.yes if value else self.no

    def scores(self, values: Column) -> Column:
        """Scores of a column of 1 (yes), 0 (no) and NaN (unknown)."""
        import numpy as np

        return np.where(np.isnan(values), np.nan, np.where(values == 1.0, float(self.yes), float(self.no)))

    @property
    def lowest(self) -> Fraction:
        """The least score that it can give."""
        return min(self.yes, self.no)

    @property
    def highest(self) -> Fraction:
        """The greatest score that it can give."""
        return max(self.yes, self.no)

    @property
    def edges(self) -> tuple[Fraction, ...]:
        """None: an answer has no near neighbour."""
        return ()

    def faults(self) -> list[str]:
        """What is wrong with the curve itself."""
        found = _outside({"'yes'": self.yes, "'no'": self.no})
        if self.yes == self.no:
            found.append(f"yes and no both give {exact_text(self.yes)}; the answer decides nothing")
        return found


@dataclass(frozen=True)
class Choice:
    """One score per option, in the order in which the fact declares its options.

    >>> Choice({"none": Fraction(0), "applied": Fraction(50), "granted": Fraction(100)}).score("applied")
    Fraction(50, 1)
    """

    scores_by_option: Mapping[str, Fraction] = field(hash=False)

    def score(self, value: str) -> Fraction:
        """Score of one option; an option without a score is our own bug (KeyError)."""
        return self.scores_by_option[value]

    def scores(self, values: Column) -> Column:
        """Scores of a column of positions (0 for the first option here), NaN for unknown."""
        import numpy as np

        table = np.array([float(score) for score in self.scores_by_option.values()])
        unknown = np.isnan(values)
        found = table[np.where(unknown, 0, values).astype(np.int64)]
        return np.where(unknown, np.nan, found)

    @property
    def lowest(self) -> Fraction:
        """The least score that it can give."""
        return min(self.scores_by_option.values())

    @property
    def highest(self) -> Fraction:
        """The greatest score that it can give."""
        return max(self.scores_by_option.values())

    @property
    def edges(self) -> tuple[Fraction, ...]:
        """None: an option has no near neighbour."""
        return ()

    def faults(self) -> list[str]:
        """What is wrong with the curve itself. Whether every declared option has a score is for the reader of the pack to see."""
        found = [] if len(self.scores_by_option) >= 2 else ["a choice needs at least two options"]
        found += _outside({f"option '{option}'": score for option, score in self.scores_by_option.items()})
        if self.scores_by_option and self.lowest == self.highest:
            found.append(f"every option gives {exact_text(self.lowest)}; the choice decides nothing")
        return found


@dataclass(frozen=True)
class Checklist:
    """The sum of the points of what holds; the points sum to 100.

    >>> Checklist((Fraction(40), Fraction(60))).bounds([True, None])
    (Fraction(40, 1), Fraction(100, 1))
    """

    points: tuple[Fraction, ...]

    def score(self, flags: Sequence[bool]) -> Fraction:
        """Score when every item is answered."""
        return sum((points for points, holds in zip(self.points, flags, strict=True) if holds), LEAST)

    def bounds(self, flags: Sequence[bool | None]) -> tuple[Fraction, Fraction]:
        """What is sure already, and what the open items (None) could still bring."""
        low = self.score([flag is True for flag in flags])
        high = self.score([flag is not False for flag in flags])
        return low, high

    def scores(self, flags: Column) -> Column:
        """Scores of many cases: ``flags`` has one row per case and one column per item, of 1, 0 and NaN; a row with NaN gives NaN."""
        import numpy as np

        return np.asarray(flags @ np.array([float(points) for points in self.points]), dtype=np.float64)

    def bounds_of(self, flags: Column) -> tuple[Column, Column]:
        """`bounds` of many cases, of the same shape as in `scores`."""
        import numpy as np

        return self.scores(np.where(np.isnan(flags), 0.0, flags)), self.scores(np.where(np.isnan(flags), 1.0, flags))

    @property
    def lowest(self) -> Fraction:
        """The least score that it can give."""
        return LEAST

    @property
    def highest(self) -> Fraction:
        """The greatest score that it can give."""
        return sum(self.points, LEAST)

    @property
    def edges(self) -> tuple[Fraction, ...]:
        """None: an item has no near neighbour."""
        return ()

    def faults(self) -> list[str]:
        """What is wrong with the curve itself."""
        found = [] if self.points else ["the checklist is empty"]
        for place, points in enumerate(self.points, 1):
            if points <= 0:
                found.append(f"item {place} has {exact_text(points)} points; it must have more than 0")
        if self.points and sum(self.points) != MOST:
            found.append(f"the points sum to {exact_text(self.highest)}; they must sum to 100")
        return found


Curve = Linear | Steps | Piecewise | Levels | YesNo | Choice | Checklist


def _order(values: Sequence[Fraction], word: str) -> list[str]:
    found: list[str] = []
    for before, after in pairwise(values):
        if before == after:
            found.append(f"{word} {exact_text(before)} stands twice")
        elif after < before:
            found.append(f"{word} {exact_text(after)} stands after {exact_text(before)}; write them in ascending order")
    return found


def near_edge(curve: Curve, value: float, tolerance: float = 1e-9) -> bool:
    """Whether a float lies so close to an edge of the curve that only the exact value can decide.

    >>> near_edge(Steps(Fraction(0), ((Fraction(1, 10), Fraction(100)),)), 0.1 + 1e-12)
    True
    """
    return any(math.isclose(value, float(edge), rel_tol=tolerance, abs_tol=tolerance) for edge in curve.edges)


def scaled(curve: Curve, factor: Fraction) -> Curve:
    """The curve with its thresholds in base units, when they are written in a unit of that factor; other curves stay as they are.

    >>> scaled(Linear(Fraction(0), Fraction(40)), Fraction(1, 100)).edges
    (Fraction(0, 1), Fraction(2, 5))
    """
    match curve:
        case Linear(start=start, end=end):
            return Linear(start * factor, end * factor)
        case Steps(below=below, at=at):
            return Steps(below, tuple((threshold * factor, score) for threshold, score in at))
        case Piecewise(points=points):
            return Piecewise(tuple((value * factor, score) for value, score in points))
        case _:
            return curve
