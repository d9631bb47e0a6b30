"""What a formula of the award side is: its equation, parameters, source, pathologies, and how it is checked and run.

Knows how to declare, check and run a formula, exactly and in an order that depends on nothing. Must not know any formula, procedure or bid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Literal

from tenderloop.quantity import exact_text, shown, to_significant

Kind = Literal["absolute", "relative"]
Status = Literal["official", "published", "unverified", "proposed"]
Figures = Mapping[str, Fraction]

ZERO = Fraction(0)
ONE = Fraction(1)
ROUNDED = "rounded to 12 significant digits"

PATHOLOGIES: Mapping[str, str] = {
    "irrelevant_alternatives": "A bid that cannot win may change who wins, because scores rest on the prices of other bids.",
    "two_bids_all_or_nothing": "With two bids the cheaper gets the full score and the other none, whatever the difference.",
    "outlier": "One very low or very high bid pushes the others together or to zero, so that price no longer tells them apart.",
    "convex": "The same saving earns more among low prices than among high ones.",
    "mean_gaming": "A bid in the middle that wins nothing moves the mean or median, and with it the lead of one bid over another.",
    "all_equal": "Where prices are equal the equation divides 0 by 0, and the least difference makes scores jump; a policy must be set.",
    "lower_price_scores_lower": "A lower price may score lower (where a figure over the price is negative, or the mean is the best price).",
    "tiny_gaps": "A difference in price below a thousandth may be worth half of the score or more.",
    "no_full_score": "Even the best price may stay below the full score, so that price weighs less in the result than was published.",
    "flat_ends": "Beyond a bound prices differ and scores do not.",
    "quality_zero": "The zero of the quality scale decides: the same points added to every bid may change who wins.",
    "band_edge": "A bid just outside the band drops out whatever its other merits, and the leader alone draws the band.",
}
"""What is known to go wrong with formulas, by code. Each code is shown by an example in tests/award/test_formulas_pathologies.py."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what a formula or rule was given. ``code`` is stable; ``bid`` or ``parameter`` names the one to look at."""

    code: str
    message: str
    hint: str = ""
    bid: str = ""
    parameter: str = ""


class Refused(Exception):  # noqa: N818  (it is not an error of ours: what was given is refused)
    """Prices, qualities or parameters that a formula or rule cannot take.

    ``bid`` is the bid to look at (empty when it is a parameter); ``faults`` holds everything that is wrong, the first of which is the
    message.
    """

    def __init__(self, bid: str, message: str, hint: str = "", faults: Sequence[Fault] = ()) -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.bid = bid
        self.message = message
        self.hint = hint
        self.faults: tuple[Fault, ...] = tuple(faults) or (Fault("refused", message, hint, bid),)


def refuse(faults: Sequence[Fault]) -> None:
    """Raise ``Refused`` with all of them; do nothing when there are none."""
    if faults:
        first = faults[0]
        raise Refused(first.bid, first.message, first.hint, faults)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. ``unit`` is ``money``, ``share`` (0.10 is 10 %) or ``1``; ``least`` and ``most`` are the valid range, in that unit.

    ``open`` leaves the least value itself out. ``default`` is taken when an optional parameter is not given; ``options`` are the only
    values allowed, where there are some.
    """

    name: str
    unit: Literal["money", "share", "1"]
    meaning: str
    least: Fraction | None = None
    most: Fraction | None = None
    open: bool = False
    required: bool = True
    default: Fraction | None = None
    options: tuple[Fraction, ...] = ()

    @property
    def range_text(self) -> str:
        """The valid range in words.

        >>> Parameter("budget", "money", "the budget", least=Fraction(0), open=True).range_text
        'above 0'
        """
        if self.options:
            return ", ".join(exact_text(each) for each in self.options)
        parts = []
        if self.least is not None:
            parts.append(f"{'above' if self.open else 'at least'} {exact_text(self.least)}")
        if self.most is not None:
            parts.append(f"at most {exact_text(self.most)}")
        return ", ".join(parts) or "any"


def taken(owner: str, declared: Sequence[Parameter], given: Figures) -> tuple[dict[str, Fraction], list[Fault]]:
    """Parameters with defaults filled in, and every fault: unknown, missing or out of range."""
    names = {each.name: each for each in declared}
    faults = [
        Fault("unknown-parameter", f"{owner} has no parameter '{name}'", f"parameters are: {', '.join(names) or 'none'}", parameter=name)
        for name in sorted(given)
        if name not in names
    ]
    found: dict[str, Fraction] = {}
    for name, each in names.items():
        value = given.get(name, each.default)
        if value is None:
            if each.required:
                faults.append(
                    Fault("parameter-missing", f"{owner} needs '{name}': {each.meaning}", f"write it ({each.unit})", parameter=name)
                )
            continue
        assert isinstance(value, Fraction), "parameters are exact"
        outside = (
            (each.options and value not in each.options)
            or (each.least is not None and (value < each.least or (each.open and value == each.least)))
            or (each.most is not None and value > each.most)
        )
        if outside:
            said = f"{owner}: '{name}' is {exact_text(value)}"
            faults.append(Fault("parameter-out-of-range", said, f"it must be {each.range_text}", parameter=name))
        found[name] = value
    return found, faults


def price_faults(prices: Mapping[str, Fraction | None], *, zero: bool = False) -> list[Fault]:
    """A price that is missing, negative or (unless ``zero`` is allowed) zero, each with what to do."""
    faults = []
    for bid in sorted(prices):
        price = prices[bid]
        if price is None:
            faults.append(
                Fault("price-missing", f"bid {bid} has no price", "a missing price is not zero: clear it up or reject the bid", bid)
            )
            continue
        assert isinstance(price, Fraction), "prices are exact"
        if price < 0:
            said = f"the price of bid {bid} is negative"
            faults.append(Fault("price-negative", said, "ask what the bidder would pay for, and decide before scoring", bid))
        elif price == 0 and not zero:
            said = f"the price of bid {bid} is zero, and the formula divides by it or by the lowest price"
            faults.append(Fault("price-zero", said, "ask for an explanation, or use a formula with fixed bounds", bid))
    return faults


@dataclass(frozen=True, slots=True)
class Worked:
    """One bid's score with its arithmetic: the figures that the formula read off all bids, and the equation in numbers."""

    score: Fraction
    text: str
    references: tuple[tuple[str, Fraction], ...] = ()


def _no_limits(parameters: Figures) -> tuple[Fault, ...]:
    return ()


@dataclass(frozen=True)
class Formula:
    """A price or cost formula: amounts in, scores from 0 to 1 out.

    ``kind`` is ``absolute`` when a bid's score rests on its own price and the parameters alone. ``one_bid`` and ``equal_prices`` say what
    happens then. ``rounding`` is empty where results are exact. ``ceiling`` names the parameter above which a price scores 0 and counts in
    no lowest, highest or mean. ``accepts_zero`` says whether a price of 0 is scored. ``status`` ``unverified`` must be said wherever a
    score is shown.
    """

    name: str
    title: str
    equation: str
    parameters: tuple[Parameter, ...]
    source: str
    status: Status
    kind: Kind
    pathologies: tuple[str, ...]
    one_bid: str
    equal_prices: str
    references: Callable[[Sequence[Fraction], Figures], Figures]
    value: Callable[[Fraction, Figures], Fraction]
    text: Callable[[Fraction, Figures], str]
    limits: Callable[[Figures], tuple[Fault, ...]] = _no_limits
    rounding: str = ""
    ceiling: str = ""
    accepts_zero: bool = False

    @property
    def monotone(self) -> bool:
        """Whether a lower price never scores lower."""
        return "lower_price_scores_lower" not in self.pathologies

    def check(self, parameters: Figures) -> tuple[Fault, ...]:
        """Every fault of the parameters: unknown, missing, out of range, contradicting each other. Empty when they are sound."""
        found, faults = taken(self.name, self.parameters, parameters)
        return tuple(faults) or self.limits(found)

    def score(self, prices: Mapping[str, Fraction | None], parameters: Figures) -> Mapping[str, Fraction]:
        """Scores from 0 to 1, by bid. ``prices`` are in one currency, as are parameters in money; in which order changes nothing.

        ``Refused`` for a price that is missing, negative or (mostly) zero, and for parameters that are not sound; all faults at once.

        >>> from tenderloop.award.formulas import FORMULAS
        >>> dict(FORMULAS["lowest_price_ratio"].score({"a": Fraction(100), "b": Fraction(80)}, {}))
        {'a': Fraction(4, 5), 'b': Fraction(1, 1)}
        """
        counted, given = self._checked(prices, parameters)
        if not counted:
            return dict.fromkeys(sorted(prices), ZERO)
        figures = self.references(sorted(counted.values()), given)
        return {bid: self.value(counted[bid], figures) if bid in counted else ZERO for bid in sorted(prices)}

    def worked(self, prices: Mapping[str, Fraction | None], parameters: Figures) -> Mapping[str, Worked]:
        """The same scores with their arithmetic, for the report.

        >>> from tenderloop.award.formulas import FORMULAS
        >>> FORMULAS["lowest_price_ratio"].worked({"a": Fraction(100), "b": Fraction(80)}, {})["a"].text
        '80 / 100 = 0.8'
        """
        counted, given = self._checked(prices, parameters)
        figures = self.references(sorted(counted.values()), given) if counted else {}
        lines: dict[str, Worked] = {}
        for bid in sorted(prices):
            if bid not in counted:
                text = f"{figure(prices[bid] or ZERO)} is above {_words(self.ceiling)} {figure(given[self.ceiling])}: 0"
                lines[bid] = Worked(ZERO, text)
                continue
            price = counted[bid]
            score = self.value(price, figures)
            lines[bid] = Worked(
                score, f"{self.text(price, figures)} {equals(score)}", tuple((_words(key), figures[key]) for key in figures)
            )
        return lines

    def _checked(self, prices: Mapping[str, Fraction | None], parameters: Figures) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
        given, faults = taken(self.name, self.parameters, parameters)
        if not faults:
            faults += self.limits(given)
        faults += price_faults(prices, zero=self.accepts_zero)
        refuse(faults)
        top = given[self.ceiling] if self.ceiling else None
        counted = {bid: price for bid, price in prices.items() if price is not None and (top is None or price <= top)}
        return counted, given


@dataclass(frozen=True, slots=True)
class Line:
    """One line of arithmetic for the report: what was done in words and figures, and what came out (None for a statement)."""

    text: str
    value: Fraction | None = None
    unit: str = ""


def _words(name: str) -> str:
    return name.replace("_", " ")


def figure(value: Fraction) -> str:
    """A number inside a line of arithmetic: whole where it is short, else rounded and marked so.

    >>> figure(Fraction(5, 2)), figure(Fraction(2, 3))
    ('2.5', '≈ 0.666667')
    """
    text = exact_text(value)
    return text if len(text) <= 14 and "/" not in text else f"≈ {shown(value, 6)}"


def equals(value: Fraction) -> str:
    """The end of a line of arithmetic: "= 0.8", or "≈ 0.444444" where more digits follow.

    >>> equals(Fraction(4, 5)), equals(Fraction(4, 9))
    ('= 0.8', '≈ 0.444444')
    """
    text = figure(value)
    return text if text.startswith("≈") else f"= {text}"


def clamped(score: Fraction) -> Fraction:
    """The score, not below 0 and not above 1."""
    return min(max(score, ZERO), ONE)


def mean(values: Sequence[Fraction]) -> Fraction:
    """The arithmetic mean, exact.

    >>> mean([Fraction(1), Fraction(2)])
    Fraction(3, 2)
    """
    return sum(values, ZERO) / len(values)


def median(values: Sequence[Fraction]) -> Fraction:
    """The middle value, or the mean of the two in the middle.

    >>> median([Fraction(3), Fraction(1), Fraction(2), Fraction(10)])
    Fraction(5, 2)
    """
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


# 50 digits inside, 12 outside: the same on every machine, as in tenderloop.quantity
CONTEXT = Context(prec=50, rounding=ROUND_HALF_EVEN, Emin=-2000, Emax=2000, capitals=1, clamp=0)


def decimal(value: Fraction) -> Decimal:
    """The value with 50 significant digits."""
    return CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def log_ratio(value: Fraction, base: Fraction) -> Fraction:
    """log(value) / log(base), rounded to 12 significant digits; both above 0, base not 1.

    >>> log_ratio(Fraction(8), Fraction(2))
    Fraction(3, 1)
    """
    return to_significant(Fraction(CONTEXT.divide(CONTEXT.ln(decimal(value)), CONTEXT.ln(decimal(base)))))
