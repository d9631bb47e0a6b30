"""Rules by which a bid is asked to explain a price that looks too low: national ones, and own ones, each with its arithmetic and source.

Knows prices, discounts and the rules. Must not know procedures, scores or what is decided afterwards. A flag asks a question: nothing here
excludes a bid, whatever the law behind a rule once allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from tenderloop.award.formula import (
    ONE,
    ZERO,
    Fault,
    Figures,
    Line,
    Parameter,
    Status,
    figure,
    mean,
    median,
    price_faults,
    refuse,
    taken,
)

HUNDRED = Fraction(100)
QUESTION = "Please explain how the price covers everything that the contract asks for, with the calculation and the evidence behind it."
WITHHELD = "The price meets the rule. The figures it was compared with rest on other bids and are not told here."
NOT_A_REJECTION = "This is a question, not a rejection. The bid stays in the evaluation until a decision with reasons is recorded."


@dataclass(frozen=True, slots=True)
class Offers:
    """What a rule may look at. Money is in one currency; ``prices`` are those of the admitted bids.

    ``estimate`` is the budget or base of the auction. ``initial`` are prices before an auction (``prices`` where there was none).
    ``discounts`` are percentages as offered (12.345 is 12.345 %); where they are not given they follow from prices and estimate.
    ``points`` are, by bid, the price score and the score of everything else, each as a share of its maximum (0 to 1). ``order`` names the
    bids best first where that is not by price.
    """

    prices: Mapping[str, Fraction]
    estimate: Fraction | None = None
    initial: Mapping[str, Fraction] = field(default_factory=dict)
    discounts: Mapping[str, Fraction] = field(default_factory=dict)
    points: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """One bid that must be asked. ``threshold`` is the price it falls under (None where the rule compares no price).

    ``letter`` holds what the bidder may be told: bid, price, rule, finding, question, note, source, and whatever the rule adds. Threshold
    and reason stand in it only where they rest on the estimate alone: from a mean or a neighbour's price others' prices can be worked out.
    """

    bid: str
    price: Fraction
    threshold: Fraction | None
    reason: str
    working: tuple[Line, ...]
    letter: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Screening:
    """What a rule found: whether it applied and why, the figures common to all bids, and the flags in order of bid."""

    rule: str
    applies: bool
    because: str
    lines: tuple[Line, ...] = ()
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """What a rule's arithmetic gave: bid, threshold, reason, own lines; ``open`` where none of it rests on other bids."""

    bid: str
    threshold: Fraction | None
    reason: str
    lines: tuple[Line, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class _Outcome:
    because: str
    lines: tuple[Line, ...] = ()
    found: tuple[_Found, ...] = ()
    applies: bool = True


def _not_applied(because: str) -> _Outcome:
    return _Outcome(because, applies=False)


@dataclass(frozen=True)
class LowBidRule:
    """A rule by name. ``needs`` says what it looks at besides prices; ``letter`` adds facts to the letter of a flagged bid."""

    name: str
    title: str
    rule: str
    parameters: tuple[Parameter, ...]
    source: str
    status: Status
    function: Callable[[Offers, Figures], _Outcome]
    needs: tuple[str, ...] = ()
    letter: Mapping[str, str] = field(default_factory=dict)

    def check(self, parameters: Figures) -> tuple[Fault, ...]:
        """Every fault of the parameters. Empty when they are sound."""
        return tuple(taken(self.name, self.parameters, parameters)[1])

    def screen(
        self,
        prices: Mapping[str, Fraction | None],
        parameters: Figures | None = None,
        *,
        estimate: Fraction | None = None,
        initial: Mapping[str, Fraction] | None = None,
        discounts: Mapping[str, Fraction] | None = None,
        points: Mapping[str, tuple[Fraction, Fraction]] | None = None,
        order: Sequence[str] = (),
    ) -> Screening:
        """Apply the rule to the prices of the admitted bids; see ``Offers`` for the rest.

        A rule that cannot be applied (too few bids, no estimate …) says so in ``because`` and flags nothing. ``Refused`` names every
        missing or negative price and unsound parameter; a price of 0 is looked at like any other.
        """
        given, faults = taken(self.name, self.parameters, parameters or {})
        faults += price_faults(prices, zero=True)
        if estimate is not None and estimate <= 0:
            faults.append(Fault("estimate-not-positive", "the estimate is not above 0", "write the published budget, or none"))
        refuse(faults)
        known = {bid: price for bid in sorted(prices) if (price := prices[bid]) is not None}
        if not known:
            return Screening(self.name, False, "there is no admitted bid")
        offers = Offers(known, estimate, initial or {}, discounts or {}, points or {}, tuple(order))
        outcome = self.function(offers, given)
        flags = tuple(self._flag(offers, outcome, each) for each in sorted(outcome.found, key=lambda one: one.bid))
        return Screening(self.name, outcome.applies, outcome.because, outcome.lines, flags)

    def flags(
        self,
        prices: Mapping[str, Fraction | None],
        parameters: Figures | None = None,
        *,
        estimate: Fraction | None = None,
        initial: Mapping[str, Fraction] | None = None,
        discounts: Mapping[str, Fraction] | None = None,
        points: Mapping[str, tuple[Fraction, Fraction]] | None = None,
        order: Sequence[str] = (),
    ) -> tuple[Flag, ...]:
        """The flags of ``screen``.

        >>> prices = {"a": Fraction(100), "b": Fraction(104), "c": Fraction(60)}
        >>> found = LOW_BID_RULES["below_median"].flags(prices, {"share": Fraction(1, 4)})
        >>> [(flag.bid, flag.reason) for flag in found]
        [('c', '60 is 40 % below 100, the median price')]
        """
        return self.screen(prices, parameters, estimate=estimate, initial=initial, discounts=discounts, points=points, order=order).flags

    def _flag(self, offers: Offers, outcome: _Outcome, found: _Found) -> Flag:
        price = offers.prices[found.bid]
        facts = {
            "bid": found.bid,
            "price": figure(price),
            "rule": f"{self.title}: {self.rule}",
            "finding": found.reason if found.open else WITHHELD,
            "question": QUESTION,
            "note": NOT_A_REJECTION,
            "source": self.source,
            **self.letter,
        }
        if found.open and found.threshold is not None:
            facts["threshold"] = figure(found.threshold)
        return Flag(found.bid, price, found.threshold, found.reason, (*outcome.lines, *found.lines), facts)


_OPEN = ("the budget", "the estimate")


def _percent_below(price: Fraction, reference: Fraction) -> str:
    return f"{figure(price)} is {figure(HUNDRED * (1 - price / reference))} % below {figure(reference)}"


def _below(offers: Offers, bids: Sequence[str], reference: Fraction, name: str, limit: Fraction, *, at_limit: bool) -> tuple[_Found, ...]:
    """Bids under a price limit; ``at_limit`` when the limit itself is under it. Only the estimate is no other bidder's."""
    found = []
    for bid in bids:
        price = offers.prices[bid]
        if price < limit or (at_limit and price == limit):
            if reference == 0:
                continue
            reason = f"{_percent_below(price, reference)}, {name}"
            sign = "≤" if at_limit else "<"
            found.append(_Found(bid, limit, reason, (Line(f"{figure(price)} {sign} {figure(limit)}", price, "money"),), name in _OPEN))
    return tuple(found)


# Spain

_READING = Parameter(
    "points_of_budget",
    "1",
    "how 'percentage units' are read: 0, percent of the price compared with; 1, percentage points of discount on the budget",
    required=False,
    default=ZERO,
    options=(ZERO, ONE),
)


def _spain(offers: Offers, given: Figures) -> _Outcome:
    by_points, budget = given["points_of_budget"] == 1, offers.estimate
    if (by_points or len(offers.prices) == 1) and budget is None:
        return _not_applied("the rule compares with the budget, and no estimate is given")

    def step(reference: Fraction, units: int) -> Fraction:
        return (budget if by_points and budget is not None else reference) * Fraction(units, 100)

    bids, prices = sorted(offers.prices), offers.prices
    if len(bids) == 1:
        assert budget is not None
        limit = budget - step(budget, 25)
        line = Line(f"limit for one bid: {figure(budget)} less 25 units", limit, "money")
        return _Outcome("one bid: compared with the budget", (line,), _below(offers, bids, budget, "the budget", limit, at_limit=False))
    if len(bids) == 2:
        low, high = sorted(bids, key=lambda bid: (prices[bid], bid))
        limit = prices[high] - step(prices[high], 20)
        line = Line(f"limit for two bids: {figure(prices[high])} less 20 units", limit, "money")
        found = _below(offers, [low], prices[high], "the other bid", limit, at_limit=False)
        return _Outcome("two bids: the lower is compared with the other", (line,), found)
    return _spain_mean(offers, step)


def _spain_mean(offers: Offers, step: Callable[[Fraction, int], Fraction]) -> _Outcome:
    bids, prices = sorted(offers.prices), offers.prices
    first = mean(list(prices.values()))
    lines = [Line(f"mean of {len(bids)} bids", first, "money")]
    top = first + step(first, 10)
    high = [bid for bid in bids if prices[bid] > top]
    reference = first
    if high:
        lines.append(Line(f"above {figure(top)}, the mean and 10 units: {', '.join(high)}", top, "money"))
        counted = [bid for bid in bids if bid not in high]
        if len(bids) == 3:
            # of three bids the text leaves out one, the highest, even where another lies as far above
            counted = sorted(bids, key=lambda bid: (prices[bid], bid))[:2]
        elif len(counted) < 3:
            counted = sorted(bids, key=lambda bid: (prices[bid], bid))[:3]
            lines.append(Line("fewer than three are left: the three lowest are taken"))
        reference = mean([prices[bid] for bid in counted])
        lines.append(Line(f"new mean of {', '.join(sorted(counted))}", reference, "money"))
    limit = reference - step(reference, 10)
    lines.append(Line(f"limit: {figure(reference)} less 10 units", limit, "money"))
    found = {each.bid: each for each in _below(offers, bids, reference, "the mean of the rule", limit, at_limit=False)}
    because = f"{len(bids)} bids: compared with their mean"
    if len(bids) == 3:
        if offers.estimate is None:
            because += "; the part on discounts above 25 units was not applied, since no estimate is given"
        else:
            floor_price = offers.estimate * Fraction(3, 4)
            lines.append(Line(f"limit for any bid: {figure(offers.estimate)} less 25 units", floor_price, "money"))
            for each in _below(offers, bids, offers.estimate, "the budget", floor_price, at_limit=False):
                found.setdefault(each.bid, each)
    return _Outcome(because, tuple(lines), tuple(found.values()))


# Italy


def _discounts(offers: Offers) -> Mapping[str, Fraction] | None:
    if offers.discounts:
        return offers.discounts if set(offers.prices) <= set(offers.discounts) else None
    if offers.estimate is None:
        return None
    budget = offers.estimate
    return {bid: HUNDRED * (budget - price) / budget for bid, price in offers.prices.items()}


def _decimal_digits(value: Fraction) -> tuple[int, int]:
    """First and second digit after the point, nothing rounded.

    >>> _decimal_digits(Fraction("284.8671"))
    (8, 6)
    """
    return floor(abs(value) * 10) % 10, floor(abs(value) * 100) % 10


def italian_threshold(first: Fraction, spread: Fraction, total: Fraction) -> Fraction:
    """First threshold less the spread times the product of the first two decimals of the sum, in percent.

    The figures of TAR Catania 2191/2019: 24.74289 less 0.4819 is 24.26099; the sum 284.8671 gives 8 × 6 = 48 %.

    >>> float(italian_threshold(Fraction("24.74289"), Fraction("0.4819") / Fraction("0.48"), Fraction("284.8671")))
    24.26099
    """
    one, two = _decimal_digits(total)
    return first - spread * one * two / HUNDRED


def _italy(least_bids: int, decrement: bool) -> Callable[[Offers, Figures], _Outcome]:
    def function(offers: Offers, given: Figures) -> _Outcome:
        count = len(offers.prices)
        if count < least_bids:
            return _not_applied(f"the rule takes {least_bids} admitted bids or more, and there are {count}")
        discounts = _discounts(offers)
        if discounts is None:
            return _not_applied("the rule compares discounts, and neither an estimate nor every bid's discount is given")
        ordered = sorted(discounts[bid] for bid in offers.prices)
        wing = -(-count // 10)
        low, high = ordered[wing - 1], ordered[-wing]
        kept = [each for each in ordered if low < each < high]
        lines = [Line(f"10 % of {count} bids on either side, rounded up: {wing}; so are bids equal to those set aside")]
        if not kept:
            return _not_applied("no bid is left after the cut on either side")
        total, middle = sum(kept, ZERO), mean(kept)
        above = [each - middle for each in kept if each > middle]
        spread = mean(above) if above else ZERO
        threshold = middle + spread
        lines += [
            Line(f"sum of the {len(kept)} discounts left", total, "%"),
            Line("mean M", middle, "%"),
            Line(f"mean excess S of the {len(above)} above M", spread, "%"),
            Line("first threshold M + S", threshold, "%"),
        ]
        if decrement:
            one, two = _decimal_digits(total)
            threshold = italian_threshold(threshold, spread, total)
            lines.append(Line(f"less S × {one} × {two} %, the first two decimals of the sum", threshold, "%"))
        limit = offers.estimate * (1 - threshold / HUNDRED) if offers.estimate is not None else None
        found = tuple(
            _Found(
                bid,
                limit,
                f"a discount of {figure(discounts[bid])} % reaches the threshold of {figure(threshold)} %",
                (Line(f"{figure(discounts[bid])} ≥ {figure(threshold)}", discounts[bid], "%"),),
            )
            for bid in offers.prices
            if discounts[bid] >= threshold
        )
        return _Outcome(f"{count} bids: discounts compared with the threshold", tuple(lines), found)

    return function


def _four_fifths(offers: Offers, given: Figures) -> _Outcome:
    silent = [bid for bid in sorted(offers.prices) if bid not in offers.points]
    if silent:
        return _not_applied(f"the rule compares scores, and there are none for: {', '.join(silent)}")
    share = given["share"]
    found = []
    for bid in sorted(offers.prices):
        price, rest = offers.points[bid]
        if price >= share and rest >= share:
            reason = (
                f"{figure(HUNDRED * price)} % of the price points and {figure(HUNDRED * rest)} % of all others, "
                f"both at least {figure(HUNDRED * share)} %"
            )
            lines = (
                Line(f"price points {figure(price)} ≥ {figure(share)}", price, "of 1"),
                Line(f"all others {figure(rest)} ≥ {figure(share)}", rest, "of 1"),
            )
            found.append(_Found(bid, None, reason, lines))
    return _Outcome("scores compared with their maximum", (), tuple(found))


# Ukraine


def _ukraine(offers: Offers, given: Figures) -> _Outcome:
    prices = offers.prices
    if len(prices) < 2:
        return _not_applied("there is no other bid to compare with")
    ordered = [bid for bid in offers.order if bid in prices] or sorted(prices, key=lambda bid: (prices[bid], bid))
    by_price = not offers.order
    first = [bid for bid in ordered if by_price and prices[bid] == prices[ordered[0]]] or ordered[:1]
    found = []
    for bid in first:
        price = prices[bid]
        others = [offers.initial.get(other, prices[other]) for other in sorted(prices) if other != bid]
        middle = mean(others)
        following = next((other for other in ordered if other != bid), "")
        reasons, lines, limits = [], [Line("mean of the others' first prices", middle, "money")], []
        if middle > 0:
            below = 1 - price / middle
            lines.append(Line(f"1 − {figure(price)} / {figure(middle)}, compared with {figure(given['below_mean'])}", below))
            if below >= given["below_mean"]:
                reasons.append(f"{_percent_below(price, middle)}, the mean of the others")
                limits.append(middle * (1 - given["below_mean"]))
        if following and prices[following] > 0:
            below = 1 - price / prices[following]
            lines.append(Line(f"1 − {figure(price)} / {figure(prices[following])}, compared with {figure(given['below_next'])}", below))
            if below >= given["below_next"]:
                reasons.append(f"{_percent_below(price, prices[following])}, the next bid")
                limits.append(prices[following] * (1 - given["below_next"]))
        if reasons:
            found.append(_Found(bid, max(limits), "; ".join(reasons), tuple(lines)))
    return _Outcome(f"the first bid, {', '.join(first)}, is compared with the others", (), tuple(found))


# rules by a share below something


def _share_below(name: str, reference: Callable[[Offers], Fraction | None], lacking: str) -> Callable[[Offers, Figures], _Outcome]:
    def function(offers: Offers, given: Figures) -> _Outcome:
        at = reference(offers)
        if at is None:
            return _not_applied(lacking)
        limit = at * (1 - given["share"])
        lines = (Line(name, at, "money"), Line(f"{figure(at)} × (1 − {figure(given['share'])})", limit, "money"))
        return _Outcome(f"compared with {name}", lines, _below(offers, sorted(offers.prices), at, name, limit, at_limit=True))

    return function


def _mean_of_all(offers: Offers) -> Fraction | None:
    return mean(list(offers.prices.values())) if len(offers.prices) > 1 else None


def _median_of_all(offers: Offers) -> Fraction | None:
    return median(list(offers.prices.values())) if len(offers.prices) > 1 else None


def _estimate(offers: Offers) -> Fraction | None:
    return offers.estimate


def _mean_of_others(offers: Offers, given: Figures) -> _Outcome:
    if len(offers.prices) < 2:
        return _not_applied("there is no other bid to compare with")
    found: list[_Found] = []
    for bid in sorted(offers.prices):
        at = mean([price for other, price in offers.prices.items() if other != bid])
        limit = at * (1 - given["share"])
        line = Line(f"mean of the others {figure(at)} × (1 − {figure(given['share'])})", limit, "money")
        found += [
            _Found(each.bid, each.threshold, each.reason, (line, *each.lines))
            for each in _below(offers, [bid], at, "the mean of the others", limit, at_limit=True)
        ]
    return _Outcome("each bid is compared with the mean of the others", (), tuple(found))


def _second(offers: Offers, given: Figures) -> _Outcome:
    if len(offers.prices) < 2:
        return _not_applied("there is no other bid to compare with")
    low, second = sorted(offers.prices, key=lambda bid: (offers.prices[bid], bid))[:2]
    at = offers.prices[second]
    limit = at * (1 - given["share"])
    lines = (
        Line(f"second lowest price, bid {second}", at, "money"),
        Line(f"{figure(at)} × (1 − {figure(given['share'])})", limit, "money"),
    )
    return _Outcome(
        "the lowest price is compared with the second", lines, _below(offers, [low], at, "the second lowest", limit, at_limit=True)
    )


def _belgium(offers: Offers, given: Figures) -> _Outcome:
    count = len(offers.prices)
    if count < 4:
        return _not_applied(f"the rule takes four bids or more, and there are {count}")
    if count >= 7:
        return _not_applied("how the mean is made with seven bids or more could not be read; the source gives it for fewer than seven")
    kept = sorted(offers.prices.values())[1:-1]
    at = mean(kept)
    limit = at * Fraction(85, 100)
    lines = (
        Line(f"mean of {len(kept)} bids, without the lowest and the highest", at, "money"),
        Line(f"{figure(at)} × 0.85", limit, "money"),
    )
    return _Outcome(
        "compared with the mean without the lowest and the highest bid",
        lines,
        _below(offers, sorted(offers.prices), at, "the mean of the rule", limit, at_limit=True),
    )


_SHARE = Parameter(
    "share", "share", "how far below, from which a bid is asked; fixed and published beforehand", ZERO, Fraction(99, 100), open=True
)
_OWN = "Ours, for a share that the buyer publishes beforehand; no law stands behind it"
_TOO_FEW = "there is no other bid to compare with"

_CATALOGUE = (
    LowBidRule(
        name="spain_rlcap_85",
        title="Spain, RLCAP article 85",
        rule=(
            "one bid: more than 25 units below the budget; two: more than 20 below the other; three: more than 10 below the mean "
            "(without the highest where it is more than 10 above), or a discount above 25; four and more: more than 10 below the "
            "mean (without bids more than 10 above it, or of the three lowest where fewer than three are left)"
        ),
        parameters=(_READING,),
        source="Royal Decree 1098/2001 art. 85, quoted at derecholocal.es; infoconcurso.com; direct only where price is the one criterion",
        status="published",
        function=_spain,
        needs=("estimate",),
    ),
    LowBidRule(
        name="italy_97_2",
        title="Italy, D.Lgs. 50/2016 article 97(2), repealed",
        rule=(
            "from fifteen bids: a discount at or above M + S − S × c1 × c2 %, M the mean without a tenth on either side (rounded up), S "
            "the mean excess of those above M, c1 and c2 the first two decimals of the sum"
        ),
        parameters=(),
        source="D.Lgs. 50/2016 art. 97 c. 2 (ius.lefebvregiuffre.it); ANCE Verona; TAR Catania 2191/2019, TAR Brescia 968/2019. Legacy",
        status="published",
        function=_italy(15, decrement=True),
        needs=("estimate or discounts",),
    ),
    LowBidRule(
        name="italy_mean_plus_spread",
        title="Italy, mean and mean excess (D.Lgs. 163/2006), repealed",
        rule="a discount at or above M + S, M the mean without a tenth on either side (rounded up), S the mean excess of those above M",
        parameters=(),
        source="Steps as at tuttogare.it (24 October 2017) and operelavori (2014); not below five bids (self-entilocali.it). Legacy",
        status="published",
        function=_italy(5, decrement=False),
        needs=("estimate or discounts",),
    ),
    LowBidRule(
        name="four_fifths",
        title="Italy, four fifths",
        rule="the price score and the score of all other criteria are both at least four fifths of their maximum",
        parameters=(Parameter("share", "share", "the share of the maximum", ZERO, ONE, open=True, required=False, default=Fraction(4, 5)),),
        source="Venice, call 18/2017, section 19.9 (best price-quality ratio). Legacy",
        status="published",
        function=_four_fifths,
        needs=("points",),
    ),
    LowBidRule(
        name="ukraine",
        title="Ukraine, abnormally low price",
        rule="the first bid is 40 % or more below the mean of the others' first prices, or 30 % or more below the next",
        parameters=(
            Parameter("below_mean", "share", "below the mean of the others", ZERO, ONE, open=True, required=False, default=Fraction(2, 5)),
            Parameter("below_next", "share", "below the next bid", ZERO, ONE, open=True, required=False, default=Fraction(3, 10)),
        ),
        source="Prozorro, openprocurement.api: constants and tests of the milestone for abnormally low prices",
        status="published",
        function=_ukraine,
        letter={"time": "one working day to justify the price, as the source gives it"},
    ),
    LowBidRule(
        name="portugal_mean_deviation",
        title="Portugal, deviation from the mean",
        rule="the price is the given share or more below the mean of the admitted prices",
        parameters=(_SHARE,),
        source="CCP art. 70 and 71: a limit fixed beforehand, such as a deviation from the mean (dgsi.pt 707/20.6BELRA); 'or more' is ours",
        status="unverified",
        function=_share_below("the mean of all prices", _mean_of_all, _TOO_FEW),
    ),
    LowBidRule(
        name="belgium_36_4",
        title="Belgium, royal decree of 18 April 2017, article 36 § 4",
        rule="four to six bids, price the only criterion: 15 % or more below the mean without the lowest and the highest bid",
        parameters=(),
        source="Council of State 249334 of 24 December 2020, as summarised at marchéspublics.be",
        status="published",
        function=_belgium,
    ),
    LowBidRule(
        name="below_mean",
        title="Share below the mean",
        rule="the price is the given share or more below the mean of all prices",
        parameters=(_SHARE,),
        source=_OWN,
        status="proposed",
        function=_share_below("the mean of all prices", _mean_of_all, _TOO_FEW),
    ),
    LowBidRule(
        name="below_mean_of_others",
        title="Share below the mean of the others",
        rule="the price is the given share or more below the mean of the other prices",
        parameters=(_SHARE,),
        source=_OWN,
        status="proposed",
        function=_mean_of_others,
    ),
    LowBidRule(
        name="below_median",
        title="Share below the median",
        rule="the price is the given share or more below the median price",
        parameters=(_SHARE,),
        source=_OWN,
        status="proposed",
        function=_share_below("the median price", _median_of_all, _TOO_FEW),
    ),
    LowBidRule(
        name="below_estimate",
        title="Share below the estimate",
        rule="the price is the given share or more below the estimate",
        parameters=(_SHARE,),
        source=_OWN,
        status="proposed",
        function=_share_below("the estimate", _estimate, "no estimate is given"),
        needs=("estimate",),
    ),
    LowBidRule(
        name="below_second",
        title="Share below the second lowest",
        rule="the lowest price is the given share or more below the second lowest",
        parameters=(_SHARE,),
        source=_OWN,
        status="proposed",
        function=_second,
    ),
)

LOW_BID_RULES: Mapping[str, LowBidRule] = {each.name: each for each in _CATALOGUE}

LOW_BID_RULES_NOT_AVAILABLE: Mapping[str, str] = {
    "italy_97_2_bis": "D.Lgs. 50/2016 art. 97 c. 2-bis (fewer than fifteen bids). It is known to exist; its text could not be read.",
    "italy_2023": "D.Lgs. 36/2023, the code that followed D.Lgs. 50/2016. Its rules could not be read.",
    "portugal_law": "CCP art. 71 as in force. Only that the limit is fixed beforehand is known; see portugal_mean_deviation.",
    "belgium_36_4_from_seven": "Royal decree of 18 April 2017, art. 36 § 4, seven bids or more. How the mean is made could not be read.",
    "cardinal_r058": (
        "Outlier of the winner against the second (open-contracting/cardinal-rs, R058). It needs the history of many tenders, which a "
        "procedure does not have."
    ),
}
"""Rules that people will look for, and why they are not here."""
