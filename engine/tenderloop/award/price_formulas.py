"""The price and cost formulas that are in use, each with its source: an amount becomes a score from 0 to 1.

Knows equations. Must not know procedures, bids, qualities or weights. P is the price of a bid, Pmin the lowest, Pmax the highest, m the
mean, BA the budget (base of the auction), d = (BA − P) / BA the discount on it.

Two things are ours wherever a budget is a parameter, because no source says what becomes of a price above it: such a price scores 0, and
it counts in no lowest price and in no mean. Scores outside 0 to 1 are cut off, as the contract of formulas asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from tenderloop.award.formula import (
    ONE,
    ROUNDED,
    ZERO,
    Fault,
    Figures,
    Formula,
    Parameter,
    clamped,
    figure,
    log_ratio,
    mean,
    median,
)
from tenderloop.quantity import exact_text, power

HALF = Fraction(1, 2)
FULL = "It gets the full score."
ALL_FULL = "Every bid gets the full score."
FULL_BELOW = "It gets the full score, unless it is above the budget."
ALL_FULL_BELOW = "Every bid gets the full score, unless they are above the budget."
BY_PRICE = "It is scored by its price, like any other."
EACH_BY_PRICE = "Each is scored by its price; equal prices, equal scores."
CONSIP_EQUAL = "the purchasing platform of the Italian State gives the full score to all when there is one bid or all are equal (its wiki)"

BUDGET = Parameter("budget", "money", "the budget or base of the auction, published beforehand", least=ZERO, open=True)

AT_BUDGET = "So too where all are at the budget and the equation has no value; CLIC does the same."
CLIC = "CLIC (University of Trento, a tool to compare award methods), functions of the price"


def _none(prices: Sequence[Fraction], given: Figures) -> Figures:
    return given


def _lowest(prices: Sequence[Fraction], given: Figures) -> Figures:
    return {"lowest": min(prices), **given}


def _both_ends(prices: Sequence[Fraction], given: Figures) -> Figures:
    return {"lowest": min(prices), "highest": max(prices), **given}


def _mean(prices: Sequence[Fraction], given: Figures) -> Figures:
    return {"mean": mean(prices), **given}


def _median(prices: Sequence[Fraction], given: Figures) -> Figures:
    return {"median": median(prices), **given}


def _rising(low: str, high: str) -> Callable[[Figures], tuple[Fault, ...]]:
    def limits(given: Figures) -> tuple[Fault, ...]:
        if given[low] < given[high]:
            return ()
        said = f"'{low}' is {exact_text(given[low])} and '{high}' is {exact_text(given[high])}"
        return (Fault("parameter-out-of-range", said, f"'{low}' must be below '{high}'", parameter=high),)

    return limits


# lowest price over price


def _ratio(price: Fraction, at: Figures) -> Fraction:
    return at["lowest"] / price


def _ratio_text(price: Fraction, at: Figures) -> str:
    return f"{figure(at['lowest'])} / {figure(price)}"


# straight lines between two prices


def _between(price: Fraction, full: Fraction, zero: Fraction) -> Fraction:
    """1 at or below ``full``, 0 at or above ``zero``, straight between; where both are one price, 1 up to it and 0 above."""
    if price <= full:
        return ONE
    return ZERO if price >= zero else (zero - price) / (zero - full)


def _between_text(price: Fraction, full: Fraction, zero: Fraction) -> str:
    if full == zero:
        return "all prices are one" if price == full else f"{figure(price)} is at or above {figure(zero)}"
    line = f"({figure(zero)} − {figure(price)}) / ({figure(zero)} − {figure(full)})"
    return line if full <= price <= zero else f"{line}, kept between 0 and 1"


def _linear_between_bounds(price: Fraction, at: Figures) -> Fraction:
    return _between(price, at["full_score_at"], at["zero_score_at"])


def _linear_between_bounds_text(price: Fraction, at: Figures) -> str:
    return _between_text(price, at["full_score_at"], at["zero_score_at"])


def _to_budget(price: Fraction, at: Figures) -> Fraction:
    return _between(price, at["lowest"], at["budget"])


def _to_budget_text(price: Fraction, at: Figures) -> str:
    return _between_text(price, at["lowest"], at["budget"])


def _base_zero(price: Fraction, at: Figures) -> Fraction:
    return (at["budget"] - price) / at["budget"]


def _base_zero_text(price: Fraction, at: Figures) -> str:
    return f"({figure(at['budget'])} − {figure(price)}) / {figure(at['budget'])}"


def _minimum_line(price: Fraction, at: Figures) -> Fraction:
    return (at["highest"] + at["lowest"] - price) / at["highest"]


def _minimum_line_text(price: Fraction, at: Figures) -> str:
    return f"({figure(at['highest'])} + {figure(at['lowest'])} − {figure(price)}) / {figure(at['highest'])}"


def _one_sided(price: Fraction, at: Figures) -> Fraction:
    return clamped(2 - price / at["lowest"])


def _one_sided_text(price: Fraction, at: Figures) -> str:
    return f"2 − {figure(price)} / {figure(at['lowest'])}" + (", not below 0" if price > 2 * at["lowest"] else "")


def _two_sided(price: Fraction, at: Figures) -> Fraction:
    return _between(price, at["lowest"], at["highest"])


def _two_sided_text(price: Fraction, at: Figures) -> str:
    return _between_text(price, at["lowest"], at["highest"])


def _to_lowest(price: Fraction, at: Figures) -> Fraction:
    if "zero_score_at" in at and price >= at["zero_score_at"]:
        return ZERO
    return _between(price, at.get("full_score_at", at["lowest"]), at.get("zero_score_at", at["highest"]))


def _to_lowest_text(price: Fraction, at: Figures) -> str:
    if "zero_score_at" in at and price >= at["zero_score_at"]:
        return f"{figure(price)} is at or above {figure(at['zero_score_at'])}"
    return _between_text(price, at.get("full_score_at", at["lowest"]), at.get("zero_score_at", at["highest"]))


def _to_lowest_limits(given: Figures) -> tuple[Fault, ...]:
    low, high = given.get("full_score_at"), given.get("zero_score_at")
    if low is None or high is None or low < high:
        return ()
    said = f"'full_score_at' is {exact_text(low)} and 'zero_score_at' is {exact_text(high)}"
    return (Fault("parameter-out-of-range", said, "the full score must come at the lower price", parameter="zero_score_at"),)


# discounts on the budget


def _discount_line(price: Fraction, at: Figures) -> Fraction:
    discount = (at["budget"] - price) / at["budget"]
    return clamped((discount - at["zero_at_discount"]) / (at["full_at_discount"] - at["zero_at_discount"]))


def _discount_line_text(price: Fraction, at: Figures) -> str:
    discount = (at["budget"] - price) / at["budget"]
    low, high = at["zero_at_discount"], at["full_at_discount"]
    line = f"discount {figure(discount)}: ({figure(discount)} − {figure(low)}) / ({figure(high)} − {figure(low)})"
    return line if low <= discount <= high else f"{line}, kept between 0 and 1"


def _largest_discount(prices: Sequence[Fraction], given: Figures) -> Figures:
    return {"largest_discount": (given["budget"] - min(prices)) / given["budget"], **given}


def _discount_ratio(price: Fraction, at: Figures) -> Fraction:
    if at["largest_discount"] == 0:
        return ONE
    return (at["budget"] - price) / at["budget"] / at["largest_discount"]


def _discount_ratio_text(price: Fraction, at: Figures) -> str:
    if at["largest_discount"] == 0:
        return "nobody offers a discount"
    return f"{figure((at['budget'] - price) / at['budget'])} / {figure(at['largest_discount'])}"


def raised(base: Fraction, exponent: Fraction) -> Fraction:
    """A power, rounded to 12 significant digits; exact where the exponent is 1.

    >>> raised(Fraction(1, 4), Fraction(1, 2))
    Fraction(1, 2)
    """
    return base if exponent == 1 else power(base, exponent)


def _concave(price: Fraction, at: Figures) -> Fraction:
    return raised(_discount_ratio(price, at), at["exponent"])


def _concave_text(price: Fraction, at: Figures) -> str:
    return f"({_discount_ratio_text(price, at)}) ^ {figure(at['exponent'])}"


def _mean_and_largest_discount(prices: Sequence[Fraction], given: Figures) -> Figures:
    budget = given["budget"]
    return {"mean_discount": (budget - mean(prices)) / budget, "largest_discount": (budget - min(prices)) / budget, **given}


def _bilinear(price: Fraction, at: Figures) -> Fraction:
    discount = (at["budget"] - price) / at["budget"]
    middle, most, share = at["mean_discount"], at["largest_discount"], at["coefficient"]
    if middle == most:
        return ONE
    if discount <= middle:
        return share * discount / middle
    return share + (1 - share) * (discount - middle) / (most - middle)


def _bilinear_text(price: Fraction, at: Figures) -> str:
    discount = (at["budget"] - price) / at["budget"]
    middle, most, share = at["mean_discount"], at["largest_discount"], at["coefficient"]
    if middle == most:
        return "all discounts are equal"
    if discount <= middle:
        return f"{figure(share)} × {figure(discount)} / {figure(middle)}"
    return f"{figure(share)} + (1 − {figure(share)}) × ({figure(discount)} − {figure(middle)}) / ({figure(most)} − {figure(middle)})"


def _nonlinear(price: Fraction, at: Figures) -> Fraction:
    return 1 - raised(price / at["budget"], at["exponent"])


def _nonlinear_text(price: Fraction, at: Figures) -> str:
    return f"1 − ({figure(price)} / {figure(at['budget'])}) ^ {figure(at['exponent'])}"


def _fixed_value(price: Fraction, at: Figures) -> Fraction:
    if at["budget"] == at["lowest"]:
        return ONE
    return 1 - (1 - at["score_at_budget"]) * (price - at["lowest"]) / (at["budget"] - at["lowest"])


def _fixed_value_text(price: Fraction, at: Figures) -> str:
    if at["budget"] == at["lowest"]:
        return "all prices are at the budget"
    low, top = figure(at["lowest"]), figure(at["budget"])
    return f"1 − (1 − {figure(at['score_at_budget'])}) × ({figure(price)} − {low}) / ({top} − {low})"


# around the mean or median

GAUSS_EDGES = (Fraction(1, 2), Fraction(7, 10), Fraction(13, 10), Fraction(3, 2))
GAUSS_KNEE = Fraction(7, 13)


def _gauss(price: Fraction, at: Figures) -> Fraction:
    first, best, knee, last = (edge * at["mean"] for edge in GAUSS_EDGES)
    if price < first or price > last:
        return ZERO
    if price < best:
        return (price - first) / (best - first)
    if price < knee:
        return GAUSS_KNEE + (1 - GAUSS_KNEE) * (knee - price) / (knee - best)
    return GAUSS_KNEE * (last - price) / (last - knee)


def _gauss_text(price: Fraction, at: Figures) -> str:
    first, best, knee, last = (edge * at["mean"] for edge in GAUSS_EDGES)
    if price < first or price > last:
        return f"{figure(price)} is outside {figure(first)} to {figure(last)}"
    if price < best:
        return f"({figure(price)} − {figure(first)}) / ({figure(best)} − {figure(first)})"
    if price < knee:
        return f"7/13 + 6/13 × ({figure(knee)} − {figure(price)}) / ({figure(knee)} − {figure(best)})"
    return f"7/13 × ({figure(last)} − {figure(price)}) / ({figure(last)} − {figure(knee)})"


def _around(price: Fraction, middle: Fraction) -> Fraction:
    return clamped(HALF + (middle - price) / middle)


def _around_text(price: Fraction, middle: Fraction) -> str:
    line = f"0.5 + ({figure(middle)} − {figure(price)}) / {figure(middle)}"
    return line if ZERO <= HALF + (middle - price) / middle <= ONE else f"{line}, kept between 0 and 1"


def _mean_points(price: Fraction, at: Figures) -> Fraction:
    return _around(price, at["mean"])


def _mean_points_text(price: Fraction, at: Figures) -> str:
    return _around_text(price, at["mean"])


def _median_points(price: Fraction, at: Figures) -> Fraction:
    return _around(price, at["median"])


def _median_points_text(price: Fraction, at: Figures) -> str:
    return _around_text(price, at["median"])


def _nearest(price: Fraction, at: Figures) -> Fraction:
    return clamped(1 - abs(price - at["mean"]) / at["mean"])


def _nearest_text(price: Fraction, at: Figures) -> str:
    return f"1 − |{figure(price)} − {figure(at['mean'])}| / {figure(at['mean'])}" + (", not below 0" if price > 2 * at["mean"] else "")


# logarithm


def _logarithmic(price: Fraction, at: Figures) -> Fraction:
    return clamped(1 - log_ratio(price / at["lowest"], at["zero_at_multiple"]))


def _logarithmic_text(price: Fraction, at: Figures) -> str:
    line = f"1 − log({figure(price)} / {figure(at['lowest'])}) / log({figure(at['zero_at_multiple'])})"
    return line if price <= at["zero_at_multiple"] * at["lowest"] else f"{line}, not below 0"


_EXPONENT_MOST = Fraction(20)

_CATALOGUE = (
    Formula(
        name="lowest_price_ratio",
        title="Lowest price over price",
        equation="score = Pmin / P",
        parameters=(),
        source="UK Digital Marketplace, as quoted by Spend Matters (2016) and shma.co.uk; Negometrix 'relate price score to lowest price'",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "outlier", "convex"),
        one_bid=FULL,
        equal_prices=ALL_FULL,
        references=_lowest,
        value=_ratio,
        text=_ratio_text,
    ),
    Formula(
        name="linear_between_bounds",
        title="Straight line between two prices fixed beforehand",
        equation="score = (zero_score_at − P) / (zero_score_at − full_score_at), not below 0, not above 1",
        parameters=(
            Parameter("full_score_at", "money", "the price that gets the full score; a lower one gets no more", least=ZERO),
            Parameter("zero_score_at", "money", "the price from which the score is 0", least=ZERO, open=True),
        ),
        source="Negometrix, weighted score method: WP × (Psetmax − Pi) / (Psetmax − Psetmin)",
        status="published",
        kind="absolute",
        pathologies=("flat_ends", "no_full_score"),
        one_bid=BY_PRICE,
        equal_prices=EACH_BY_PRICE,
        references=_none,
        value=_linear_between_bounds,
        text=_linear_between_bounds_text,
        limits=_rising("full_score_at", "zero_score_at"),
        accepts_zero=True,
    ),
    Formula(
        name="linear_to_budget",
        title="Straight line from the lowest price to the budget",
        equation="score = (BA − P) / (BA − Pmin); a price above BA scores 0 and is not counted",
        parameters=(BUDGET,),
        source=f"{CLIC}: retta base prezzo minimo, allegato G; in use in Spain, Italy and the Netherlands",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "tiny_gaps", "all_equal"),
        one_bid=FULL_BELOW,
        equal_prices=f"{ALL_FULL_BELOW} {AT_BUDGET}",
        references=_lowest,
        value=_to_budget,
        text=_to_budget_text,
        ceiling="budget",
    ),
    Formula(
        name="retta_base_zero",
        title="Share of the budget that is saved",
        equation="score = (BA − P) / BA; a price above BA scores 0",
        parameters=(BUDGET,),
        source=f"{CLIC}: retta base zero",
        status="published",
        kind="absolute",
        pathologies=("no_full_score",),
        one_bid=BY_PRICE,
        equal_prices=EACH_BY_PRICE,
        references=_none,
        value=_base_zero,
        text=_base_zero_text,
        ceiling="budget",
        accepts_zero=True,
    ),
    Formula(
        name="retta_prezzo_minimo",
        title="Straight line from lowest and highest price, over the highest",
        equation="score = (Pmax + Pmin − P) / Pmax",
        parameters=(),
        source=f"{CLIC}: retta prezzo minimo",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "outlier"),
        one_bid=FULL,
        equal_prices=ALL_FULL,
        references=_both_ends,
        value=_minimum_line,
        text=_minimum_line_text,
    ),
    Formula(
        name="linear_one_sided",
        title="Straight line from the lowest price to its double",
        equation="score = 2 − P / Pmin, not below 0",
        parameters=(),
        source="vergabeblog.de, 12 July 2015, and vergabe24.de on price conversion: the double of the best price gets no points",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "outlier", "flat_ends"),
        one_bid=FULL,
        equal_prices=ALL_FULL,
        references=_lowest,
        value=_one_sided,
        text=_one_sided_text,
    ),
    Formula(
        name="linear_two_sided",
        title="Straight line from the lowest to the highest price",
        equation="score = (Pmax − P) / (Pmax − Pmin)",
        parameters=(),
        source="vergabe24.de on price conversion (held inadmissible there); Consip wiki: linear between lowest and highest value",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "two_bids_all_or_nothing", "outlier", "tiny_gaps", "all_equal"),
        one_bid=FULL,
        equal_prices=f"{ALL_FULL} {CONSIP_EQUAL[0].upper()}{CONSIP_EQUAL[1:]}.",
        references=_both_ends,
        value=_two_sided,
        text=_two_sided_text,
    ),
    Formula(
        name="linear_to_lowest",
        title="Straight line from the lowest to the highest price, either of which may be fixed beforehand",
        equation="score = 1 − |P − low| / |high − low|, low = Pmin or full_score_at, high = Pmax or zero_score_at; kept between 0 and 1",
        parameters=(
            Parameter("full_score_at", "money", "the price that gets the full score, instead of the lowest", least=ZERO, required=False),
            Parameter("zero_score_at", "money", "the price that gets 0, instead of the highest", least=ZERO, open=True, required=False),
        ),
        source="Mercell Sourcing, scoring the criteria: ratio to minimum, linear, with or without a set value",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "two_bids_all_or_nothing", "outlier", "tiny_gaps", "all_equal", "flat_ends"),
        one_bid=f"{FULL} With full_score_at fixed it is scored by its price.",
        equal_prices=f"{ALL_FULL} With bounds fixed they are scored by their price.",
        references=_both_ends,
        value=_to_lowest,
        text=_to_lowest_text,
        limits=_to_lowest_limits,
    ),
    Formula(
        name="linear_discount",
        title="Straight line between two discounts fixed beforehand",
        equation="score = (d − zero_at_discount) / (full_at_discount − zero_at_discount), d = (BA − P) / BA; kept between 0 and 1",
        parameters=(
            BUDGET,
            Parameter("full_at_discount", "share", "the discount that gets the full score", least=ZERO, most=ONE, open=True),
            Parameter("zero_at_discount", "share", "the discount up to which the score is 0", ZERO, ONE, required=False, default=ZERO),
        ),
        source=f"Consip, lineare semplice, as in {CLIC} and the Consip wiki",
        status="published",
        kind="absolute",
        pathologies=("flat_ends", "no_full_score"),
        one_bid=BY_PRICE,
        equal_prices=EACH_BY_PRICE,
        references=_none,
        value=_discount_line,
        text=_discount_line_text,
        limits=_rising("zero_at_discount", "full_at_discount"),
        ceiling="budget",
        accepts_zero=True,
    ),
    Formula(
        name="ratio_discount",
        title="Discount over the largest discount",
        equation="score = d / dmax, d = (BA − P) / BA; the same as linear_to_budget",
        parameters=(BUDGET,),
        source=f"Province of Brindisi, call with Ci = Ra / Rmax; {CLIC}: allegato P lineare semplice",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "tiny_gaps", "all_equal"),
        one_bid=FULL_BELOW,
        equal_prices=f"{ALL_FULL_BELOW} {AT_BUDGET}",
        references=_largest_discount,
        value=_discount_ratio,
        text=_discount_ratio_text,
        ceiling="budget",
    ),
    Formula(
        name="concave_discount",
        title="Discount over the largest discount, raised to a power",
        equation="score = (d / dmax) ^ exponent, d = (BA − P) / BA; that is ((BA − P) / (BA − Pmin)) ^ exponent",
        parameters=(
            BUDGET,
            Parameter("exponent", "1", "0.1 to 0.3 in Trento, 0.5 to 0.7 at Consip; 1 is a straight line", least=ZERO, most=ONE, open=True),
        ),
        source=f"Decree 16-50/Leg of 21 October 2016 of the Province of Trento, and Consip, as in {CLIC}",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "tiny_gaps", "all_equal"),
        one_bid=FULL_BELOW,
        equal_prices=f"{ALL_FULL_BELOW} {AT_BUDGET}",
        references=_largest_discount,
        value=_concave,
        text=_concave_text,
        rounding=f"powers are {ROUNDED}; with exponent 1 it is exact",
        ceiling="budget",
    ),
    Formula(
        name="bilinear",
        title="Two straight lines that meet at the mean discount",
        equation=(
            "score = X × d / m for d ≤ m; X + (1 − X) × (d − m) / (dmax − m) for d > m; d = (BA − P) / BA, m its mean, X the coefficient"
        ),
        parameters=(
            BUDGET,
            Parameter(
                "coefficient",
                "share",
                "the score at the mean discount",
                options=(Fraction(4, 5), Fraction(17, 20), Fraction(9, 10)),
            ),
        ),
        source=f"Annexes M and P of the former Italian regulation and Consip, as in {CLIC}; Venice, call 18/2017 with 0.90",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "mean_gaming", "tiny_gaps", "all_equal"),
        one_bid=FULL_BELOW,
        equal_prices=f"{ALL_FULL_BELOW} The equation has no value there; CLIC does the same.",
        references=_mean_and_largest_discount,
        value=_bilinear,
        text=_bilinear_text,
        ceiling="budget",
    ),
    Formula(
        name="nonlinear_concave",
        title="One minus a power of the price over the budget",
        equation="score = 1 − (P / BA) ^ exponent; that is 1 − (1 − d) ^ exponent, d = (BA − P) / BA",
        parameters=(
            BUDGET,
            Parameter(
                "exponent",
                "1",
                "above 1 the first savings earn most; 1 is a straight line; the bound of 20 is ours",
                least=ONE,
                most=_EXPONENT_MOST,
            ),
        ),
        source=f"Consip wiki, non lineare concava a punteggio assoluto; {CLIC}",
        status="published",
        kind="absolute",
        pathologies=("no_full_score",),
        one_bid=BY_PRICE,
        equal_prices=EACH_BY_PRICE,
        references=_none,
        value=_nonlinear,
        text=_nonlinear_text,
        rounding=f"powers are {ROUNDED}; with exponent 1 it is exact",
        ceiling="budget",
        accepts_zero=True,
    ),
    Formula(
        name="gaussian_piecewise",
        title="Four straight lines around the mean",
        equation=(
            "score = 0 below 0.5 m and above 1.5 m; rises to 1 at 0.7 m; falls to 7/13 at 1.3 m and to 0 at 1.5 m; straight lines between"
        ),
        parameters=(),
        source=f"Province of Bolzano, spezzata gaussiana, as in {CLIC}",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "outlier", "mean_gaming", "lower_price_scores_lower", "no_full_score", "flat_ends"),
        one_bid="It is its own mean and scores 10/13, not the full score.",
        equal_prices="Every bid scores 10/13, not the full score.",
        references=_mean,
        value=_gauss,
        text=_gauss_text,
    ),
    Formula(
        name="fixed_value_line",
        title="Straight line from the lowest price to a score fixed for the budget",
        equation="score = 1 − (1 − c) × (P − Pmin) / (BA − Pmin), c = score_at_budget; a price above BA scores 0",
        parameters=(BUDGET, Parameter("score_at_budget", "share", "the score of a price at the budget", least=ZERO, most=ONE)),
        source=f"Province of Bolzano, retta base valore fisso, as in {CLIC}",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "tiny_gaps", "all_equal"),
        one_bid=FULL_BELOW,
        equal_prices=f"{ALL_FULL_BELOW} {AT_BUDGET}",
        references=_lowest,
        value=_fixed_value,
        text=_fixed_value_text,
        ceiling="budget",
    ),
    Formula(
        name="mean_points",
        title="Half the score at the mean, one point for each percentage point below or above",
        equation="score = 0.5 + (m − P) / m, kept between 0 and 1",
        parameters=(),
        source="procurementtemplates.co.uk, mean calculation: the mean is given 50 points, one is added or taken for each percentage point",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "outlier", "mean_gaming", "no_full_score", "flat_ends"),
        one_bid="It is its own mean and gets half the score.",
        equal_prices="Every bid gets half the score.",
        references=_mean,
        value=_mean_points,
        text=_mean_points_text,
    ),
    Formula(
        name="median_points",
        title="Half the score at the median, one point for each percentage point below or above",
        equation="score = 0.5 + (M − P) / M, M the median price; kept between 0 and 1",
        parameters=(),
        source="Ours: mean_points with the median, which one outlier moves less",
        status="proposed",
        kind="relative",
        pathologies=("irrelevant_alternatives", "mean_gaming", "no_full_score", "flat_ends"),
        one_bid="It is its own median and gets half the score.",
        equal_prices="Every bid gets half the score.",
        references=_median,
        value=_median_points,
        text=_median_points_text,
    ),
    Formula(
        name="nearest_to_mean",
        title="Distance from the mean",
        equation="score = 1 − |P − m| / m, not below 0",
        parameters=(),
        source="Acuity Legal describes average pricing, where prices closest to the average score best; the equation is ours",
        status="proposed",
        kind="relative",
        pathologies=("irrelevant_alternatives", "outlier", "mean_gaming", "lower_price_scores_lower", "no_full_score", "flat_ends"),
        one_bid="It is its own mean and gets the full score.",
        equal_prices=ALL_FULL,
        references=_mean,
        value=_nearest,
        text=_nearest_text,
    ),
    Formula(
        name="logarithmic",
        title="Logarithm of the price over the lowest",
        equation=(
            "score = 1 − log(P / Pmin) / log(A), A = zero_at_multiple; not below 0. The cut is ours: without it no third bid "
            "would change the distance between two"
        ),
        parameters=(
            Parameter(
                "zero_at_multiple",
                "1",
                "how many times the lowest price scores 0; the bound of 1000 is ours",
                least=ONE,
                open=True,
                most=Fraction(1000),
            ),
        ),
        source="Negometrix, log formula: WP × (1 − log(Pi / Pbest) / log A)",
        status="published",
        kind="relative",
        pathologies=("irrelevant_alternatives", "outlier", "convex", "flat_ends"),
        one_bid=FULL,
        equal_prices=ALL_FULL,
        references=_lowest,
        value=_logarithmic,
        text=_logarithmic_text,
        rounding=f"the ratio of logarithms is {ROUNDED}",
    ),
)

PRICE_FORMULAS: Mapping[str, Formula] = {each.name: each for each in _CATALOGUE}
