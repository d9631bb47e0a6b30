"""Formulas that rank bids by quality and price together, instead of a weighted sum: guideline methods, utility index, award on value …

Knows equations. Must not know procedures, bids or how a quality came about. Q and L are a bid's quality, P its price.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from tenderloop.award.formula import (
    CONTEXT,
    ONE,
    ROUNDED,
    ZERO,
    Fault,
    Figures,
    Kind,
    Parameter,
    Refused,
    Status,
    decimal,
    equals,
    figure,
    mean,
    median,
    price_faults,
    refuse,
    taken,
)
from tenderloop.quantity import exact_text, power, to_significant

Amounts = Mapping[str, Fraction]
QualityUnit = Literal["points", "share", "money"]


@dataclass(frozen=True, slots=True)
class Valued:
    """What a value formula made of all bids.

    ``values`` is the figure to show; ``keys`` are the bids still in the running, the greater key the better; ``dropped`` says why a bid is
    not among them; ``texts`` is the arithmetic by bid.
    """

    values: Amounts
    keys: Amounts
    texts: Mapping[str, str]
    dropped: Mapping[str, str] = field(default_factory=dict)


def _no_limits(parameters: Figures) -> tuple[Fault, ...]:
    return ()


@dataclass(frozen=True)
class ValueFormula:
    """A formula over quality and price. ``quality_unit``: ``points`` (any scale, not negative), ``share`` (0 to 1) or ``money``.

    ``best`` says whether the highest or the lowest value wins. The other fields are those of a price formula.
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
    equal_bids: str
    quality_unit: QualityUnit
    best: Literal["highest", "lowest"]
    function: Callable[[Amounts, Amounts, Figures], Valued]
    limits: Callable[[Figures], tuple[Fault, ...]] = _no_limits
    rounding: str = ""

    def check(self, parameters: Figures) -> tuple[Fault, ...]:
        """Every fault of the parameters. Empty when they are sound."""
        found, faults = taken(self.name, self.parameters, parameters)
        return tuple(faults) or self.limits(found)

    def value(self, qualities: Mapping[str, Fraction | None], prices: Mapping[str, Fraction | None], parameters: Figures) -> Valued:
        """Values, keys and arithmetic by bid. ``Refused`` names every fault: missing quality, bad price, unsound parameter."""
        given, faults = taken(self.name, self.parameters, parameters)
        if not faults:
            faults += self.limits(given)
        faults += price_faults(prices)
        faults += self._quality_faults(qualities, prices)
        refuse(faults)
        if not prices:
            return Valued({}, {}, {})
        ordered = sorted(prices)
        known_qualities = {bid: found for bid in ordered if (found := qualities[bid]) is not None}
        known_prices = {bid: found for bid in ordered if (found := prices[bid]) is not None}
        return self.function(known_qualities, known_prices, given)

    def rank_value(
        self, qualities: Mapping[str, Fraction | None], prices: Mapping[str, Fraction | None], parameters: Figures | None = None
    ) -> Amounts:
        """A key by bid still in the running: the greater the better, equal keys are a tie.

        >>> points = {"one": Fraction(60), "two": Fraction(75), "three": Fraction(100)}
        >>> prices = {"one": Fraction(65000), "two": Fraction(74000), "three": Fraction(100000)}
        >>> found = VALUE_FORMULAS["guideline_simple"].rank_value(points, prices)
        >>> max(found, key=lambda bid: found[bid])
        'two'
        """
        return self.value(qualities, prices, parameters or {}).keys

    def _quality_faults(self, qualities: Mapping[str, Fraction | None], prices: Mapping[str, Fraction | None]) -> list[Fault]:
        faults = []
        for bid in sorted(set(qualities) | set(prices)):
            if bid not in prices:
                faults.append(Fault("price-missing", f"bid {bid} has a quality and no price", "a missing price is not zero", bid))
                continue
            quality = qualities.get(bid)
            if quality is None:
                faults.append(
                    Fault("quality-missing", f"bid {bid} has no quality", "a missing quality is not zero: finish its scoring", bid)
                )
            elif self.quality_unit != "money" and quality < 0:
                faults.append(Fault("quality-negative", f"the quality of bid {bid} is negative", "use a scale that starts at 0", bid))
            elif self.quality_unit == "share" and quality > 1:
                said = f"the quality of bid {bid} is {exact_text(quality)}"
                faults.append(Fault("quality-out-of-range", said, "give it as a share from 0 to 1", bid))
        return faults


def _by_value(values: dict[str, Fraction], texts: dict[str, str], *, lowest: bool = False) -> Valued:
    return Valued(values, {bid: -value if lowest else value for bid, value in values.items()}, texts)


# quality over price


def _simple(qualities: Amounts, prices: Amounts, given: Figures) -> Valued:
    scale = given["scale"]
    values = {bid: scale * qualities[bid] / prices[bid] for bid in prices}
    times = "" if scale == 1 else f"{figure(scale)} × "
    texts = {bid: f"{times}{figure(qualities[bid])} / {figure(prices[bid])} {equals(values[bid])}" for bid in prices}
    return _by_value(values, texts)


def _extended(by_quality: bool) -> Callable[[Amounts, Amounts, Figures], Valued]:
    def function(qualities: Amounts, prices: Amounts, given: Figures) -> Valued:
        simple = _simple(qualities, prices, given)
        leader = max(simple.values.values())
        edge = leader * (1 - given["band"])
        keys: dict[str, Fraction] = {}
        texts: dict[str, str] = {}
        dropped: dict[str, str] = {}
        for bid, value in simple.values.items():
            if value < edge:
                said = f"{figure(value)} is below {figure(edge)}, the best {figure(leader)} less {figure(100 * given['band'])} %"
                dropped[bid] = texts[bid] = f"{simple.texts[bid]}; {said}"
                continue
            keys[bid] = qualities[bid] if by_quality else -prices[bid]
            decisive = f"quality {figure(qualities[bid])}" if by_quality else f"price {figure(prices[bid])}"
            texts[bid] = f"{simple.texts[bid]}; within the band from {figure(edge)} to {figure(leader)}; decided by {decisive}"
        return Valued(simple.values, keys, texts, dropped)

    return function


def _weighted(qualities: Amounts, prices: Amounts, given: Figures, quality_at: Fraction, price_at: Fraction) -> Valued:
    if quality_at == 0:
        raise Refused("", "the quality to compare with is 0", "every bid has quality 0: nothing can be divided by it")
    heavy, light = given["weight_quality"], 1 - given["weight_quality"]
    values, texts = {}, {}
    for bid in prices:
        values[bid] = heavy * qualities[bid] / quality_at - light * prices[bid] / price_at
        left = f"{figure(heavy)} × {figure(qualities[bid])} / {figure(quality_at)}"
        texts[bid] = f"{left} − {figure(light)} × {figure(prices[bid])} / {figure(price_at)} {equals(values[bid])}"
    return _by_value(values, texts)


def _weighted_mean(qualities: Amounts, prices: Amounts, given: Figures) -> Valued:
    return _weighted(qualities, prices, given, mean(list(qualities.values())), mean(list(prices.values())))


def _weighted_median(qualities: Amounts, prices: Amounts, given: Figures) -> Valued:
    return _weighted(qualities, prices, given, median(list(qualities.values())), median(list(prices.values())))


def _weighted_reference(qualities: Amounts, prices: Amounts, given: Figures) -> Valued:
    return _weighted(qualities, prices, given, given["quality_reference"], given["price_reference"])


# Negometrix


def _utility(qualities: Amounts, prices: Amounts, given: Figures) -> Valued:
    ratio = given["weight_quality"] / (1 - given["weight_quality"])
    best, lowest = max(qualities.values()), min(prices.values())
    values, texts = {}, {}
    for bid in prices:
        values[bid] = (1 - (best - qualities[bid]) * ratio) / prices[bid] * lowest
        inner = f"1 − ({figure(best)} − {figure(qualities[bid])}) × {figure(ratio)}"
        texts[bid] = f"({inner}) / {figure(prices[bid])} × {figure(lowest)} {equals(values[bid])}"
    return _by_value(values, texts)


@lru_cache(maxsize=64)
def super_exponent(quality_reference: Fraction, price_reference: Fraction, price_at_full_quality: Fraction) -> Fraction:
    """The n other than 0 for which (1/Qref)^n + (Pmax/Pref)^−n = 2: full quality at Pmax is worth as much as the reference.

    Rounded to 12 significant digits. ``quality_reference`` is a share below 1, ``price_at_full_quality`` above ``price_reference``. A
    negative n makes the lowest value win. ``Refused`` when only n = 0 is a solution.

    The example of the source (70 %, 100 000, 130 000) has the solution −1, since 0.7 + 1.3 = 2:

    >>> super_exponent(Fraction(7, 10), Fraction(100000), Fraction(130000))
    Fraction(-1, 1)
    """
    up = CONTEXT.ln(decimal(1 / quality_reference))
    down = CONTEXT.ln(decimal(price_at_full_quality / price_reference))
    if up == down:
        said = "price_at_full_quality / price_reference equals 1 / quality_reference: only n = 0 solves the equation"
        raise Refused("", said, "move a reference a little, or rank by quality over price", (Fault("parameter-out-of-range", said),))

    def excess(n: Decimal) -> Decimal:
        grown = CONTEXT.exp(CONTEXT.multiply(n, up))
        shrunk = CONTEXT.exp(CONTEXT.minus(CONTEXT.multiply(n, down)))
        return CONTEXT.subtract(CONTEXT.add(grown, shrunk), Decimal(2))

    # The sum is convex and 2 at n = 0, so the other root lies where the slope there points down; walk out until the sum is back above 2.
    sign = Decimal(1) if down > up else Decimal(-1)
    far = sign
    while excess(far) < 0:
        far = CONTEXT.multiply(far, Decimal(2))
    near = CONTEXT.divide(far, Decimal(2))
    while excess(near) >= 0:
        near = CONTEXT.divide(near, Decimal(2))
        if abs(near) < Decimal("1e-9"):
            said = "price_at_full_quality / price_reference is as good as 1 / quality_reference: n is too near to 0 to be of use"
            raise Refused("", said, "move one of the references a little", (Fault("parameter-out-of-range", said),))
    for _ in range(120):
        middle = CONTEXT.divide(CONTEXT.add(near, far), Decimal(2))
        if excess(middle) < 0:
            near = middle
        else:
            far = middle
    return to_significant(Fraction(far))


def _super(qualities: Amounts, prices: Amounts, given: Figures) -> Valued:
    n = super_exponent(given["quality_reference"], given["price_reference"], given["price_at_full_quality"])
    values, texts = {}, {}
    for bid in prices:
        if qualities[bid] == 0 and n < 0:
            raise Refused(bid, f"the quality of bid {bid} is 0, and here the formula divides by it", "set a minimum quality beforehand")
        quality = qualities[bid] / given["quality_reference"]
        price = prices[bid] / given["price_reference"]
        values[bid] = power(quality, n) + power(price, -n)
        left = f"({figure(qualities[bid])} / {figure(given['quality_reference'])}) ^ n"
        right = f"({figure(prices[bid])} / {figure(given['price_reference'])}) ^ −n"
        texts[bid] = f"{left} + {right} {equals(values[bid])}; n = {exact_text(n)}, so the {'highest' if n > 0 else 'lowest'} wins"
    return _by_value(values, texts, lowest=n < 0)


def _super_limits(given: Figures) -> tuple[Fault, ...]:
    if given["price_at_full_quality"] <= given["price_reference"]:
        said = "'price_at_full_quality' is not above 'price_reference'"
        return (Fault("parameter-out-of-range", said, "full quality must be worth more than that", parameter="price_at_full_quality"),)
    try:
        super_exponent(given["quality_reference"], given["price_reference"], given["price_at_full_quality"])
    except Refused as refused:
        return (Fault("parameter-out-of-range", refused.message, refused.hint, parameter="price_at_full_quality"),)
    return ()


def _on_value(qualities: Amounts, prices: Amounts, given: Figures) -> Valued:
    values, texts = {}, {}
    for bid in prices:
        worth = qualities[bid]
        cut = ""
        most = given.get("most_worth")
        if most is not None and worth > most:
            worth, cut = most, f" (worth {figure(qualities[bid])}, at most {figure(most)})"
        values[bid] = prices[bid] - worth
        texts[bid] = f"{figure(prices[bid])} − {figure(worth)} {equals(values[bid])}{cut}"
    return _by_value(values, texts, lowest=True)


# World Bank


def _world_bank(qualities: Amounts, prices: Amounts, given: Figures) -> Valued:
    weight, lowest, highest = given["weight_cost"], min(prices.values()), max(qualities.values())
    if highest == 0:
        raise Refused("", "every bid has a technical score of 0", "nothing can be divided by the highest technical score")
    values, texts = {}, {}
    for bid in prices:
        values[bid] = 100 * (weight * lowest / prices[bid] + (1 - weight) * qualities[bid] / highest)
        left = f"{figure(lowest)} / {figure(prices[bid])} × {figure(weight)} × 100"
        right = f"{figure(qualities[bid])} / {figure(highest)} × {figure(1 - weight)} × 100"
        texts[bid] = f"{left} + {right} {equals(values[bid])}"
    return _by_value(values, texts)


_SCALE = Parameter(
    "scale", "1", "a factor that makes the figure readable and changes no order", ZERO, open=True, required=False, default=ONE
)
_BAND = Parameter("band", "share", "how far below the best figure a bid may lie and stay; at most 10 %", Fraction(1, 100), Fraction(1, 10))
_WEIGHT = Parameter("weight_quality", "share", "the weight of quality; the price has the rest", ZERO, Fraction(999, 1000), open=True)
_ONE_WINS = "It stands alone and wins."
_TIE = "Bids with the same quality and price are tied."
_UFAB = "UfAB, einfache Richtwertmethode (Z = L : P), as quoted by vergabeblog.de (22 January 2024) and T. Ferber (29 May 2016)"
_EXTENDED = (
    "UfAB, erweiterte Richtwertmethode: VgV-Kommentar (Müller-Wrede, 5th ed.) § 58 Rn. 31-33 for the decisive criterion; "
    "ARRIBA help for the band of at most 10 % below the best figure"
)
_WEIGHTED = (
    "UfAB, gewichtete Richtwertmethode and Medianmethode: IABG glossary and white paper (2012) for the two weighted ratios; "
    "that they are subtracted could not be read in these sources"
)

_CATALOGUE = (
    ValueFormula(
        name="guideline_simple",
        title="Simple guideline method (quality over price)",
        equation="Z = scale × L / P; the highest wins",
        parameters=(_SCALE,),
        source=_UFAB,
        status="published",
        kind="absolute",
        pathologies=("quality_zero",),
        one_bid=_ONE_WINS,
        equal_bids=_TIE,
        quality_unit="points",
        best="highest",
        function=_simple,
    ),
    ValueFormula(
        name="guideline_extended_quality",
        title="Extended guideline method, decided by quality",
        equation="Z = L / P; bids with Z ≥ (1 − band) × Zmax stay; of these the highest quality wins",
        parameters=(_BAND, _SCALE),
        source=_EXTENDED,
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "quality_zero", "band_edge"),
        one_bid=_ONE_WINS,
        equal_bids=f"{_TIE} So are bids in the band with the same quality.",
        quality_unit="points",
        best="highest",
        function=_extended(by_quality=True),
    ),
    ValueFormula(
        name="guideline_extended_price",
        title="Extended guideline method, decided by price",
        equation="Z = L / P; bids with Z ≥ (1 − band) × Zmax stay; of these the lowest price wins",
        parameters=(_BAND, _SCALE),
        source=_EXTENDED,
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "quality_zero", "band_edge"),
        one_bid=_ONE_WINS,
        equal_bids=f"{_TIE} So are bids in the band with the same price.",
        quality_unit="points",
        best="highest",
        function=_extended(by_quality=False),
    ),
    ValueFormula(
        name="guideline_weighted_mean",
        title="Weighted guideline method with means",
        equation="Z = GL × L / mean(L) − (1 − GL) × P / mean(P), GL = weight_quality; the highest wins",
        parameters=(_WEIGHT,),
        source=_WEIGHTED,
        status="unverified",
        kind="relative",
        pathologies=("irrelevant_alternatives", "mean_gaming"),
        one_bid=_ONE_WINS,
        equal_bids=_TIE,
        quality_unit="points",
        best="highest",
        function=_weighted_mean,
    ),
    ValueFormula(
        name="guideline_weighted_median",
        title="Weighted guideline method with medians",
        equation="Z = GL × L / median(L) − (1 − GL) × P / median(P), GL = weight_quality; the highest wins",
        parameters=(_WEIGHT,),
        source=_WEIGHTED,
        status="unverified",
        kind="relative",
        pathologies=("irrelevant_alternatives", "mean_gaming"),
        one_bid=_ONE_WINS,
        equal_bids=_TIE,
        quality_unit="points",
        best="highest",
        function=_weighted_median,
    ),
    ValueFormula(
        name="guideline_reference",
        title="Weighted guideline method with references set beforehand",
        equation="Z = GL × L / quality_reference − (1 − GL) × P / price_reference, GL = weight_quality; the highest wins",
        parameters=(
            _WEIGHT,
            Parameter("quality_reference", "1", "the quality that the buyer expects, in points", ZERO, open=True),
            Parameter("price_reference", "money", "the price that the buyer expects", ZERO, open=True),
        ),
        source="IABG glossary, Referenzwertmethode; that the two weighted ratios are subtracted could not be read there",
        status="unverified",
        kind="absolute",
        pathologies=(),
        one_bid=_ONE_WINS,
        equal_bids=_TIE,
        quality_unit="points",
        best="highest",
        function=_weighted_reference,
    ),
    ValueFormula(
        name="utility_index",
        title="Utility index",
        equation="U = (1 − (Qbest − Q) × N) / P × Pmin, N = weight_quality / (1 − weight_quality); the highest wins",
        parameters=(_WEIGHT,),
        source="Negometrix, utility index",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "lower_price_scores_lower"),
        one_bid=_ONE_WINS,
        equal_bids=_TIE,
        quality_unit="share",
        best="highest",
        function=_utility,
    ),
    ValueFormula(
        name="super_formula",
        title="Super formula",
        equation=(
            "S = (Q / Qref) ^ n + (P / Pref) ^ −n, n such that full quality at price_at_full_quality is worth 2 like the reference; "
            "the highest wins for n above 0, the lowest for n below 0"
        ),
        parameters=(
            Parameter("quality_reference", "share", "the quality that the buyer expects", Fraction(1, 2), Fraction(999, 1000)),
            Parameter("price_reference", "money", "the price that the buyer expects for it", ZERO, open=True),
            Parameter("price_at_full_quality", "money", "the price at which full quality is worth as much", ZERO, open=True),
        ),
        source="Negometrix, super formula (17 September 2019); n and which end wins are derived from its condition of equal worth",
        status="published",
        kind="absolute",
        pathologies=("quality_zero",),
        one_bid=_ONE_WINS,
        equal_bids=_TIE,
        quality_unit="share",
        best="highest",
        function=_super,
        limits=_super_limits,
        rounding=f"n and both powers are {ROUNDED}",
    ),
    ValueFormula(
        name="value_for_money",
        title="Value for money",
        equation="V = Q / P × scale; the highest wins; the same as the simple guideline method",
        parameters=(_SCALE,),
        source="Negometrix, value for money 50/50 index",
        status="published",
        kind="absolute",
        pathologies=("quality_zero",),
        one_bid=_ONE_WINS,
        equal_bids=_TIE,
        quality_unit="share",
        best="highest",
        function=_simple,
    ),
    ValueFormula(
        name="award_on_value",
        title="Award on value",
        equation="fictional price = P − worth of the quality in money; the lowest wins",
        parameters=(Parameter("most_worth", "money", "the most that quality may take off, where it is bounded", ZERO, required=False),),
        source="Negometrix, award on value (gunnen op waarde): Pi − Qi, Qi in euro by amounts set beforehand",
        status="published",
        kind="absolute",
        pathologies=(),
        one_bid=_ONE_WINS,
        equal_bids="Bids with the same fictional price are tied.",
        quality_unit="money",
        best="lowest",
        function=_on_value,
    ),
    ValueFormula(
        name="world_bank_rated",
        title="World Bank, rated criteria",
        equation="B = Clow / C × X × 100 + T / Thigh × (1 − X) × 100, X = weight_cost; the highest wins",
        parameters=(Parameter("weight_cost", "share", "the weight X of the evaluated cost", ZERO, ONE),),
        source="World Bank, Evaluating Bids and Proposals (April 2023); the formula itself was not compared with it",
        status="unverified",
        kind="relative",
        pathologies=("irrelevant_alternatives", "convex"),
        one_bid=_ONE_WINS,
        equal_bids=_TIE,
        quality_unit="points",
        best="highest",
        function=_world_bank,
    ),
)

VALUE_FORMULAS: Mapping[str, ValueFormula] = {each.name: each for each in _CATALOGUE}
