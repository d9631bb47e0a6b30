"""How scores of siblings become one score, and how a score becomes a rating.

Knows means, minima and the other ways a pack may choose, for one case in exact rationals and for many in float64.
Must not know packs or facts.

A child that may turn out not to apply is *optional*: the parent's range covers every choice of optional children. For a weighted
mean the lowest value over all choices is reached by taking optional children in ascending order of their lows, so that trying each
prefix is exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Literal

from tenderloop.quantity import exp

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Way = Literal["mean", "sum", "minimum", "product", "geometric"]
HUNDRED = Fraction(100)
ZERO = Fraction(0)
_FIFTY = Context(prec=50)


@dataclass(frozen=True)
class Part:
    """One sibling: its range (0 to 100), its weight, and whether it applies (None: nobody can say yet)."""

    low: Fraction
    high: Fraction
    weight: Fraction
    applies: bool | None = True


def combine(way: Way, parts: Sequence[Part]) -> Part | None:
    """The range of a parent; None when nothing applies. The weight of the answer is 1.

    >>> half = Part(Fraction(50), Fraction(50), Fraction(1))
    >>> whole = Part(Fraction(100), Fraction(100), Fraction(3))
    >>> combine("mean", [half, whole]).low
    Fraction(175, 2)
    >>> maybe = Part(Fraction(100), Fraction(100), Fraction(1), applies=None)
    >>> combine("mean", [half, maybe]).low, combine("mean", [half, maybe]).high
    (Fraction(50, 1), Fraction(75, 1))
    """
    sure = [part for part in parts if part.applies is True and part.weight > 0]
    maybe = [part for part in parts if part.applies is None and part.weight > 0]
    if not sure and not maybe:
        return None
    low = _extreme(way, [(part.low, part.weight) for part in sure], [(part.low, part.weight) for part in maybe], lowest=True)
    if not maybe and all(part.high == part.low for part in sure):
        return Part(low, low, Fraction(1), True)
    high = _extreme(way, [(part.high, part.weight) for part in sure], [(part.high, part.weight) for part in maybe], lowest=False)
    return Part(low, high, Fraction(1), True if sure else None)


Weighted = tuple[Fraction, Fraction]


def _extreme(way: Way, sure: Sequence[Weighted], maybe: Sequence[Weighted], *, lowest: bool) -> Fraction:
    taken = list(sure)
    found = [_value(way, taken)] if taken else []
    for each in sorted(maybe, reverse=not lowest):
        # For every way the worst (best) choice is a prefix of this order: adding a lower value never raises a mean, a minimum or a product
        # beyond the prefixes tried, and a sum is least with the fewest parts.
        taken.append(each)
        found.append(_value(way, taken))
        if not sure:
            found.append(_value(way, [each]))
    return min(found) if lowest else max(found)


def _value(way: Way, parts: Sequence[Weighted]) -> Fraction:
    if way == "mean":
        return weighted_mean(parts)
    if way == "sum":
        return min(HUNDRED, sum((score * weight for score, weight in parts), ZERO))
    if way == "minimum":
        return min(score for score, _ in parts)
    product = Fraction(1)
    if way == "product":
        for score, _ in parts:
            product *= score / 100
        return product * 100
    if any(score == 0 for score, _ in parts):
        return ZERO
    # one rounding, at the end: rounding each factor would make the mean of 50 and 50 a little more than 50
    total = sum((weight for _, weight in parts), ZERO)
    exponent = sum((_logarithm(score / 100) * weight for score, weight in parts), ZERO) / total
    return min(HUNDRED, exp(exponent) * 100)


def _logarithm(value: Fraction) -> Fraction:
    """Natural logarithm to 50 digits, the same on every machine."""
    return Fraction(_FIFTY.ln(_FIFTY.divide(Decimal(value.numerator), Decimal(value.denominator))))


def combine_columns(
    way: Way, lows: NDArray[np.float64], highs: NDArray[np.float64], weights: Sequence[Fraction], applies: NDArray[np.int8]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int8]]:
    """The same for many cases: arrays of shape (siblings, cases); ``applies`` 1 yes, 0 no, -1 nobody can say yet.

    NaN where nothing applies.
    """
    import numpy as np

    weight = np.array([float(each) for each in weights])[:, None]
    sure = applies == 1
    maybe = applies == -1
    whole = bool(sure.all())
    low = _column_values(way, lows, weight, None if whole else sure)
    high = low if highs is lows else _column_values(way, highs, weight, None if whole else sure)
    if whole:
        return low, high, np.ones(lows.shape[1], dtype=np.int8)
    applied = np.where(sure.any(axis=0), 1, np.where(maybe.any(axis=0), -1, 0)).astype(np.int8)
    rows = np.flatnonzero(maybe.any(axis=0))
    if len(rows):
        low, high = low.copy(), high.copy()
        low[rows] = _prefixes(way, lows[:, rows], weight, sure[:, rows], maybe[:, rows], lowest=True)
        high[rows] = _prefixes(way, highs[:, rows], weight, sure[:, rows], maybe[:, rows], lowest=False)
    return low, high, applied


def _column_values(
    way: Way, scores: NDArray[np.float64], weight: NDArray[np.float64], taken: NDArray[np.bool_] | None
) -> NDArray[np.float64]:
    import numpy as np

    # nan_to_num: a part that does not apply carries NaN and must not touch the sums
    values = scores if taken is None else np.where(taken, scores, 0.0)
    used = weight if taken is None else weight * taken
    with np.errstate(divide="ignore", invalid="ignore"):
        if way == "mean":
            if taken is None:
                return np.asarray(weight[:, 0] @ values / weight.sum())
            return np.asarray((used * values).sum(axis=0) / used.sum(axis=0))
        if way == "sum":
            total = np.minimum(100.0, (used * values).sum(axis=0))
        elif way == "minimum":
            total = (values if taken is None else np.where(taken, scores, np.inf)).min(axis=0)
        elif way == "product":
            total = 100.0 * (values / 100.0 if taken is None else np.where(taken, scores / 100.0, 1.0)).prod(axis=0)
        else:
            logs = np.log(values / 100.0 if taken is None else np.where(taken, scores / 100.0, 1.0))
            total = 100.0 * np.exp((np.where(used > 0, used * logs, 0.0)).sum(axis=0) / used.sum(axis=0))
    return np.asarray(total if taken is None else np.where(taken.any(axis=0), total, np.nan))


def _prefixes(
    way: Way,
    scores: NDArray[np.float64],
    weight: NDArray[np.float64],
    sure: NDArray[np.bool_],
    maybe: NDArray[np.bool_],
    *,
    lowest: bool,
) -> NDArray[np.float64]:
    import numpy as np

    order = np.argsort(np.where(maybe, scores if lowest else -scores, np.inf), axis=0, kind="stable")
    sorted_scores = np.take_along_axis(scores, order, axis=0)
    sorted_maybe = np.take_along_axis(maybe, order, axis=0)
    sorted_sure = np.take_along_axis(sure, order, axis=0)
    sorted_weight = np.take_along_axis(np.broadcast_to(weight, scores.shape), order, axis=0)
    best = _column_values(way, sorted_scores, sorted_weight, sorted_sure)
    none_sure = ~sure.any(axis=0)
    pick = np.fmin if lowest else np.fmax
    taken = sorted_sure.copy()
    for index in range(len(scores)):
        taken[index] |= sorted_maybe[index]
        best = pick(best, _column_values(way, sorted_scores, sorted_weight, taken))
        alone = np.zeros_like(taken)
        alone[index] = sorted_maybe[index] & none_sure
        best = pick(best, _column_values(way, sorted_scores, sorted_weight, alone))
    return np.asarray(best)


def weighted_mean(parts: Sequence[Weighted]) -> Fraction:
    """Exact mean of (score, weight). Over one common denominator, because adding fractions one by one reduces each of them.

    >>> weighted_mean([(Fraction(50), Fraction(1)), (Fraction(100, 3), Fraction(1, 2))])
    Fraction(400, 9)
    """
    common = lcm(*(score.denominator * weight.denominator for score, weight in parts))
    total = sum(s.numerator * w.numerator * (common // (s.denominator * w.denominator)) for s, w in parts)
    weight = sum(w.numerator * (common // w.denominator) for _, w in parts)
    return Fraction(total, weight)


def rating(
    score: Fraction, outcomes: Mapping[str, Fraction], bands: Sequence[tuple[Fraction, str]], minima: Mapping[str, Mapping[str, Fraction]]
) -> str:
    """The best rating whose band the score reaches and whose least outcome scores are met; an outcome that does not apply asks nothing.

    >>> rating(Fraction(85), {"es": Fraction(30)}, [(Fraction(0), "B"), (Fraction(80), "A")], {"A": {"es": Fraction(50)}})
    'B'
    """
    best = bands[0][1]
    for start, name in bands:
        if score >= start and all(outcomes[each] >= least for each, least in minima.get(name, {}).items() if each in outcomes):
            best = name
    return best
