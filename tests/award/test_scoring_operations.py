"""The order of operations as it is told: every line of one evaluation in which something happens at each step."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import pytest

from tenderloop.award.bid import Decision, NotApplicable
from tenderloop.award.judgement import Judgement
from tenderloop.award.operations import rounded
from tenderloop.award.panel import BROMCOM_SOURCE
from tenderloop.award.procedure import Procedure, Rounding
from tenderloop.award.scoring import award

sys.path.insert(0, str(Path(__file__).parent))
from random_procedures import FACTS, SCALES, bid


@pytest.mark.parametrize(
    ("value", "half_up", "half_even", "down"),
    [
        ("2.344", "2.34", "2.34", "2.34"),
        ("2.345", "2.35", "2.34", "2.34"),
        ("2.355", "2.36", "2.36", "2.35"),
        ("2.3451", "2.35", "2.35", "2.34"),
        ("2", "2", "2", "2"),
    ],
)
def test_the_three_ways_of_rounding(value: str, half_up: str, half_even: str, down: str) -> None:
    for mode, expected in (("half_up", half_up), ("half_even", half_even), ("down", down)):
        assert rounded(Fraction(value), Rounding.model_validate({"at": "total", "places": 2, "mode": mode})) == Fraction(expected)


def test_every_operation_says_what_it_changed() -> None:
    judged = {"id": "finish", "type": "quality", "title": "Finish", "weight": 30, "rescale": True, "scored_by": {"scale": "five"}}
    years = {"linear": {"fact": "years", "from": 0, "to": 10}}
    data = {
        "procedure": "told",
        "title": "Told",
        "buyer": "Example",
        "currency": "EUR",
        "scales": SCALES,
        "facts": FACTS,
        "rules": {
            "aggregation": "mean",
            "not_applicable": "within",
            "not_applicable_cap": "5 %",
            "low_bid": {"rule": "below_median", "parameters": {"share": "25 %"}},
            "rounding": {"at": "total", "places": 1},
        },
        "lots": [
            {
                "id": "lot1",
                "title": "All",
                "criteria": [
                    judged,
                    {"id": "price", "type": "price", "title": "Price", "weight": 40, "formula": {"name": "lowest_price_ratio"}},
                    {
                        "id": "warranty",
                        "type": "quality",
                        "title": "Warranty",
                        "weight": 20,
                        "threshold": {"min_score": 20},
                        "scored_by": years,
                    },
                    {"id": "waste", "type": "quality", "title": "Waste", "weight": 10, "scored_by": {"rule": "take_back"}},
                ],
            }
        ],
    }
    bids = [
        bid(name, price, facts={"years": n})
        for name, price, n in (("a", 100, 5), ("b", 110, 4), ("c", 50, 5), ("d", 40, 1), ("e", 30, 5), ("f", 20, 5))
    ]
    steps = {"a": "03", "b": "22", "c": "11", "d": "44", "e": "44", "f": "44"}
    judgements = [
        Judgement(evaluator=who, bid=name, criterion="finish", step=step, reason="page 3")
        for name, both in steps.items()
        for who, step in zip(("e1", "e2"), both, strict=True)
    ]
    decisions = [
        Decision(bid="e", step="late", outcome="reject", reason="opened after the hour", by=("chair",)),
        Decision(bid="f", step="compliance", outcome="reject", ground="4.2", reason="no wood"),
        Decision(bid="a", step="selection", outcome="admit", reason="all papers are there"),
        Decision(bid="c", step="abnormally_low", outcome="reject", reason="wages"),
    ]
    marks = [NotApplicable(lot="lot1", criterion="waste", reason="none arises", by="chair")]
    lot = award(Procedure.model_validate(data), bids, judgements, (), decisions, not_applicable=marks).lots[0]

    assert [(each.number, each.did, "".join(each.left)) for each in lot.operations] == [
        (1, ("e leaves: opened after the hour (chair)",), "abcdf"),
        (2, ("a stays: all papers are there",), "abcdf"),
        (3, ("f leaves: 4.2: no wood",), "abcd"),
        (4, ("1 criterion judged by the panel, one step of the scale each; 4 scores of bids",), "abcd"),
        (5, ("rule: mean; disagreements above 40 % of the scale: 1",), "abcd"),
        (
            6,
            (
                "d leaves: Warranty: 10 of 100 is under the threshold of 20",
                "finish: the best score, 50, becomes 100; all are multiplied by 2",
            ),
            "abc",
        ),
        (
            7,
            (
                lot.operations[6].did[0],
                "c is flagged: 50 is 50 % below 100, the median price",
                "c leaves: wages",
            ),
            "ab",
        ),
        (8, (lot.operations[7].did[0],), "ab"),
        (
            9,
            (
                "points = score × share of the lot; the total is their sum, of 100",
                "points are rounded at the total: to 1 decimal places, half_up",
            ),
            "ab",
        ),
        (10, ("1. b; 2. a",), "ab"),
    ]
    assert lot.operations[6].did[0].startswith("Share below the median:")
    assert lot.operations[7].did[0] == "price by Lowest price over price: score = Pmin / P; lowest 100, highest 110 EUR, 2 bids"
    warnings = {note.code: note for note in lot.warnings}
    assert warnings["not-applicable-cap"].text == (
        "10 % of the weight does not apply, more than the declared 5 %: the ranking is not reliable; both totals are shown"
    )
    assert warnings["averaging-without-consensus"].source == BROMCOM_SOURCE
    assert warnings["discrepancy"].text == "bid a, finish: evaluators differ by 75 % of the scale (e1 0, e2 3); not settled by a consensus"
    # a: 75 × 30/90 + 100 × 40/90 + 50 × 20/90 = 80.55… ; b: 100/3 + 100 × 10/11 × 4/9 + 40 × 2/9 = 82.6…
    a = Fraction(75 * 30 + 100 * 40 + 50 * 20, 90)
    b = Fraction(100 * 30 + 40 * 20, 90) + Fraction(1000, 11) * Fraction(4, 9)
    assert (lot.standing_of["a"].unrounded, lot.standing_of["b"].unrounded) == (a, b)
    assert (lot.standing_of["a"].total, lot.standing_of["b"].total) == (Fraction("80.6"), Fraction("82.6"))
    assert lot.leaf_of["a", "price"].working[0].value == 100
