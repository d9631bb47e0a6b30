"""What must hold for every procedure: order means nothing, better is never worse, weights have no unit, a result reads back equal."""

from __future__ import annotations

import copy
import random
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from tenderloop.award.bid import Bid
from tenderloop.award.result import AwardResult

sys.path.insert(0, str(Path(__file__).parent))
from random_procedures import SCALES, Given, given

SEEDS = st.integers(0, 10**6)


def _shuffled(case: Given, order: random.Random) -> Given:
    data = copy.deepcopy(case.data)

    def mix(items: list[Any]) -> list[Any]:
        return order.sample(items, len(items))

    def tree(criteria: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for each in criteria:
            if "criteria" in each:
                each["criteria"] = tree(each["criteria"])
            if "features" in each.get("scored_by", {}):
                each["scored_by"]["features"] = mix(each["scored_by"]["features"])
        return [dict(mix(list(each.items()))) for each in mix(criteria)]

    data["lots"][0]["criteria"] = tree(data["lots"][0]["criteria"])
    data["scales"], data["facts"] = mix(data["scales"]), mix(data["facts"])
    bids = [each.model_copy(update={"facts": dict(mix(list(each.facts.items())))}) for each in mix(list(case.bids))]
    consensus = [each.model_copy(update={"present": tuple(mix(list(each.present)))}) for each in mix(list(case.consensus))]
    judgements = [each.model_copy(update={"evidence": tuple(mix(list(each.evidence)))}) for each in mix(list(case.judgements))]
    return Given(data, tuple(bids), tuple(judgements), tuple(consensus))


@settings(max_examples=150, deadline=None)
@for_all(SEEDS, SEEDS)
def test_no_order_of_anything_changes_a_byte(seed: int, other: int) -> None:
    case = given(seed)
    assert case.award().to_json() == _shuffled(case, random.Random(other)).award().to_json()


@settings(max_examples=100, deadline=None)
@for_all(SEEDS)
def test_a_result_reads_back_equal(seed: int) -> None:
    result = given(seed).award()
    again = AwardResult.from_json(result.to_json())
    assert again == result
    assert again.to_json() == result.to_json()


@settings(max_examples=100, deadline=None)
@for_all(SEEDS)
def test_doubling_all_weights_of_points_changes_nothing_but_the_procedure(seed: int) -> None:
    case = given(seed)
    data = copy.deepcopy(case.data)

    def double(criteria: list[dict[str, Any]]) -> None:
        for each in criteria:
            each["weight"] *= 2
            each["weight_kind"] = "poi-exa"
            double(each.get("criteria", []))

    double(data["lots"][0]["criteria"])
    first, second = case.award().lots[0], case.changed(data=data).award().lots[0]
    assert first.standings == second.standings
    assert first.leaves == second.leaves


def _raised(case: Given, draw: random.Random) -> tuple[Given, str] | None:
    """One answer, agreed step or judgement of one bid made better."""
    criteria = [leaf for leaf in case.procedure.lots[0].leaves if leaf.scored_by is not None]
    bid = draw.choice(case.bids)
    leaf = draw.choice(criteria)
    way = leaf.scored_by
    assert way is not None
    if way.scale is not None:
        steps = {scale["id"]: [step["id"] for step in scale["steps"]] for scale in SCALES}[way.scale]  # type: ignore[attr-defined]
        records = list(case.consensus or case.judgements)
        places = [n for n, each in enumerate(records) if each.bid == bid.id and each.criterion == leaf.id]
        place = draw.choice(places)
        at = steps.index(records[place].step)
        if at + 1 == len(steps):
            return None
        records[place] = records[place].model_copy(update={"step": steps[at + 1]})
        key = "consensus" if case.consensus else "judgements"
        return case.changed(**{key: tuple(records)}), bid.id
    better: dict[str, Any] = {"take_back": True, "repair": True}
    if way.ladder is not None or way.linear is not None:
        name = way.ladder.fact if way.ladder is not None else way.linear.fact  # type: ignore[union-attr]
        better = {name: bid.facts[name].value + (3 if name == "years" else -9)}
    facts = {name: each.model_copy(update={"value": better[name]}) if name in better else each for name, each in bid.facts.items()}
    changed = bid.model_copy(update={"facts": facts})
    return case.changed(bids=tuple(changed if each.id == bid.id else each for each in case.bids)), bid.id


@settings(max_examples=300, deadline=None)
@for_all(SEEDS, SEEDS)
def test_raising_one_score_never_lowers_that_bids_total(seed: int, other: int) -> None:
    raised = _raised(case := given(seed), random.Random(other))
    if raised is None:
        return
    after, name = raised
    before_lot, after_lot = case.award().lots[0], after.award().lots[0]
    before, now = before_lot.standing_of[name], after_lot.standing_of[name]
    if before.total is not None:
        assert now.total is not None
        # a share of other criteria may be rescaled by who is still there; one's own total cannot fall by one's own better score
        staying = {each.bid for each in before_lot.ranking} == {each.bid for each in after_lot.ranking}
        if staying:
            assert now.total >= before.total


@settings(max_examples=200, deadline=None)
@for_all(SEEDS)
def test_a_bid_at_least_as_good_everywhere_never_ranks_below(seed: int) -> None:
    case = given(seed, bids=3)
    draw = random.Random(seed)
    worse = case.bids[0]
    twin = Bid.model_validate({**worse.model_dump(exclude={"file", "line"}), "id": "twin", "bidder": "Twin"})
    assert worse.price is not None
    twin = twin.model_copy(update={"price": worse.price - draw.choice([0, 0, 5])})
    more = case.changed(
        bids=(*case.bids, twin),
        judgements=(*case.judgements, *(each.model_copy(update={"bid": "twin"}) for each in case.judgements if each.bid == worse.id)),
        consensus=(*case.consensus, *(each.model_copy(update={"bid": "twin"}) for each in case.consensus if each.bid == worse.id)),
    )
    lot = more.award().lots[0]
    ranks = {each.bid: each.rank for each in lot.ranking}
    if worse.id in ranks:
        assert ranks["twin"] is not None
        assert ranks[worse.id] is not None
        assert ranks["twin"] <= ranks[worse.id]
        if twin.price == worse.price and "draw" not in case.data["rules"]["ties"]:
            assert lot.standing_of["twin"].total == lot.standing_of[worse.id].total
            assert ranks["twin"] == ranks[worse.id]


@settings(max_examples=100, deadline=None)
@for_all(SEEDS)
def test_shares_of_leaves_sum_to_one_and_points_to_the_total(seed: int) -> None:
    case = given(seed)
    lot = case.award().lots[0]
    assert sum((each.share or Fraction(0) for each in lot.criteria if each.leaf), Fraction(0)) == 1
    for standing in lot.ranking:
        points = [each.points for each in lot.leaves if each.bid == standing.bid]
        assert None not in points
        assert sum((each for each in points if each is not None), Fraction(0)) == standing.unrounded


@settings(max_examples=60, deadline=None)
@for_all(SEEDS, SEEDS)
def test_a_missing_judgement_leaves_no_ranking_and_never_counts_as_nought(seed: int, other: int) -> None:
    case = given(seed)
    if not case.judgements:
        return
    draw = random.Random(other)
    gone = draw.choice(case.judgements)
    # the panel is named, so that the evaluator is missed even where that was the only record
    data = {**case.data, "panel": [{"id": who} for who in sorted({each.evaluator for each in case.judgements})]}
    kept = tuple(each for each in case.judgements if each is not gone)
    lot = case.changed(data=data, judgements=kept).award().lots[0]
    left = lot.standing_of[gone.bid].status == "below_threshold"
    if not left:
        assert lot.status == "incomplete"
        assert lot.ranking == ()
        assert not lot.winner
        assert all(each.total is None for each in lot.standings)
        assert any(each.evaluator == gone.evaluator and each.bid == gone.bid and each.criterion == gone.criterion for each in lot.open)
