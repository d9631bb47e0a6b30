"""The same questions as an attack asks, answered the long way: change what was given, and evaluate the whole procedure again."""

from __future__ import annotations

import copy
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

from tenderloop.award.bid import Offered
from tenderloop.award.result import AwardResult

sys.path.insert(0, str(Path(__file__).parent))
from random_procedures import Given, given


def case(seed: int, **more: Any) -> Given:
    """A random procedure in which every leaf of quality that no panel judges reads a fact of its own, 0 to 100, which is its score."""
    found = given(seed, **more)
    result = found.award()
    data = copy.deepcopy(found.data)
    answers: dict[str, dict[str, Fraction]] = {bid.id: {} for bid in found.bids}
    facts = list(data["facts"])
    for group in data["lots"][0]["criteria"]:
        whole = sum(each["weight"] for each in group.get("criteria", []))
        for each in group.get("criteria", []):
            each["weight"] = Fraction(each["weight"] * 100, whole)  # of the group, so that the group's own weight can change alone
    for leaf in leaves(data):
        if leaf["type"] != "quality" or "scale" in leaf["scored_by"]:
            continue
        name = fact_of(leaf["id"])
        for bid in found.bids:
            score = result.lots[0].leaf_of.get((bid.id, leaf["id"]))
            assert score is not None
            assert score.raw is not None
            answers[bid.id][name] = score.raw
        leaf["scored_by"] = {"linear": {"fact": name, "from": 0, "to": 100}}
        facts.append({"id": name, "kind": "number", "question": "Which score?"})
    data["facts"] = facts
    bids = tuple(_answered(bid, answers[bid.id]) for bid in found.bids)
    return found.changed(data=data, bids=bids)


def fact_of(leaf: str) -> str:
    """The fact that a leaf reads."""
    return "score_of_" + leaf.replace(".", "_")


def leaves(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The leaves of the only lot."""
    return [leaf for each in data["lots"][0]["criteria"] for leaf in each.get("criteria", [each])]


def _answered(bid: Any, answers: dict[str, Fraction]) -> Any:
    more = {name: Offered(kind="number", value=value) for name, value in answers.items()}
    return bid.model_copy(update={"facts": {**bid.facts, **more}})


def first(result: AwardResult) -> tuple[str, ...]:
    """The bids at rank 1."""
    return tuple(each.bid for each in result.lots[0].ranking if each.rank == 1)


def without(found: Given, bid: str) -> Given:
    """As if a bid had never come."""
    return found.changed(
        bids=tuple(each for each in found.bids if each.id != bid),
        judgements=tuple(each for each in found.judgements if each.bid != bid),
        consensus=tuple(each for each in found.consensus if each.bid != bid),
    )


def weighted(found: Given, criterion: str, share: Fraction) -> Given:
    """A criterion has this share among its siblings, which keep their proportions."""
    data = copy.deepcopy(found.data)
    groups = [data["lots"][0]["criteria"], *(each["criteria"] for each in data["lots"][0]["criteria"] if "criteria" in each)]
    for siblings in groups:
        if criterion not in [each["id"] for each in siblings]:
            continue
        whole = sum(Fraction(each["weight"]) for each in siblings)
        others = sum(Fraction(each["weight"]) for each in siblings if each["id"] != criterion)
        for each in siblings:
            each["weight"] = whole * (share if each["id"] == criterion else (1 - share) * Fraction(each["weight"]) / others)
    return found.changed(data=data)


def scored(found: Given, bid: str, leaf: str, score: Fraction) -> Given:
    """A bid has another score on a leaf that reads a fact."""
    return found.changed(bids=tuple(_answered(each, {fact_of(leaf): score}) if each.id == bid else each for each in found.bids))


def stepped(found: Given, bid: str, leaf: str, step: str, evaluator: str = "") -> Given:
    """A bid has another agreed step, or another step by one evaluator."""
    if evaluator:
        changed = tuple(
            each.model_copy(update={"step": step}) if (each.bid, each.criterion, each.evaluator) == (bid, leaf, evaluator) else each
            for each in found.judgements
        )
        return found.changed(judgements=changed)
    agreed = tuple(
        each.model_copy(update={"step": step}) if (each.bid, each.criterion) == (bid, leaf) else each for each in found.consensus
    )
    return found.changed(consensus=agreed)


def priced(found: Given, bid: str, price: Fraction) -> Given:
    """A bid has another price."""
    return found.changed(bids=tuple(each.model_copy(update={"price": price}) if each.id == bid else each for each in found.bids))
