"""Random procedures with bids, judgements and consensus for the tests of the award core: small, sound, and of every kind of rule."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tenderloop.award.bid import Bid, Decision, Draw
from tenderloop.award.judgement import Consensus, Judgement
from tenderloop.award.procedure import Procedure
from tenderloop.award.result import AwardResult
from tenderloop.award.scoring import award
from tenderloop.case import Evidence

SCALES = [
    {"id": "five", "title": "Five", "steps": [{"id": str(n), "value": 25 * n, "text": f"step {n}"} for n in range(5)]},
    {"id": "three", "title": "Three", "steps": [{"id": "low", "value": 0}, {"id": "mid", "value": 40}, {"id": "high", "value": 100}]},
]
FACTS = [
    {"id": "years", "kind": "number", "unit": "year", "question": "How many years?"},
    {"id": "share", "kind": "number", "unit": "%", "question": "Which share?"},
    {"id": "take_back", "kind": "yes_no", "question": "Taken back?"},
    {"id": "repair", "kind": "yes_no", "question": "Can it be repaired?"},
]
WAYS: list[dict[str, Any]] = [
    {"scale": "five"},
    {"scale": "three"},
    {"ladder": {"fact": "years", "points": [[2, 10], [5, 50], [10, 100]]}},
    {"linear": {"fact": "years", "from": 1, "to": 11}},
    {"linear": {"fact": "share", "from": 80, "to": 20}},
    {"features": [{"fact": "take_back", "points": 70}, {"fact": "repair", "points": 30}]},
    {"rule": "take_back and years >= 5 year"},
]


@dataclass(frozen=True)
class Given:
    """Everything that goes into one evaluation."""

    data: dict[str, Any]
    bids: tuple[Bid, ...]
    judgements: tuple[Judgement, ...]
    consensus: tuple[Consensus, ...]
    decisions: tuple[Decision, ...] = ()
    draws: tuple[Draw, ...] = ()

    @property
    def procedure(self) -> Procedure:
        return Procedure.model_validate(self.data)

    def award(self, **more: Any) -> AwardResult:
        return award(self.procedure, self.bids, self.judgements, self.consensus, self.decisions, draws=self.draws, **more)

    def changed(self, **fields: Any) -> Given:
        return replace(self, **fields)


def bid(name: str, price: Any = None, lot: str = "lot1", facts: dict[str, Any] | None = None, **more: Any) -> Bid:
    """A bid whose facts are written as plain values: bool is yes or no, a number is in the unit that FACTS declares."""
    units = {"years": "year", "share": "%"}
    answers = {
        key: {"kind": "yes_no", "value": value}
        if isinstance(value, bool)
        else {"kind": "number", "value": Fraction(value), "unit": units.get(key, "1")}
        for key, value in (facts or {}).items()
    }
    return Bid.model_validate({"id": name, "bidder": f"Bidder {name}", "lot": lot, "price": price, "facts": answers, **more})


def given(seed: int, *, bids: int | None = None, relative: bool | None = None) -> Given:
    """A random sound procedure with complete records."""
    draw = random.Random(seed)
    count = bids if bids is not None else draw.randint(1, 5)
    weights = _parts(draw, 100, draw.randint(2, 4))
    if relative is None:
        relative = draw.random() < 0.6
    formula = (
        {"name": "lowest_price_ratio"}
        if relative
        else {"name": "linear_between_bounds", "parameters": {"full_score_at": 50, "zero_score_at": 200}}
    )
    criteria: list[dict[str, Any]] = [{"id": "price", "type": "price", "title": "Price", "weight": weights[0], "formula": formula}]
    for index, weight in enumerate(weights[1:]):
        criterion: dict[str, Any] = {"id": f"q{index}", "type": "quality", "title": f"Quality {index}", "weight": weight}
        if weight >= 4 and draw.random() < 0.5:
            parts = _parts(draw, weight, 2)
            criterion["criteria"] = [
                {"id": f"q{index}.{n}", "type": "quality", "title": f"Part {n}", "weight": part, "scored_by": draw.choice(WAYS)}
                for n, part in enumerate(parts)
            ]
            leaves = criterion["criteria"]
        else:
            criterion["scored_by"] = draw.choice(WAYS)
            leaves = [criterion]
        if draw.random() < 0.3:
            criterion["threshold"] = {"min_score": draw.choice([10, 30, 50])} if draw.random() < 0.7 else {"max_pass": draw.randint(1, 3)}
        for each in {id(each): each for each in (criterion, *leaves)}.values():
            if draw.random() < 0.2:
                each["rescale"] = True
        criteria.append(criterion)
    rules = {
        "aggregation": draw.choice(["consensus", "mean", "median", "trimmed_mean"]),
        "threshold_when": draw.choice(["before_rescaling", "after_rescaling"]),
        "rounding": {
            "at": draw.choice(["none", "criterion", "total"]),
            "places": draw.randint(0, 2),
            "mode": draw.choice(["half_up", "half_even", "down"]),
        },
        "ties": draw.choice([[], ["lowest_price"], ["score:q0", "lowest_price"], ["score:q0", "lowest_price", "draw"]]),
    }
    data = {
        "procedure": "random",
        "title": "A random procedure",
        "buyer": "Example",
        "currency": "EUR",
        "scales": SCALES,
        "facts": FACTS,
        "rules": rules,
        "lots": [{"id": "lot1", "title": "Everything", "criteria": criteria}],
    }
    made = tuple(
        bid(
            f"b{n}",
            draw.choice([draw.randint(60, 190), 100]),
            facts={
                "years": draw.randint(0, 12),
                "share": draw.randint(0, 100),
                "take_back": draw.random() < 0.5,
                "repair": draw.random() < 0.5,
            },
        )
        for n in range(count)
    )
    lot = Procedure.model_validate(data).lots[0]
    steps = {scale["id"]: [step["id"] for step in scale["steps"]] for scale in SCALES}  # type: ignore[attr-defined]
    evaluators = [f"e{n}" for n in range(draw.randint(1, 4))]
    judgements, consensus = [], []
    for each in made:
        for name, way in lot.judged():
            assert way.scale is not None
            for who in evaluators:
                step = draw.choice(steps[way.scale])
                page = draw.randint(1, 9)
                read = tuple(Evidence(document="offer", page=str(n)) for n in (page, page + 1))
                judgements.append(
                    Judgement(evaluator=who, bid=each.id, criterion=name, step=step, reason=f"seen on page {page}", evidence=read)
                )
            if rules["aggregation"] == "consensus":
                consensus.append(
                    Consensus(
                        bid=each.id,
                        criterion=name,
                        step=draw.choice(steps[way.scale]),
                        reason="agreed after discussion",
                        present=tuple(evaluators),
                        discrepancy="read the page together",
                    )
                )
    return Given(data, made, tuple(judgements), tuple(consensus))


def _parts(draw: random.Random, whole: int, parts: int) -> list[int]:
    cuts = sorted(draw.sample(range(1, whole), parts - 1))
    return [after - before for before, after in zip([0, *cuts], [*cuts, whole], strict=True)]
