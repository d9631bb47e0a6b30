"""How the published weights of a lot's award criteria add up, exactly, and what can still be said when they do not.

Knows kinds of numbers (BT-5421), their sums and the logic of an order. Must not know a file format, a pack or what a criterion is about.
Source of the kinds: eForms SDK code list ``number-weight``; that they are normalised by their sum in the lot is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from tenderloop.notice import AwardCriterion, Lot

WeightKind = Literal["percent", "decimal", "points", "order", ""]

KIND_OF_CODE: Final[dict[str, WeightKind]] = {
    "per-exa": "percent",
    "per-mid": "percent",
    "dec-exa": "decimal",
    "dec-mid": "decimal",
    "poi-exa": "points",
    "poi-mid": "points",
    "ord-imp": "order",
}
_WHOLE: Final[dict[str, Fraction]] = {"percent": Fraction(100), "decimal": Fraction(1), "points": Fraction(100)}
_NAMED: Final[dict[str, str]] = {"percent": "per cents", "decimal": "decimals", "points": "points"}
_MIDDLES: Final = frozenset({"per-mid", "dec-mid", "poi-mid"})
# Norway: such a line says that the environment is in the specification instead, or why it is nowhere; it is not weighed.
_NOT_WEIGHED: Final = ("quality-nor-env-spec", "quality-nor-env-exempt")


class Bounds(NamedTuple):
    """The lowest and the highest share of the whole, each from 0 to 1."""

    low: Fraction
    high: Fraction


class Remark(NamedTuple):
    """Something a reader of the shares must know: a stable code and a sentence."""

    code: str
    text: str


_OPEN: Final = Bounds(Fraction(0), Fraction(1))
_ALL: Final = Bounds(Fraction(1), Fraction(1))
_NOTHING: Final = Bounds(Fraction(0), Fraction(0))

# The weight of one criterion: its code and number, or why it has none; None for a line that is not weighed.
_Number = tuple[str, Fraction] | Remark | None
_Found = tuple[WeightKind, tuple[Bounds, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Weighting:
    """The shares of a lot's criteria, in the order of ``Lot.criteria``.

    ``shares`` are fractions of the whole (0 to 1), ``None`` where unknown; ``bounds`` is what logic still says. ``kind`` is the kind of
    number used, empty when none or several are. ``complete`` means that every share is known.
    """

    lot: str
    kind: WeightKind
    types: tuple[str, ...]
    shares: tuple[Fraction | None, ...]
    bounds: tuple[Bounds, ...]
    remarks: tuple[Remark, ...]
    tiers: tuple[int, ...] = ()

    @property
    def complete(self) -> bool:
        return bool(self.shares) and all(share is not None for share in self.shares)

    def share_of(self, type: str) -> Fraction | None:
        """The share of all criteria of a type (price, cost, quality, or empty for a type not stated); ``None`` while unknown.

        Known too when every criterion is of one type, whatever its weights are; a lot without criteria has no shares.
        """
        low, high = self.bounds_of(type)
        return low if self.shares and low == high else None

    def bounds_of(self, type: str) -> Bounds:
        """The lowest and highest share that all criteria of a type can have together."""
        if not self.shares:
            return _OPEN
        inside = [found == type for found in self.types]
        if self.tiers:
            return _ordered_bounds(self.tiers, inside)
        low = sum((bound.low for bound, hit in zip(self.bounds, inside, strict=True) if hit), Fraction(0))
        high = sum((bound.high for bound, hit in zip(self.bounds, inside, strict=True) if hit), Fraction(0))
        others_low = sum((bound.low for bound, hit in zip(self.bounds, inside, strict=True) if not hit), Fraction(0))
        others_high = sum((bound.high for bound, hit in zip(self.bounds, inside, strict=True) if not hit), Fraction(0))
        return Bounds(max(low, 1 - others_high, Fraction(0)), min(high, 1 - others_low, Fraction(1)))


def _ordered_bounds(tiers: tuple[int, ...], inside: list[bool]) -> Bounds:
    """What a set of criteria can weigh together when only their order is known.

    All weights that fall along an order are mixtures of "the first k weigh alike, the rest nothing"; a sum is lowest and highest at one of
    these (k at the end of a tier, since criteria of one tier weigh alike).
    """
    found = []
    for last in sorted(set(tiers)):
        first = [hit for tier, hit in zip(tiers, inside, strict=True) if tier <= last]
        found.append(Fraction(sum(first), len(first)))
    return Bounds(min(found), max(found))


def _number(criterion: AwardCriterion) -> tuple[str, Fraction] | Remark:
    """The weight of one criterion as (code, number), or why it has none."""
    weights = {(p.code, Fraction(p.value)) for p in criterion.parameters if p.kind == "weight" and p.value is not None}
    name = criterion.names[0].value if criterion.names else criterion.where or criterion.type or "a criterion"
    if len(weights) > 1:
        return Remark("several-weights", f"{name}: several weights are stated, none is used")
    if not weights:
        if any(p.kind == "" and p.value is not None for p in criterion.parameters):
            return Remark("kind-missing", f"{name}: a number is stated without its kind, it is not used")
        return Remark("weight-missing", f"{name}: no weight is stated")
    ((code, value),) = weights
    if code not in KIND_OF_CODE:
        return Remark("kind-unknown", f"{name}: the kind of its number ({code or 'none'}) is not known, it is not used")
    if value < 0:
        return Remark("weight-negative", f"{name}: a negative number is no weight")
    return code, value


def weights_of(lot: Lot) -> Weighting:
    """How the criteria of a lot (or group of lots) weigh.

    * Numbers of one kind are divided by their sum; a sum other than 100 (per cent, points) or 1 (decimals) is remarked.
    * Several kinds in one lot, a negative number, a number without kind: no share is derived from them.
    * A weight that is missing leaves all shares unknown; the bounds say what per cents still allow.
    * An order of importance gives bounds only: the first of n carries from 1/n to all, the k-th at most 1/k.
    * One criterion alone carries all.

    >>> from decimal import Decimal
    >>> from tenderloop.notice import Parameter
    >>> def criterion(type, code, number):
    ...     weight = Parameter("weight", code, Decimal(number), "")
    ...     return AwardCriterion("LOT-0001", type, type, (), (), (weight,), "")
    >>> points = Lot("LOT-0001", "Lot", "", criteria=(criterion("price", "poi-exa", "70"), criterion("quality", "poi-exa", "40")))
    >>> found = weights_of(points)
    >>> found.share_of("price"), found.share_of("quality"), found.share_of("cost"), found.complete
    (Fraction(7, 11), Fraction(4, 11), Fraction(0, 1), True)
    >>> print(found.remarks[0].text)
    the points sum to 110, not 100; each share is its part of that sum
    >>> ranks = Lot("LOT-0001", "Lot", "", criteria=(criterion("quality", "ord-imp", "1"), criterion("price", "ord-imp", "2")))
    >>> weights_of(ranks).share_of("price"), weights_of(ranks).bounds_of("price")
    (None, Bounds(low=Fraction(0, 1), high=Fraction(1, 2)))
    """
    criteria = lot.criteria
    weighed = [not criterion.code.startswith(_NOT_WEIGHED) for criterion in criteria]
    numbers = [_number(criterion) if hit else None for criterion, hit in zip(criteria, weighed, strict=True)]
    remarks: list[Remark] = []
    if not all(weighed):
        remarks.append(
            Remark("not-weighed", "a line says that the environment stands in the specification instead, or why not; it is not weighed")
        )
    alone = weighed.count(True) == 1
    if alone:
        kind, bounds, tiers = _alone(next(number for number in numbers if number is not None), weighed, remarks)
    else:
        kind, bounds, tiers = _together(numbers, remarks)
    if kind and kind != "order":
        if any(p.note for criterion in criteria for p in criterion.parameters if p.kind == "weight"):
            remarks.append(Remark("from-words", "weights were read from words, not from a field"))
        if any(isinstance(number, tuple) and number[0] in _MIDDLES for number in numbers):
            remarks.append(Remark("middle-of-range", "weights are the middles of published ranges; the final ones may differ"))
    if any(weighed):
        shares = tuple(
            bound.low if bound.low == bound.high and (alone or not isinstance(number, Remark)) else None
            for bound, number in zip(bounds, numbers, strict=True)
        )
    else:
        bounds, shares = tuple(_OPEN for _ in criteria), tuple(None for _ in criteria)
    return Weighting(lot.id, kind, tuple(criterion.type for criterion in criteria), shares, bounds, tuple(remarks), tiers)


def _alone(number: tuple[str, Fraction] | Remark, weighed: list[bool], remarks: list[Remark]) -> _Found:
    """One weighed criterion decides alone, whatever its number."""
    kind: WeightKind = ""
    if isinstance(number, Remark):
        remarks.append(Remark("only-criterion", "it is the only criterion stated, so it decides alone"))
    else:
        kind = KIND_OF_CODE[number[0]]
        if kind == "percent" and number[1] != 100:
            remarks.append(Remark("sum-differs", f"the only criterion carries {_plain(number[1])} per cent; it decides alone all the same"))
    return kind, tuple(_ALL if hit else _NOTHING for hit in weighed), ()


def _together(numbers: list[_Number], remarks: list[Remark]) -> _Found:
    """The bounds of several criteria; ``None`` in the list is a line that is not weighed."""
    stated = [number for number in numbers if number is not None and not isinstance(number, Remark)]
    remarks.extend(dict.fromkeys(number for number in numbers if isinstance(number, Remark)))
    kinds = sorted({KIND_OF_CODE[code] for code, _ in stated})
    nothing_known = tuple(_NOTHING if number is None else _OPEN for number in numbers)
    if len(kinds) > 1:
        remarks.append(Remark("kinds-mixed", f"weights of several kinds ({', '.join(kinds)}) cannot be added; no share is derived"))
    if len(kinds) != 1:
        return "", nothing_known, ()
    kind = kinds[0]
    total = sum((value for _, value in stated), Fraction(0))
    complete = len(stated) == sum(number is not None for number in numbers)
    if kind == "order":
        return _ordered(numbers, complete, remarks, nothing_known)
    if not complete:
        return kind, tuple(_partly(number, total, percent=kind == "percent") for number in numbers), ()
    if total == 0:
        remarks.append(Remark("sum-zero", "the weights sum to 0; no share is derived"))
        return kind, nothing_known, ()
    if total != _WHOLE[kind]:
        text = f"the {_NAMED[kind]} sum to {_plain(total)}, not {_plain(_WHOLE[kind])}; each share is its part of that sum"
        remarks.append(Remark("sum-differs", text))
    exact = [number[1] / total if number is not None and not isinstance(number, Remark) else Fraction(0) for number in numbers]
    return kind, tuple(Bounds(share, share) for share in exact), ()


def _partly(number: _Number, total: Fraction, *, percent: bool) -> Bounds:
    """What one criterion can weigh while others have no weight: a per cent is of the whole, a point of a sum that is not known."""
    if number is None:
        return _NOTHING
    per_cents = percent and total <= 100
    if isinstance(number, Remark):
        return Bounds(Fraction(0), 1 - total / 100) if per_cents else _OPEN
    if total == 0:
        return _OPEN
    return Bounds(number[1] / 100 if per_cents else Fraction(0), number[1] / total)


def _ordered(numbers: list[_Number], complete: bool, remarks: list[Remark], nothing_known: tuple[Bounds, ...]) -> _Found:
    """Bounds from an order of importance; lines that are not weighed come after all others."""
    remarks.append(Remark("order-only", "only an order of importance is stated; it bounds the shares and does not give them"))
    ranked = [number[1] if number is not None and not isinstance(number, Remark) else None for number in numbers]
    if not complete or len(ranked) != sum(rank is not None for rank in ranked):
        return "order", nothing_known, ()
    ranks = [rank for rank in ranked if rank is not None]
    places = {rank: place for place, rank in enumerate(sorted(set(ranks)))}
    tiers = tuple(places[rank] for rank in ranks)
    bounds = tuple(_ordered_bounds(tiers, [other == at for other in range(len(ranks))]) for at in range(len(ranks)))
    return "order", bounds, tiers


def _plain(number: Fraction) -> str:
    """A published decimal as it was written, without an exponent.

    >>> _plain(Fraction(205, 2)), _plain(Fraction(1000))
    ('102.5', '1000')
    """
    places = next((places for places in range(1, 13) if (number * 10**places).denominator == 1), 0)
    if number.denominator == 1 or not places:
        return str(number)
    digits = str((abs(number) * 10**places).numerator).rjust(places + 1, "0")
    return f"{'-' if number < 0 else ''}{digits[:-places]}.{digits[-places:]}"
