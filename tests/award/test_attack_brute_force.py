"""Every answer of an attack against the long way: the whole procedure evaluated again with the changed input, on random procedures."""

from __future__ import annotations

import random
import sys
from collections import Counter
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path

import pytest

from tenderloop.award.attack import attack
from tenderloop.award.findings import Attack, LotAttack, Order, PriceFlip
from tenderloop.award.rerun import Change, Rerun
from tenderloop.award.result import AwardResult

sys.path.insert(0, str(Path(__file__).parent))
from attack_brute import case, first, leaves, priced, scored, stepped, weighted, without
from random_procedures import Given, given

NEAR = Fraction(1, 10**7)
SEEDS = range(24)


def ready(seed: int) -> tuple[Given, AwardResult, Rerun, LotAttack] | None:
    found = case(seed)
    result = found.award()
    lot = result.lots[0]
    if lot.status not in ("ranked", "tied"):
        return None
    return found, result, Rerun(result, lot), attack(result, simulate=False).lots[0]


def same_order(order: Order, result: AwardResult) -> bool:
    ranks: dict[str, int] = {}
    for group in order.groups:
        ranks.update(dict.fromkeys(group, len(ranks) + 1))
    ranking = result.lots[0].ranking
    return order.totals == {each.bid: each.total for each in ranking} and ranks == {each.bid: each.rank for each in ranking}


@pytest.mark.parametrize("start", [0, 40])
def test_evaluating_again_gives_what_the_award_gives_after_every_kind_of_change(start: int) -> None:
    compared: Counter[str] = Counter()
    for seed in range(start, start + 40):
        found = case(seed)
        result = found.award()
        if result.lots[0].status not in ("ranked", "tied"):
            continue
        rerun, draw = Rerun(result, result.lots[0]), random.Random(seed)
        assert rerun.faithful(), seed
        for bid in rerun.bids:
            assert same_order(rerun.again(Change(without=frozenset([bid]))).order(), without(found, bid).award()), (seed, bid)
            compared["without"] += 1
        for criterion in rerun.lot.walk():
            if len(rerun.under[rerun.lot.parent_of[criterion.id]]) > 1:
                share = Fraction(draw.randint(1, 99), 100)
                again = rerun.again(Change(mix=(criterion.id, share))).order()
                assert same_order(again, weighted(found, criterion.id, share).award()), (seed, criterion.id, share)
                compared["weight"] += 1
        for bid in rerun.bids:
            for leaf in rerun.leaves:
                if leaf.id in rerun.priced:
                    price = Fraction(draw.randint(40, 250))
                    again = rerun.again(Change(amounts={(bid, leaf.id): price})).order()
                    assert same_order(again, priced(found, bid, price).award()), (seed, bid, price)
                    compared["price"] += 1
                elif leaf.scored_by is not None and leaf.scored_by.scale is None:
                    score = Fraction(draw.randint(0, 100))
                    again = rerun.again(Change(raws={(bid, leaf.id): score})).order()
                    assert same_order(again, scored(found, bid, leaf.id, score).award()), (seed, bid, leaf.id, score)
                    compared["score"] += 1
    assert min(compared[name] for name in ("without", "weight", "price", "score")) > 50


@pytest.mark.parametrize("seed", SEEDS)
def test_without_each_bid(seed: int) -> None:
    state = ready(seed)
    if state is None:
        return
    found, result, rerun, attacked = state
    assert [each.bid for each in attacked.without] == list(rerun.bids)
    for each in attacked.without:
        left = first(without(found, each.bid).award())
        assert each.order.first == left
        rest = tuple(bid for bid in first(result) if bid != each.bid)
        expected = left != first(result) if each.bid not in first(result) else bool(rest) and left != rest
        assert each.flips == expected
        assert each.bid in each.statement


@pytest.mark.parametrize("seed", SEEDS)
def test_weight_intervals_and_spans(seed: int) -> None:
    state = ready(seed)
    if state is None:
        return
    found, result, rerun, attacked = state
    base = first(result)
    for each in attacked.weights:
        if not each.varied:
            continue
        name = each.criterion

        def at(share: Fraction, name: str = name) -> tuple[str, ...]:
            return rerun.again(Change(mix=(name, share))).first()

        # a few by the whole award, all others by the rerun that was compared with it
        for share in (Fraction(1, 7), Fraction(6, 7)):
            assert at(share) == first(weighted(found, name, share).award())
        exact = all(point is None or point.exact for point in (each.below, each.above))
        assert (each.spans[0].low, each.spans[-1].high) == (0, 1)
        assert all(before.high == after.low for before, after in pairwise(each.spans))
        for step in range(1, 20):
            share = Fraction(step, 20)
            if exact:
                assert at(share) in [span.first for span in each.spans if span.low <= share <= span.high], (name, share)
                assert not each.low < share < each.high or at(share) == base, (name, share)
        for point, way in ((each.below, -1), (each.above, 1)):
            if point is None or not point.exact or not 0 < point.at < 1:
                continue
            assert at(point.at + way * NEAR) == point.beyond, (name, point)
            assert (at(point.at) == base) == point.holds, (name, point)
            inside = point.at - way * NEAR
            assert (inside - each.published) * way <= 0 or at(inside) == base, (name, point)
            assert point.level or at(point.at) == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_smallest_change_of_every_step(seed: int) -> None:
    state = ready(seed)
    if state is None:
        return
    found, result, rerun, attacked = state
    flips = {(each.bid, each.criterion): each for each in attacked.scores}
    scales = {scale["id"]: [step["id"] for step in scale["steps"]] for scale in found.data["scales"]}
    for leaf in leaves(found.data):
        if "scale" not in leaf.get("scored_by", {}):
            continue
        steps = scales[leaf["scored_by"]["scale"]]
        for bid in rerun.bids:
            cell = (bid, leaf["id"])
            given_steps = [(each.evaluator, each.step) for each in found.judgements if (each.bid, each.criterion) == cell]
            if found.consensus:
                given_steps = [("", each.step) for each in found.consensus if (each.bid, each.criterion) == cell]
            enough = [
                abs(steps.index(step) - steps.index(now))
                for who, now in given_steps
                for step in steps
                if step != now and first(stepped(found, bid, leaf["id"], step, who).award()) != first(result)
            ]
            flip = flips.get(cell)
            assert (abs(flip.steps or 0) if flip is not None else None) == min(enough, default=None), cell
            if flip is not None:
                assert first(stepped(found, bid, leaf["id"], flip.to_step, flip.evaluator).award()) == flip.first
    if attacked.smallest_step is not None:
        assert abs(attacked.smallest_step.steps or 0) == min(abs(each.steps) for each in attacked.scores if each.steps is not None)


@pytest.mark.parametrize("seed", SEEDS)
def test_smallest_change_of_every_figure(seed: int) -> None:
    state = ready(seed)
    if state is None:
        return
    found, result, rerun, attacked = state
    base = first(result)
    flips = {(each.bid, each.criterion): each for each in attacked.scores}
    for leaf in leaves(found.data):
        if "linear" not in leaf.get("scored_by", {}):
            continue
        for bid in rerun.bids:
            before = rerun.raw[bid, leaf["id"]]
            flip = flips.get((bid, leaf["id"]))
            for score in range(0, 101, 10):
                if first(scored(found, bid, leaf["id"], Fraction(score)).award()) != base:
                    assert flip is not None, (bid, leaf["id"], score)
                    assert abs(score - before) >= abs(flip.change) or not flip.exact, (bid, leaf["id"], score)
            if flip is None or not flip.exact:
                continue
            at = first(scored(found, bid, leaf["id"], flip.after).award())
            assert (at != base) == flip.reached
            beside = {
                first(scored(found, bid, leaf["id"], flip.after + way * NEAR).award())
                for way in (1, -1)
                if 0 <= flip.after + way * NEAR <= 100
            }
            assert flip.first == at if flip.reached else flip.first in beside
            assert flip.beyond in beside or 100 in (flip.after, 100 - flip.after)


@pytest.mark.parametrize("seed", SEEDS)
def test_smallest_change_of_every_price(seed: int) -> None:
    state = ready(seed)
    if state is None:
        return
    found, result, rerun, attacked = state
    base = first(result)
    for bid in sorted(rerun.ranked):
        before = rerun.amount[bid, "price"]
        for way in (1, -1):
            flip = next((each for each in attacked.prices if each.bid == bid and _goes(each, way)), None)
            for step in range(1, 16):
                price = (before * Fraction(21, 20) ** (2 * step * way)).limit_denominator(1000)
                if first(priced(found, bid, price).award()) != base:
                    assert flip is not None, (bid, price)
                    assert abs(price - before) >= abs(flip.change) or not flip.exact, (bid, price)
            if flip is None or not flip.exact:
                continue
            at = first(priced(found, bid, flip.after).award())
            assert (at != base) == flip.reached
            assert first(priced(found, bid, flip.after + way * NEAR).award()) == flip.beyond
            assert flip.first == (at if flip.reached else flip.beyond)


def _goes(flip: PriceFlip, way: int) -> bool:
    """Whether a change of price goes this way; one of 0 stands for the least change above or below."""
    return flip.change * way > 0 or (flip.change == 0 and (" above " if way > 0 else " below ") in flip.statement.split(",")[0])


def test_what_losers_needed_by_trying_every_set_of_steps() -> None:
    tried = proven = 0
    for seed in range(400):
        found = given(seed, bids=3)
        judged = [leaf["id"] for leaf in leaves(found.data) if "scale" in leaf.get("scored_by", {})]
        if not found.consensus or not 1 <= len(judged) <= 2:
            continue
        result = found.award()
        lot = result.lots[0]
        if lot.status != "ranked":
            continue
        rerun = Rerun(result, lot)
        for need in attack(result, simulate=False).lots[0].needs:
            if need.bid not in rerun.ranked:
                assert need.steps is None
                continue
            ladders = [[(0, rerun.raw[need.bid, leaf]), *_higher(rerun, need.bid, leaf)] for leaf in judged]
            enough = []
            for chosen in product(*ladders):
                raws = {(need.bid, leaf): value for leaf, (_, value) in zip(judged, chosen, strict=True)}
                if rerun.again(Change(raws=raws)).first() == (need.bid,):
                    enough.append(sum(steps for steps, _ in chosen))
            if need.steps is None:
                # the way downwards starts at every top step; thresholds or rescaling could only make a smaller raise do
                assert not enough or not need.fewest, (seed, need)
                continue
            tried += 1
            if need.fewest:
                proven += 1
                assert need.steps == min(enough), (seed, need)
            else:
                assert need.steps in enough
            raised = found
            for each in need.raises:
                raised = stepped(raised, need.bid, each.criterion, each.to_step)
            assert first(raised.award()) == (need.bid,)
    assert tried > 15
    assert proven > 3


def _higher(rerun: Rerun, bid: str, leaf: str) -> list[tuple[int, Fraction]]:
    way = rerun.lot.criterion_of[leaf].scored_by
    assert way is not None
    assert way.scale is not None
    steps = rerun.procedure.scale_of[way.scale].steps
    here = [step.id for step in steps].index(rerun.cell_of[bid, leaf].agreed)
    return [(place - here, step.value) for place, step in enumerate(steps) if place > here]


def test_price_needed_at_the_same_quality() -> None:
    seen = 0
    for seed in range(30):
        found = case(seed)
        result = found.award()
        if result.lots[0].status != "ranked":
            continue
        for need in attack(result, simulate=False).lots[0].needs:
            if need.price is None or not need.price_exact:
                continue
            seen += 1
            assert first(priced(found, need.bid, need.price - NEAR).award()) == (need.bid,), (seed, need)
            assert (first(priced(found, need.bid, need.price).award()) == (need.bid,)) == need.price_reached, (seed, need)
            assert need.amount is not None
            for share in range(1, 10):
                price = need.price + (need.amount - need.price) * Fraction(share, 10)
                assert first(priced(found, need.bid, price).award()) != (need.bid,), (seed, need, price)
    assert seen > 8


def test_ranges_of_ranks_over_open_judgements() -> None:
    ways: Counter[str] = Counter()
    for seed in range(120):
        found = given(seed, bids=3)
        draw = random.Random(seed)
        records = list(found.consensus or found.judgements)
        if len(records) < 2:
            continue
        dropped = draw.sample(records, 2 if found.consensus else 1)
        open_cells = {(each.bid, each.criterion) for each in dropped}
        if len(open_cells) < len(dropped):
            continue
        keep_judgements = tuple(each for each in found.judgements if each not in dropped)
        keep_consensus = tuple(each for each in found.consensus if each not in dropped)
        partly = found.changed(judgements=keep_judgements, consensus=keep_consensus)
        result = partly.award()
        if result.lots[0].status != "incomplete":
            continue
        ranges = attack(result).lots[0].open_answers
        ways[ranges.way] += 1
        steps = {scale["id"]: [step["id"] for step in scale["steps"]] for scale in found.data["scales"]}
        ids = {leaf["id"]: steps[leaf["scored_by"]["scale"]] for leaf in leaves(found.data) if "scale" in leaf.get("scored_by", {})}
        seen: dict[str, set[int]] = {each.bid: set() for each in ranges.ranges}
        gone: set[str] = set()
        for chosen in product(*(ids[each.criterion] for each in dropped)):
            filled = [each.model_copy(update={"step": step}) for each, step in zip(dropped, chosen, strict=True)]
            whole = (
                partly.changed(consensus=(*keep_consensus, *filled))
                if found.consensus
                else partly.changed(judgements=(*keep_judgements, *filled))
            )
            ranks = {each.bid: each.rank for each in whole.award().lots[0].ranking}
            for bid in seen:
                if ranks.get(bid) is None:
                    gone.add(bid)
                else:
                    seen[bid].add(ranks[bid] or 0)
        for each in ranges.ranges:
            if ranges.way == "enumerated":
                assert (each.best, each.worst) == (min(seen[each.bid], default=0), max(seen[each.bid], default=0)), (seed, each)
                assert each.can_leave == (each.bid in gone)
            else:
                assert each.best <= min(seen[each.bid], default=each.best), (seed, each)
                assert each.worst >= max(seen[each.bid], default=each.worst), (seed, each)
        if ranges.winner:
            assert seen[ranges.winner] == {1}
    assert ways["extremes"] > 5
    assert ways["enumerated"] > 5


def test_an_attack_reads_back_equal_and_does_not_depend_on_order() -> None:
    for seed in range(12):
        found = given(seed)
        attacked = attack(found.award())
        assert Attack.from_json(attacked.to_json()) == attacked
        turned = found.changed(bids=found.bids[::-1], judgements=found.judgements[::-1], consensus=found.consensus[::-1])
        assert attack(turned.award()).to_json() == attacked.to_json()
