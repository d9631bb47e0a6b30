"""Numbers that depend on one unknown, exactly: what a total becomes when one weight, score or price moves.

Knows quotients of polynomials with rational coefficients, seen just beside one point; and how far from the point every comparison made so
far stays as it was. Must not know bids, weights or formulas: an evaluation that only adds, multiplies, divides and compares works on these
numbers unchanged, and so its results are exact on a whole stretch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import isqrt
from typing import TypeAlias, Union

Poly: TypeAlias = tuple[Fraction, ...]  # coefficients, constant first; () is 0
Number: TypeAlias = Union[Fraction, "Moving"]

ZERO, ONE = Fraction(0), Fraction(1)
UNIT: Poly = (ONE,)
FINE = Fraction(1, 10**12)  # an irrational point is enclosed to this share of its size


@dataclass
class Stretch:
    """The open stretch beside ``at`` (upwards or downwards) on which every comparison so far stays as it is.

    ``end`` is None while nothing ends it, else the enclosure (low, high) of the point that does; low = high where the point is rational.

    >>> beside = Stretch(Fraction(1))
    >>> x = beside.unknown()
    >>> max(x * x - 4, 2 - x) == 2 - x, beside.end
    (True, (Fraction(2, 1), Fraction(2, 1)))
    """

    at: Fraction
    up: bool = True
    end: tuple[Fraction, Fraction] | None = None
    seen: set[Poly] = field(default_factory=set)

    def unknown(self) -> Moving:
        """The unknown itself."""
        return Moving((ZERO, ONE), UNIT, self)

    def sign(self, poly: Poly) -> int:
        """The sign of a polynomial beside the point; its next root ends the stretch."""
        if not poly:
            return 0
        if len(poly) == 1:
            return 1 if poly[0] > 0 else -1
        if len(poly) == 2:  # the usual case, without a detour
            rising = 1 if poly[1] > 0 else -1
            root = -poly[0] / poly[1]
            if root == self.at:
                return rising if self.up else -rising
            if (root > self.at) == self.up and (self.end is None or (root < self.end[0] if self.up else root > self.end[1])):
                self.end = (root, root)
            return rising if root < self.at else -rising
        if poly not in self.seen:
            self.seen.add(poly)
            found = next_root(poly, self.at, self.up, None if self.end is None else self.end[0] if self.up else self.end[1])
            if found is not None and (self.end is None or (found[0] < self.end[0] if self.up else found[1] > self.end[1])):
                self.end = found
        side, current = 1, poly
        while current:
            value = _at(current, self.at)
            if value:
                return side if value > 0 else -side
            current = _derived(current)
            side = side if self.up else -side
        raise AssertionError("a polynomial that is not 0 has a derivative that is not 0")


class Moving:
    """A quotient of polynomials in the unknown of a stretch. Arithmetic is exact; comparisons hold on the stretch, and may shorten it."""

    __slots__ = ("above", "beside", "under")
    __hash__ = None  # type: ignore[assignment]  # its value moves: it can be no key

    def __init__(self, above: Poly, under: Poly, beside: Stretch) -> None:
        self.above, self.under, self.beside = above, under, beside

    def _made(self, above: Poly, under: Poly) -> Number:
        if len(above) <= 1 and len(under) == 1:
            return (above[0] if above else ZERO) / under[0]
        if len(under) == 1:
            return Moving(above if under == UNIT else tuple(each / under[0] for each in above), UNIT, self.beside)
        if not above:
            return ZERO
        common = _gcd(above, under)
        if len(common) > 1:
            return self._made(_divided(above, common)[0], _divided(under, common)[0])
        return Moving(above, under, self.beside)

    def at_point(self) -> Fraction:
        """The value that it comes close to at the point itself. ZeroDivisionError where it grows without end."""
        return _at(self.above, self.beside.at) / _at(self.under, self.beside.at)

    def __add__(self, other: object) -> Number:
        if isinstance(other, Moving):
            if self.under == other.under:
                return self._made(_sum(self.above, other.above), self.under)
            return self._made(_sum(_times(self.above, other.under), _times(other.above, self.under)), _times(self.under, other.under))
        if isinstance(other, int | Fraction):
            return Moving(_sum(self.above, _scaled(self.under, Fraction(other))), self.under, self.beside) if other else self
        return NotImplemented

    __radd__ = __add__

    def __neg__(self) -> Moving:
        return Moving(_scaled(self.above, -ONE), self.under, self.beside)

    def __sub__(self, other: object) -> Number:
        if isinstance(other, int | Fraction | Moving):
            return self + (-other)
        return NotImplemented

    def __rsub__(self, other: object) -> Number:
        return -self + other

    def __mul__(self, other: object) -> Number:
        if isinstance(other, Moving):
            return self._made(_times(self.above, other.above), _times(self.under, other.under))
        if isinstance(other, int | Fraction):
            return Moving(_scaled(self.above, Fraction(other)), self.under, self.beside) if other else ZERO
        return NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Number:
        if isinstance(other, Moving):
            if self.beside.sign(other.above) == 0:
                raise ZeroDivisionError("division by 0")
            self.beside.sign(other.under)
            return self._made(_times(self.above, other.under), _times(self.under, other.above))
        if isinstance(other, int | Fraction):
            return Moving(_scaled(self.above, 1 / Fraction(other)), self.under, self.beside)
        return NotImplemented

    def __rtruediv__(self, other: object) -> Number:
        if isinstance(other, int | Fraction):
            if self.beside.sign(self.above) == 0:
                raise ZeroDivisionError("division by 0")
            return self._made(_scaled(self.under, Fraction(other)), self.above)
        return NotImplemented

    def __pow__(self, other: object) -> Number:
        if isinstance(other, Fraction) and other.denominator == 1:
            other = int(other)
        if not isinstance(other, int) or other < 0:
            return NotImplemented
        found: Number = ONE
        for _ in range(other):
            found = self * found
        return found

    def __abs__(self) -> Moving:
        return self if self._against(ZERO) >= 0 else -self

    def __bool__(self) -> bool:
        return self._against(ZERO) != 0

    def _against(self, other: object) -> int:
        if not isinstance(other, int | Fraction | Moving):
            return 2
        difference = self - other
        if isinstance(difference, Fraction):
            return (difference > 0) - (difference < 0)
        return self.beside.sign(difference.above) * self.beside.sign(difference.under)

    def __eq__(self, other: object) -> bool:
        return self._against(other) == 0

    def __lt__(self, other: object) -> bool:
        return self._ordered(other) < 0

    def __le__(self, other: object) -> bool:
        return self._ordered(other) <= 0

    def __gt__(self, other: object) -> bool:
        return self._ordered(other) > 0

    def __ge__(self, other: object) -> bool:
        return self._ordered(other) >= 0

    def _ordered(self, other: object) -> int:
        found = self._against(other)
        if found == 2:
            raise TypeError(f"a number cannot be compared with {type(other).__name__}")
        return found

    def __repr__(self) -> str:
        return f"Moving({[str(each) for each in self.above]} / {[str(each) for each in self.under]})"


def _trimmed(values: list[Fraction]) -> Poly:
    while values and not values[-1]:
        values.pop()
    return tuple(values)


def _sum(a: Poly, b: Poly) -> Poly:
    if len(a) < len(b):
        a, b = b, a
    return _trimmed([each + b[place] if place < len(b) else each for place, each in enumerate(a)])


def _scaled(a: Poly, by: Fraction) -> Poly:
    return tuple(each * by for each in a) if by else ()


def _times(a: Poly, b: Poly) -> Poly:
    if not a or not b:
        return ()
    if a == UNIT:
        return b
    if b == UNIT:
        return a
    found = [ZERO] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            found[i + j] += x * y
    return _trimmed(found)


def _divided(a: Poly, b: Poly) -> tuple[Poly, Poly]:
    """Quotient and rest."""
    rest, found = list(a), [ZERO] * max(len(a) - len(b) + 1, 0)
    while len(rest) >= len(b):
        by = rest[-1] / b[-1]
        shift = len(rest) - len(b)
        found[shift] = by
        for place, each in enumerate(b):
            rest[place + shift] -= by * each
        rest.pop()
        while rest and not rest[-1]:
            rest.pop()
    return _trimmed(found), tuple(rest)


def _gcd(a: Poly, b: Poly) -> Poly:
    while b:
        a, b = b, _divided(a, b)[1]
    return _scaled(a, 1 / a[-1]) if a else a


def _at(poly: Poly, x: Fraction) -> Fraction:
    found = ZERO
    for each in reversed(poly):
        found = found * x + each
    return found


def _derived(poly: Poly) -> Poly:
    return tuple(each * place for place, each in enumerate(poly) if place)


def _root_of_fraction(value: Fraction) -> Fraction | None:
    above, under = isqrt(value.numerator), isqrt(value.denominator)
    return Fraction(above, under) if above * above == value.numerator and under * under == value.denominator else None


def next_root(poly: Poly, at: Fraction, up: bool, limit: Fraction | None = None) -> tuple[Fraction, Fraction] | None:
    """Enclosure (low, high) of the nearest root of a polynomial strictly above (or below) a point, up to a limit; None where there is none.

    low = high where the root is rational; else the enclosure is at most 10⁻¹² of the root wide.

    >>> next_root((Fraction(-6), Fraction(1), Fraction(1)), Fraction(0), True)
    (Fraction(2, 1), Fraction(2, 1))
    >>> low, high = next_root((Fraction(-2), Fraction(0), Fraction(1)), Fraction(0), True) or (Fraction(0), Fraction(0))
    >>> low * low < 2 < high * high
    True
    """
    if len(poly) < 2:
        return None
    if len(poly) == 2:
        root = -poly[0] / poly[1]
        return (root, root) if (root > at if up else root < at) else None
    if len(poly) == 3:
        inside = poly[1] ** 2 - 4 * poly[2] * poly[0]
        if inside < 0:
            return None
        square = _root_of_fraction(inside)
        if square is not None:
            roots = [(-poly[1] + sign * square) / (2 * poly[2]) for sign in (1, -1)]
            beyond = [root for root in roots if (root > at if up else root < at)]
            nearest = (min if up else max)(beyond, default=None)
            return None if nearest is None else (nearest, nearest)
    if up:
        return _enclosed(poly, at, limit)
    mirrored = tuple(each if place % 2 == 0 else -each for place, each in enumerate(poly))
    found = _enclosed(mirrored, -at, None if limit is None else -limit)
    return None if found is None else (-found[1], -found[0])


def _enclosed(poly: Poly, at: Fraction, limit: Fraction | None) -> tuple[Fraction, Fraction] | None:
    """The nearest root above a point, by Sturm's theorem and bisection."""
    poly = _divided(poly, _gcd(poly, _derived(poly)))[0]  # every root once
    chain = [poly, _derived(poly)]
    while len(chain[-1]) > 1:
        chain.append(_scaled(_divided(chain[-2], chain[-1])[1], -ONE))
        if not chain[-1]:
            chain.pop()
            break

    def changes(x: Fraction) -> int:
        signs = [value > 0 for value in (_at(each, x) for each in chain) if value]
        return sum(first != second for first, second in pairwise(signs))

    low, high = at, ONE + max(abs(each / poly[-1]) for each in poly[:-1])
    before = changes(low)
    if limit is not None:
        high = min(high, limit)
    if high <= low or before == changes(high):
        return None
    while before - changes(high) > 1 or high - low > FINE * max(abs(low), abs(high)) or low == at:
        middle = (low + high) / 2
        if before - changes(middle) >= 1:
            high = middle
            if not _at(poly, middle) and before - changes(middle) == 1:
                return middle, middle
        else:
            low = middle
        if high - low < FINE**3:
            break
    for most in (10, 10**3, 10**6):
        guess = ((low + high) / 2).limit_denominator(most)
        if low <= guess <= high and guess > at and not _at(poly, guess):
            return guess, guess
    return low, high
