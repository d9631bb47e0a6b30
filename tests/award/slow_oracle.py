"""A second, slow and plain implementation of one lot, written from docs/award.md alone: dictionaries, loops, no shared code but the models.

It computes totals and ranks for the procedures of random_procedures.py; it explains nothing.
"""

from __future__ import annotations

import statistics
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

from random_procedures import SCALES, Given


def ranks_and_totals(given: Given) -> tuple[dict[str, int], dict[str, Fraction]]:
    """Rank and total by bid; bids that left are in neither."""
    data = given.data
    rules = data["rules"]
    tree = data["lots"][0]["criteria"]
    staying = sorted(bid.id for bid in given.bids)
    scores: dict[str, dict[str, Fraction]] = {name: {} for name in staying}

    # every leaf of quality
    for node in _nodes(tree):
        if "scored_by" in node:
            for bid in given.bids:
                scores[bid.id][node["id"]] = _leaf(given, bid, node["id"], node["scored_by"])

    plain = {name: {node["id"]: _value(node, scores[name]) for node in _nodes(tree) if node["type"] == "quality"} for name in staying}

    # rescaling multiplies a criterion's score so that the best has 100; a group is rescaled on top of its rescaled parts
    def rescaled(bids: list[str]) -> dict[str, dict[str, Fraction]]:
        done: dict[str, dict[str, Fraction]] = {name: {} for name in bids}
        for node in sorted(_nodes(tree), key=lambda each: "criteria" in each):
            if node["type"] != "quality":
                continue
            own = {}
            for name in bids:
                if "criteria" in node:
                    whole = sum(part["weight"] for part in node["criteria"])
                    own[name] = sum((done[name][part["id"]] * Fraction(part["weight"], whole) for part in node["criteria"]), Fraction(0))
                else:
                    own[name] = scores[name][node["id"]]
            best = max(own.values(), default=Fraction(0))
            for name in bids:
                done[name][node["id"]] = own[name] * 100 / best if node.get("rescale") and best > 0 else own[name]
        return done

    if rules["threshold_when"] == "after_rescaling":
        final = rescaled(staying)
        staying = _passing(tree, staying, final)
    else:
        staying = _passing(tree, staying, plain)
        final = rescaled(staying)
    if not staying:
        return {}, {}

    # prices of those who stay
    prices = {bid.id: bid.price for bid in given.bids if bid.id in staying}
    for node in tree:
        if node["type"] == "price":
            for name in staying:
                final[name][node["id"]] = 100 * _price(node["formula"], prices, name)

    # points: the score of a top criterion times its weight; rounded for each leaf where the rule says so
    whole = sum(node["weight"] for node in tree)
    totals = {}
    for name in staying:
        total = Fraction(0)
        for node in tree:
            share = Fraction(node["weight"], whole)
            for part, inside in _parts(node):
                points = final[name][part["id"]] * share * inside
                if part is not node:
                    points *= _group_factor(node, final, name)
                total += _rounded(points, rules["rounding"]) if rules["rounding"]["at"] == "criterion" else points
        totals[name] = _rounded(total, rules["rounding"]) if rules["rounding"]["at"] == "total" else total

    def key(name: str) -> list[Any]:
        found: list[Any] = [-totals[name]]
        for step in rules["ties"]:
            if step == "lowest_price":
                found.append(prices[name])
            elif step.startswith("score:"):
                found.append(-final[name][step[6:]])
        return found

    return {name: 1 + sum(key(other) < key(name) for other in staying) for name in staying}, totals


def _nodes(tree: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for node in tree for each in (node, *node.get("criteria", ()))]


def _parts(node: dict[str, Any]) -> list[tuple[dict[str, Any], Fraction]]:
    if "criteria" not in node:
        return [(node, Fraction(1))]
    whole = sum(part["weight"] for part in node["criteria"])
    return [(part, Fraction(part["weight"], whole)) for part in node["criteria"]]


def _group_factor(node: dict[str, Any], final: dict[str, dict[str, Fraction]], name: str) -> Fraction:
    """What rescaling the group made of its parts: the same factor for every bid."""
    for each in [name, *final]:
        before = sum((final[each][part["id"]] * inside for part, inside in _parts(node)), Fraction(0))
        if before:
            return final[each][node["id"]] / before
    return Fraction(1)


def _value(node: dict[str, Any], scores: dict[str, Fraction]) -> Fraction:
    return sum((scores[part["id"]] * inside for part, inside in _parts(node)), Fraction(0))


def _passing(tree: list[dict[str, Any]], bids: list[str], table: dict[str, dict[str, Fraction]]) -> list[str]:
    limits = [(node["id"], node["threshold"]) for node in _nodes(tree) if "threshold" in node]
    enough = [name for name in bids if all(table[name][node] >= each.get("min_score", 0) for node, each in limits)]
    staying = set(enough)
    for node, each in limits:
        if "max_pass" in each:
            for name in enough:
                if sum(table[other][node] > table[name][node] for other in enough) >= each["max_pass"]:
                    staying.discard(name)
    return sorted(staying)


def _leaf(given: Given, bid: Any, criterion: str, way: dict[str, Any]) -> Fraction:
    facts = {name: offered.value for name, offered in bid.facts.items()}
    if "scale" in way:
        values = {step["id"]: step["value"] for scale in SCALES if scale["id"] == way["scale"] for step in scale["steps"]}  # type: ignore[attr-defined]
        rule = given.data["rules"]["aggregation"]
        if rule == "consensus":
            agreed = [each.step for each in given.consensus if each.bid == bid.id and each.criterion == criterion]
            return Fraction(values[agreed[0]])
        found = sorted(Fraction(values[each.step]) for each in given.judgements if each.bid == bid.id and each.criterion == criterion)
        if rule == "mean":
            return sum(found, Fraction(0)) / len(found)
        if rule == "median":
            return Fraction(statistics.median(found))
        middle = found[1:-1] if len(found) > 2 else found
        return sum(middle, Fraction(0)) / len(middle)
    if "ladder" in way:
        reached = [score for start, score in way["ladder"]["points"] if facts[way["ladder"]["fact"]] >= start]
        return Fraction(reached[-1] if reached else 0)
    if "linear" in way:
        line = way["linear"]
        part = (facts[line["fact"]] - line["from"]) / Fraction(line["to"] - line["from"])
        return 100 * min(max(part, Fraction(0)), Fraction(1))
    if "features" in way:
        return Fraction(sum(each["points"] for each in way["features"] if facts[each["fact"]]))
    assert way["rule"] == "take_back and years >= 5 year"
    return Fraction(100 if facts["take_back"] and facts["years"] >= 5 else 0)


def _price(formula: dict[str, Any], prices: dict[str, Fraction], name: str) -> Fraction:
    if formula["name"] == "lowest_price_ratio":
        return min(prices.values()) / prices[name]
    zero, full = formula["parameters"]["zero_score_at"], formula["parameters"]["full_score_at"]
    return min(max(Fraction(zero - prices[name]) / (zero - full), Fraction(0)), Fraction(1))


def _rounded(value: Fraction, rounding: dict[str, Any]) -> Fraction:
    mode = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}[rounding["mode"]]
    with localcontext() as context:
        context.prec = 400
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return Fraction(exact.quantize(Decimal(1).scaleb(-rounding["places"]), rounding=mode))
