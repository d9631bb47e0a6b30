"""What is known to go wrong: every code that a formula claims is shown to happen, by an example that a reader can follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations, pairwise

import pytest

from tenderloop.award.formulas import FORMULAS, PATHOLOGIES, VALUE_FORMULAS, Formula, ValueFormula

F = Fraction
Score = Callable[[Mapping[str, Fraction]], Mapping[str, Fraction]]

# budgets of 200; a steep line where a parameter allows it, so that the example is plain
PARAMETERS: Mapping[str, Mapping[str, Fraction]] = {
    "linear_between_bounds": {"full_score_at": F(60), "zero_score_at": F(180)},
    "linear_to_budget": {"budget": F(200)},
    "retta_base_zero": {"budget": F(200)},
    "linear_discount": {"budget": F(200), "full_at_discount": F(1, 2)},
    "ratio_discount": {"budget": F(200)},
    "concave_discount": {"budget": F(200), "exponent": F(7, 10)},
    "bilinear": {"budget": F(200), "coefficient": F(4, 5)},
    "nonlinear_concave": {"budget": F(200), "exponent": F(2)},
    "fixed_value_line": {"budget": F(200), "score_at_budget": F(1, 5)},
    "logarithmic": {"zero_at_multiple": F(2)},
}
SETS: tuple[Mapping[str, Fraction], ...] = tuple(
    {chr(97 + index): F(price) for index, price in enumerate(prices)}
    for prices in (
        ("100", "120"),
        ("100", "120", "150"),
        ("100", "120", "140"),
        ("100", "190"),
        ("100", "260"),
        ("100", "100.01"),
        ("199.99", "199.95"),
        ("199.9999", "200"),
        ("60", "90"),
        ("90", "100", "110"),
        ("100", "110", "120", "160", "170"),
        ("10", "100", "120"),
        ("40", "100", "160"),
    )
)


# happens only with the optional bounds
WITH_BOUNDS = {("linear_to_lowest", "flat_ends"): {"full_score_at": F(60), "zero_score_at": F(180)}}


def runner(formula: Formula, code: str = "") -> Score:
    given = WITH_BOUNDS.get((formula.name, code), PARAMETERS.get(formula.name, {}))
    return lambda prices: formula.score(prices, given)


# ------------------------------------------------------------------------------------------------------------------------------- codes


def irrelevant_alternatives(score: Score) -> bool:
    """With C the lead of B over A differs, so there are qualities with which C's presence decides between them, C staying last."""
    share = F(1, 4)  # the weight of the price: C has no quality and cannot come near the two others
    for prices in SETS:
        for a, b in combinations(prices, 2):
            for c in set(prices) - {a, b}:
                found = {"with": score(prices), "without": score({bid: price for bid, price in prices.items() if bid != c})}
                lead = (found["with"][a] - found["with"][b] + found["without"][a] - found["without"][b]) / 2 * share / (1 - share)
                quality = {a: min(F(1), 1 - lead), b: min(F(1), 1 + lead)}
                winner = {}
                for name, scores in found.items():
                    totals = {bid: share * scores[bid] + (1 - share) * quality.get(bid, F(0)) for bid in scores}
                    winner[name] = {bid for bid, total in totals.items() if total == max(totals.values())}
                if winner["with"] != winner["without"] and {*winner["with"], *winner["without"]} == {a, b}:
                    return True
    return False


def two_bids_all_or_nothing(score: Score) -> bool:
    pairs = [{"a": F(100), "b": F(100) + gap} for gap in (F(1, 100), F(10), F(50))]
    return all(score(prices) == {"a": 1, "b": 0} for prices in pairs)


def outlier(score: Score) -> bool:
    """A third bid far out leaves at most a quarter of the distance between the two others."""
    base = {"a": F(100), "b": F(120), "m": F(150)}
    before = abs(score(base)["a"] - score(base)["b"])
    for far in (F(10), F(10000)):
        after = score({**base, "z": far})
        if before > 0 and abs(after["a"] - after["b"]) <= before / 4:
            return True
    return False


def convex(score: Score) -> bool:
    found = score({"a": F(100), "b": F(120), "c": F(140)})
    return found["a"] - found["b"] > found["b"] - found["c"] > 0


def mean_gaming(score: Score) -> bool:
    """A bid between the two, which beats neither on the lowest nor on the highest price, changes their distance."""
    alone = score({"a": F(100), "b": F(120)})
    for middle in (F(105), F(115)):
        three = score({"a": F(100), "b": F(120), "m": middle})
        if three["a"] - three["b"] != alone["a"] - alone["b"] and three["m"] <= max(three.values()):
            return True
    return False


def all_equal(score: Score) -> bool:
    """At one price everybody gets the full score; a difference of a ten-thousandth takes half of it or more."""
    for price in (F(100), F(200)):
        if set(score({"a": price, "b": price}).values()) == {F(1)}:
            nearly = score({"a": price - F(1, 10000), "b": price})
            if min(nearly.values()) <= F(1, 2):
                return True
    return False


def lower_price_scores_lower(score: Score) -> bool:
    return any(prices[a] < prices[b] and score(prices)[a] < score(prices)[b] for prices in SETS for a in prices for b in prices)


def tiny_gaps(score: Score) -> bool:
    """Two prices less than a thousandth apart, half of the score or more between them."""
    for prices in SETS:
        found = score(prices)
        for a, b in combinations(prices, 2):
            if 0 < abs(prices[a] - prices[b]) < min(prices[a], prices[b]) / 1000 and abs(found[a] - found[b]) >= F(1, 2) - F(1, 50):
                return True
    # close to the budget the discounts are small and their ratio is not
    near = score({"a": F("199.999"), "b": F("199.9")})
    return abs(near["a"] - near["b"]) >= F(1, 2)


def no_full_score(score: Score) -> bool:
    return any(max(score(prices).values()) < 1 for prices in SETS)


def flat_ends(score: Score) -> bool:
    """Two neighbouring prices, neither above the budget of 200, have one score, at an end of the scale."""
    for prices in (
        ("30", "40", "195"),
        ("60", "150", "195"),
        ("10", "20", "190", "199"),
        ("10", "11", "12", "13", "14", "15", "190", "199"),
    ):
        bids = {f"b{index}": F(price) for index, price in enumerate(prices)}
        found = score(bids)
        for one, other in pairwise(bids):
            if found[one] == found[other] and found[one] in (0, 1):
                return True
    return False


SHOWN: Mapping[str, Callable[[Score], bool]] = {
    each.__name__: each
    for each in (
        irrelevant_alternatives,
        two_bids_all_or_nothing,
        outlier,
        convex,
        mean_gaming,
        all_equal,
        lower_price_scores_lower,
        tiny_gaps,
        no_full_score,
        flat_ends,
    )
}


def _claims() -> Iterator[tuple[str, str]]:
    for name, formula in sorted(FORMULAS.items()):
        for code in formula.pathologies:
            yield name, code


@pytest.mark.parametrize(("name", "code"), list(_claims()))
def test_a_claimed_pathology_happens(name: str, code: str) -> None:
    assert SHOWN[code](runner(FORMULAS[name], code))


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_what_is_not_claimed_does_not_happen_in_the_examples(name: str) -> None:
    """Else the list is too short."""
    formula = FORMULAS[name]
    seen = {code for code in SHOWN if SHOWN[code](runner(formula))}
    assert seen - set(formula.pathologies) == set()


def test_every_code_is_shown() -> None:
    claimed = {code for _, code in _claims()} | {code for each in VALUE_FORMULAS.values() for code in each.pathologies}
    assert claimed == set(PATHOLOGIES)


# ------------------------------------------------------------------------------------------------- formulas over quality and price

VALUE_PARAMETERS: Mapping[str, Mapping[str, Fraction]] = {
    "guideline_extended_quality": {"band": F(1, 10)},
    "guideline_extended_price": {"band": F(1, 10)},
    "guideline_weighted_mean": {"weight_quality": F(3, 5)},
    "guideline_weighted_median": {"weight_quality": F(3, 5)},
    "guideline_reference": {"weight_quality": F(3, 5), "quality_reference": F(70), "price_reference": F(100)},
    "utility_index": {"weight_quality": F(3, 5)},
    "super_formula": {"quality_reference": F(7, 10), "price_reference": F(100), "price_at_full_quality": F(130)},
    "world_bank_rated": {"weight_cost": F(2, 5)},
}
LEVELS = (20, 40, 55, 60, 70, 80, 95, 100)
COSTS = (60, 80, 85, 100, 115, 125)


def _order(formula: ValueFormula, bids: Mapping[str, tuple[Fraction, Fraction]]) -> dict[str, Fraction]:
    scale = F(1, 100) if formula.quality_unit == "share" else F(1)
    qualities = {bid: scale * quality for bid, (quality, _) in bids.items()}
    prices = {bid: price for bid, (_, price) in bids.items()}
    return dict(formula.rank_value(qualities, prices, VALUE_PARAMETERS.get(formula.name, {})))


def _winners(keys: Mapping[str, Fraction]) -> set[str]:
    return {bid for bid, key in keys.items() if key == max(keys.values())}


def _triples() -> Iterator[dict[str, tuple[Fraction, Fraction]]]:
    offers = [(F(quality), F(price)) for quality in LEVELS for price in COSTS]
    for index, three in enumerate(combinations(offers, 3)):
        if index % 13 == 0:  # enough to find an example, few enough to be quick
            yield dict(zip("abc", three, strict=True))


def value_irrelevant_alternatives(formula: ValueFormula) -> bool:
    for bids in _triples():
        winners = _winners(_order(formula, bids))
        for loser in set(bids) - winners:
            rest = {bid: offer for bid, offer in bids.items() if bid != loser}
            if _winners(_order(formula, rest)) != winners:
                return True
    return False


def value_quality_zero(formula: ValueFormula) -> bool:
    """The same points on top of every bid change who wins."""
    for bids in _triples():
        if max(quality for quality, _ in bids.values()) <= 60:
            moved = {bid: (quality + 40, price) for bid, (quality, price) in bids.items()}
            if _winners(_order(formula, bids)) != _winners(_order(formula, moved)):
                return True
    return False


def value_band_edge(formula: ValueFormula) -> bool:
    """A bid that would win by the deciding criterion drops out when the leader gets a little better."""
    for bids in _triples():
        keys = _order(formula, bids)
        winners = _winners(keys)
        leader = max(bids, key=lambda bid: bids[bid][0] / bids[bid][1])
        better = {**bids, leader: (bids[leader][0], bids[leader][1] * F(9, 10))}
        gone = winners - set(_order(formula, better))
        if gone and leader not in winners:
            return True
    return False


def value_mean_gaming(formula: ValueFormula) -> bool:
    """A bid in the middle of quality and price, which wins nothing, decides between the two others by moving the mean or median."""
    for bids in _triples():
        winners = _winners(_order(formula, bids))
        for middle in set(bids) - winners:
            rest = {bid: offer for bid, offer in bids.items() if bid != middle}
            inside = all(min(each) <= bids[middle][index] <= max(each) for index, each in enumerate(zip(*rest.values(), strict=True)))
            if inside and _winners(_order(formula, rest)) != winners:
                return True
    return False


def value_convex(formula: ValueFormula) -> bool:
    found = _order(formula, {"a": (F(50), F(100)), "b": (F(50), F(120)), "c": (F(50), F(140))})
    return found["a"] - found["b"] > found["b"] - found["c"] > 0


def value_lower_price_scores_lower(formula: ValueFormula) -> bool:
    """Same quality, lower price, lower value: far below the best quality the figure is negative, and dividing by more helps."""
    found = _order(formula, {"best": (F(100), F(100)), "cheap": (F(20), F(60)), "dear": (F(20), F(125))})
    return found["cheap"] < found["dear"]


VALUE_SHOWN: Mapping[str, Callable[[ValueFormula], bool]] = {
    "irrelevant_alternatives": value_irrelevant_alternatives,
    "quality_zero": value_quality_zero,
    "band_edge": value_band_edge,
    "mean_gaming": value_mean_gaming,
    "convex": value_convex,
    "lower_price_scores_lower": value_lower_price_scores_lower,
}


@pytest.mark.parametrize(("name", "code"), [(name, code) for name, each in sorted(VALUE_FORMULAS.items()) for code in each.pathologies])
def test_a_claimed_pathology_of_a_value_formula_happens(name: str, code: str) -> None:
    assert VALUE_SHOWN[code](VALUE_FORMULAS[name])


@pytest.mark.parametrize("name", sorted(VALUE_FORMULAS))
def test_absolute_value_formulas_have_no_rank_reversal(name: str) -> None:
    formula = VALUE_FORMULAS[name]
    assert value_irrelevant_alternatives(formula) == (formula.kind == "relative")


@pytest.mark.parametrize("name", sorted(VALUE_FORMULAS))
def test_moving_every_quality_changes_the_winner_only_where_said(name: str) -> None:
    formula = VALUE_FORMULAS[name]
    if "quality_zero" not in formula.pathologies:
        relative_to_quality = name in ("guideline_weighted_mean", "guideline_weighted_median", "world_bank_rated")
        assert relative_to_quality or not value_quality_zero(formula)
