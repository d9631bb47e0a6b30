"""Shares of award criteria: kinds, sums, gaps, orders; the bounds always hold the truth."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.notice import AwardCriterion, Lot, Parameter
from tenderloop.weighting import Weighting, weights_of


def criterion(type: str, code: str = "", number: str | None = None, kind: str = "weight", published: str = "") -> AwardCriterion:
    parameters = (Parameter(kind, code, Decimal(number), "/p"),) if number is not None else ()  # type: ignore[arg-type]
    return AwardCriterion("LOT-0001", type, published or type, (), (), parameters, "/c")  # type: ignore[arg-type]


def weighed(*criteria: AwardCriterion) -> Weighting:
    return weights_of(Lot("LOT-0001", "Lot", "/l", criteria=criteria))


def codes(found: Weighting) -> list[str]:
    return [remark.code for remark in found.remarks]


def test_percents_that_make_a_hundred_need_no_remark() -> None:
    found = weighed(criterion("price", "per-exa", "60"), criterion("quality", "per-exa", "25.5"), criterion("quality", "per-exa", "14.5"))
    assert found.shares == (Fraction(3, 5), Fraction(51, 200), Fraction(29, 200))
    assert (found.kind, found.complete, found.remarks) == ("percent", True, ())
    assert [found.share_of(kind) for kind in ("price", "quality", "cost", "")] == [Fraction(3, 5), Fraction(2, 5), 0, 0]


@pytest.mark.parametrize(
    ("code", "numbers", "kind", "remark"),
    [
        ("per-exa", ("60", "30"), "percent", "the per cents sum to 90, not 100; each share is its part of that sum"),
        ("poi-exa", ("600", "300"), "points", "the points sum to 900, not 100; each share is its part of that sum"),
        ("dec-exa", ("0.6", "0.3"), "decimal", "the decimals sum to 0.9, not 1; each share is its part of that sum"),
    ],
)
def test_other_sums_are_remarked(code: str, numbers: tuple[str, str], kind: str, remark: str) -> None:
    found = weighed(criterion("price", code, numbers[0]), criterion("quality", code, numbers[1]))
    assert found.shares == (Fraction(2, 3), Fraction(1, 3))
    assert found.kind == kind
    assert [said.text for said in found.remarks] == [remark]


def test_decimals_that_make_one() -> None:
    assert weighed(criterion("price", "dec-exa", "0.7"), criterion("quality", "dec-mid", "0.3")).shares == (
        Fraction(7, 10),
        Fraction(3, 10),
    )


def test_middles_are_remarked() -> None:
    assert codes(weighed(criterion("price", "per-mid", "50"), criterion("quality", "per-exa", "50"))) == ["middle-of-range"]


def test_several_kinds_are_refused() -> None:
    found = weighed(criterion("price", "per-mid", "50"), criterion("quality", "poi-mid", "50"))
    assert found.shares == (None, None)
    assert (found.kind, found.complete, codes(found)) == ("", False, ["kinds-mixed"])
    assert found.bounds_of("price") == (0, 1)


@pytest.mark.parametrize(
    ("second", "remark"),
    [
        (criterion("quality"), "weight-missing"),
        (criterion("quality", "per-exa", "-6"), "weight-negative"),
        (criterion("quality", "", "40", kind=""), "kind-missing"),
        (criterion("quality", "new-kind", "40"), "kind-unknown"),
        (criterion("quality", "fix-tot", "40", kind="fixed"), "weight-missing"),
    ],
)
def test_a_gap_leaves_shares_unknown_and_bounds_what_it_can(second: AwardCriterion, remark: str) -> None:
    found = weighed(criterion("price", "per-exa", "60"), second)
    assert found.shares == (None, None)
    assert found.share_of("price") is None
    assert codes(found) == [remark]
    assert found.bounds_of("quality") == (0, Fraction(2, 5))
    assert found.bounds_of("price") == (Fraction(3, 5), 1)


def test_a_gap_among_points_says_little() -> None:
    found = weighed(criterion("price", "poi-exa", "60"), criterion("quality", "poi-exa", "20"), criterion("cost"))
    assert found.bounds_of("price") == (0, Fraction(3, 4))
    assert found.bounds_of("cost") == (0, 1)


def test_two_weights_on_one_criterion() -> None:
    both = AwardCriterion(
        "L",
        "price",
        "price",
        (),
        (),
        (Parameter("weight", "per-exa", Decimal(40), "/a"), Parameter("weight", "per-exa", Decimal(60), "/b")),
        "/c",
    )
    assert "several-weights" in codes(weighed(both, criterion("quality", "per-exa", "40")))


def test_one_criterion_decides_alone() -> None:
    assert weighed(criterion("price")).share_of("price") == 1
    assert codes(weighed(criterion("price"))) == ["only-criterion"]
    assert codes(weighed(criterion("price", "per-exa", "70"))) == ["sum-differs"]
    assert weighed(criterion("price", "poi-exa", "1000")).remarks == ()
    assert weighed(criterion("", "ord-imp", "1")).complete


def test_all_of_one_type_weigh_all_whatever_their_weights() -> None:
    found = weighed(criterion("quality"), criterion("quality"))
    assert found.share_of("quality") == 1
    assert found.share_of("price") == 0
    assert not found.complete


def test_no_criteria_no_shares() -> None:
    assert weighed().share_of("price") is None
    assert not weighed().complete
    assert weighed().bounds_of("price") == (0, 1)


def test_zero_sum() -> None:
    found = weighed(criterion("price", "poi-exa", "0"), criterion("quality", "poi-exa", "0"))
    assert codes(found) == ["sum-zero"]
    assert not found.complete


def test_norway_line_that_is_not_weighed() -> None:
    spec = criterion("quality", published="quality-nor-env-spec")
    found = weighed(criterion("price", "per-exa", "70"), criterion("quality", "per-exa", "30"), spec)
    assert found.shares == (Fraction(7, 10), Fraction(3, 10), 0)
    assert codes(found) == ["not-weighed"]
    assert weighed(spec).share_of("quality") is None or not weighed(spec).complete


@pytest.mark.parametrize(
    ("ranks", "types", "bounds"),
    [
        (("1", "2", "3"), ("price", "quality", "quality"), (Fraction(1, 3), 1)),
        (("3", "1", "2"), ("price", "quality", "quality"), (0, Fraction(1, 3))),
        (("2", "1", "3"), ("price", "quality", "cost"), (0, Fraction(1, 2))),
        (("1", "1", "2"), ("price", "quality", "cost"), (Fraction(1, 3), Fraction(1, 2))),
    ],
)
def test_an_order_bounds_the_shares(ranks: tuple[str, ...], types: tuple[str, ...], bounds: tuple[Fraction, Fraction]) -> None:
    found = weighed(*(criterion(type, "ord-imp", rank) for type, rank in zip(types, ranks, strict=True)))
    assert found.bounds_of("price") == bounds
    assert found.share_of("price") is None
    assert codes(found) == ["order-only"]


def test_order_bounds_hold_every_weighting_that_keeps_the_order() -> None:
    """All weightings of four criteria by whole twelfths, tried one by one; the ends are reached."""
    types = ("price", "quality", "cost", "quality")
    found = weighed(*(criterion(type, "ord-imp", str(rank)) for rank, type in enumerate(types, 1)))
    fitting = [w for w in product(range(13), repeat=4) if sum(w) == 12 and list(w) == sorted(w, reverse=True)]
    for type in ("price", "quality", "cost"):
        sums = [Fraction(sum(n for n, t in zip(w, types, strict=True) if t == type), 12) for w in fitting]
        assert found.bounds_of(type) == (min(sums), max(sums))


@given(
    st.lists(st.tuples(st.sampled_from(["price", "cost", "quality"]), st.integers(0, 10_000)), min_size=1, max_size=6), st.integers(1, 50)
)
def test_scaling_changes_nothing_and_shares_make_one(weights: list[tuple[str, int]], factor: int) -> None:
    plain = weighed(*(criterion(type, "poi-exa", str(number)) for type, number in weights))
    scaled = weighed(*(criterion(type, "poi-exa", str(number * factor)) for type, number in weights))
    assert plain.shares == scaled.shares
    if plain.complete:
        assert sum(share for share in plain.shares if share is not None) == 1
        assert sum(plain.share_of(type) or 0 for type in ("price", "cost", "quality")) == 1


@given(st.sets(st.integers(1, 99), min_size=1, max_size=4), st.data())
def test_the_truth_lies_in_the_bounds_when_a_weight_is_left_out(cuts: set[int], data: st.DataObject) -> None:
    edges = [0, *sorted(cuts), 100]
    percents = [high - low for low, high in pairwise(edges)]
    out = data.draw(st.integers(0, len(percents) - 1))
    types = [data.draw(st.sampled_from(["price", "quality"])) for _ in percents]
    stated = [criterion(t, "per-exa", None if n == out else str(p)) for n, (t, p) in enumerate(zip(types, percents, strict=True))]
    found = weighed(*stated)
    truth = Fraction(sum(p for t, p in zip(types, percents, strict=True) if t == "price"), 100)
    low, high = found.bounds_of("price")
    assert low <= truth <= high
