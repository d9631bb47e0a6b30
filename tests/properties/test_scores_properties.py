"""What must hold of every score, whatever the pack and the case (ARCHITECTURE, tests that carry the design).

Each property runs on small packs made up whole and on the shipped packs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import answer, answered, proven, same_dimension, shipped, small_pack, variant, world
from worlds import case as random_case

from tenderloop import evaluate
from tenderloop.case import Answer, Case, Evidence, FactValue
from tenderloop.expression import Contains, Name, walk
from tenderloop.pack import Fact, Indicator, Pack
from tenderloop.plan import compile_pack
from tenderloop.quantity import convert
from tenderloop.result import Node, Result

KINDS = pytest.mark.parametrize("from_shipped", [False, True], ids=["small", "shipped"])
SEEDS = given(seed=st.integers(0, 2**63))
GATE_ORDER = ("fail", "undecided", "pass")


def place(result: Result, rating: str) -> int:
    """The place of a rating on its ladder, worst first; rejected is below all."""
    return -1 if rating == "rejected" else [name for _, name in result.ladder.bands].index(rating)


def figures(result: Result) -> dict[str, Any]:
    """Everything that a score, a gate, a check or a rating says, whatever the order and the wording."""
    return {
        "total": (result.score, result.range, result.coverage, result.score_na_as_zero, result.reliable),
        "rating": (result.rating, result.rating_by_score, result.rating_best, result.provisional),
        "nodes": {node.id: (node.status, node.score, node.range, node.coverage, node.share, node.plain, node.cap) for node in result.nodes},
        "gates": {gate.id: (gate.status, gate.grade) for gate in result.gates},
        "checks": {check.id: check.status for check in result.checks},
        "derived": {value.id: value.value for value in result.derived},
    }


def within(inner: Node | Result, outer: Node | Result) -> bool:
    """Whether a range lies inside an earlier one."""
    assert inner.range is not None
    assert outer.range is not None
    return outer.range.low <= inner.range.low and inner.range.high <= outer.range.high


# ------------------------------------------------------------------------------------------------------------------- more answers


@KINDS
@SEEDS
def test_more_answers_never_widen_a_range(from_shipped: bool, seed: int) -> None:
    rng = Random(seed)
    made = world(rng, from_shipped=from_shipped)
    before, after = evaluate(made.case, made.pack), evaluate(made.later, made.pack)
    for old, new in zip(before.nodes, after.nodes, strict=True):
        if old.range is None:
            assert new.range is None, f"{old.id} applies again"
        elif new.range is None:
            assert old.optional, f"{old.id} was sure to apply"
        else:
            assert within(new, old), old.id
            assert new.coverage >= old.coverage or old.kind != "indicator", old.id
    if before.range is not None and after.range is not None:
        assert within(after, before)


@KINDS
@SEEDS
def test_the_final_score_lies_in_every_earlier_range(from_shipped: bool, seed: int) -> None:
    rng = Random(seed)
    made = world(rng, from_shipped=from_shipped)
    final = answered(rng, made.pack, made.later)
    last = evaluate(final, made.pack)
    for earlier in (made.case, made.later):
        before = evaluate(earlier, made.pack)
        for old, new in zip(before.nodes, last.nodes, strict=True):
            if new.score is not None:
                assert old.range is not None
                assert old.range.low <= new.score <= old.range.high, old.id
        if last.score is not None:
            assert before.range is not None
            assert before.range.low <= last.score <= before.range.high
            assert place(before, before.rating_by_score) <= place(last, last.rating_by_score)
            assert place(last, last.rating) <= place(before, before.rating_best)


@KINDS
@SEEDS
def test_a_decided_gate_or_check_stays_decided(from_shipped: bool, seed: int) -> None:
    rng = Random(seed)
    made = world(rng, from_shipped=from_shipped)
    before, after = evaluate(made.case, made.pack), evaluate(made.later, made.pack)
    for old, new in zip(before.gates, after.gates, strict=True):
        if old.status in ("fail", "not_applicable"):
            assert new.status == old.status, old.id
        elif old.status == "pass":
            assert new.status in ("pass", "not_applicable"), old.id
    for was, now in zip(before.checks, after.checks, strict=True):
        if was.status != "unknown":
            assert now.status == was.status, was.id


# ------------------------------------------------------------------------------------------------------------------------ silence


@KINDS
@SEEDS
def test_silence_never_beats_an_answer(from_shipped: bool, seed: int) -> None:
    rng = Random(seed)
    made = world(rng, from_shipped=from_shipped)
    if not made.later.facts:
        return
    dropped = rng.sample(sorted(made.later.facts), min(len(made.later.facts), rng.randint(1, 5)))
    silent = made.later.model_copy(update={"facts": {name: each for name, each in made.later.facts.items() if name not in dropped}})
    spoken, quiet = evaluate(made.later, made.pack), evaluate(silent, made.pack)
    if spoken.score is not None:
        assert quiet.score is not None
        assert quiet.score <= spoken.score
        assert place(quiet, quiet.rating_by_score) <= place(spoken, spoken.rating_by_score)
    for loud, still in zip(spoken.indicators, quiet.indicators, strict=True):
        if loud.score is not None:
            assert still.score is not None
            assert still.score <= loud.score, loud.id


@KINDS
@SEEDS
def test_a_gate_is_never_passed_by_silence(from_shipped: bool, seed: int) -> None:
    rng = Random(seed)
    made = world(rng, from_shipped=from_shipped)
    result = evaluate(made.later, made.pack)
    passed = [gate for gate in result.gates if gate.status == "pass"]
    assert all(gate.facts for gate in result.gates)
    for gate in passed:
        assert set(gate.facts) & made.later.facts.keys(), gate.id
    if passed:
        asked = rng.choice(passed)
        unsaid = {name: each for name, each in made.later.facts.items() if name not in asked.facts}
        after = evaluate(made.later.model_copy(update={"facts": unsaid}), made.pack)
        assert {gate.id: gate.status for gate in after.gates}[asked.id] == "undecided"
        bare = {name: each.model_copy(update={"evidence": ()}) for name, each in made.later.facts.items()}
        claimed = evaluate(made.later.model_copy(update={"facts": bare}), made.pack)
        least = {gate.id: gate.min_grade for gate in made.pack.gates}
        assert all(gate.status != "pass" for gate in claimed.gates if least[gate.id] > 0)


@KINDS
@SEEDS
def test_better_evidence_never_lowers_a_score(from_shipped: bool, seed: int) -> None:
    rng = Random(seed)
    made = world(rng, from_shipped=from_shipped)
    proven = {name: each.model_copy(update={"evidence": (*each.evidence, Evidence(grade=4))}) for name, each in made.case.facts.items()}
    before = evaluate(made.case, made.pack)
    after = evaluate(made.case.model_copy(update={"facts": proven}), made.pack)
    for old, new in zip(before.nodes, after.nodes, strict=True):
        assert old.status == new.status
        if old.score is not None and new.score is not None:
            assert old.score <= new.score, old.id


# ---------------------------------------------------------------------------------------------------------- what changes nothing


@KINDS
@SEEDS
def test_scaling_sibling_weights_changes_nothing(from_shipped: bool, seed: int) -> None:
    rng = Random(seed)
    made = world(rng, from_shipped=from_shipped)
    factor = rng.choice((Fraction(2), Fraction(1, 3), Fraction(7, 5), Fraction(100)))
    asked = made.pack
    parents = [("root", asked.aggregate)] + [
        (each.id, each.aggregate) for outcome in asked.outcomes for each in (outcome, *outcome.criteria)
    ]
    free = [name for name, way in parents if way != "sum"]  # a sum of weighted points is meant to grow with its weights
    if not free:
        return
    parent = rng.choice(free)
    outcomes = tuple(
        each.model_copy(
            update={
                "weight": each.weight * (factor if parent == "root" else 1),
                "criteria": tuple(
                    criterion.model_copy(update={"weight": criterion.weight * (factor if parent == each.id else 1)})
                    for criterion in each.criteria
                ),
            }
        )
        for each in asked.outcomes
    )
    indicators = tuple(
        each.model_copy(update={"weight": each.weight * factor}) if each.criterion == parent else each for each in asked.indicators
    )
    assert figures(evaluate(made.case, variant(asked, outcomes=outcomes, indicators=indicators))) == figures(evaluate(made.case, asked))


def shuffled(rng: Random, items: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(rng.sample(items, len(items)))


@KINDS
@SEEDS
def test_the_order_of_anything_changes_nothing(from_shipped: bool, seed: int) -> None:
    rng = Random(seed)
    made = world(rng, from_shipped=from_shipped)
    asked, case = made.pack, made.later
    outcomes = [each.model_copy(update={"criteria": shuffled(rng, each.criteria)}) for each in asked.outcomes]
    mixed = variant(
        asked,
        outcomes=shuffled(rng, outcomes),
        **{name: shuffled(rng, getattr(asked, name)) for name in ("facts", "indicators", "gates", "checks", "derived", "parameters")},
    )
    assert figures(evaluate(case, mixed)) == figures(evaluate(case, asked))


@KINDS
@SEEDS
def test_the_order_in_a_case_changes_nothing(from_shipped: bool, seed: int) -> None:
    rng = Random(seed)
    made = world(rng, from_shipped=from_shipped)
    case = made.later
    facts = {name: reordered(rng, case.facts[name]) for name in shuffled(rng, list(case.facts))}
    absent = {name: case.not_applicable[name] for name in shuffled(rng, list(case.not_applicable))}
    mixed = case.model_copy(update={"facts": facts, "not_applicable": absent})
    assert mixed.hash == case.hash
    plain = evaluate(case, made.pack)
    assert figures(evaluate(mixed, made.pack)) == figures(plain)
    if not from_shipped:  # the order of papers and rows stays as it was given; that of facts and marks leaves every byte as it is
        kept = case.model_copy(update={"facts": {name: case.facts[name] for name in facts}, "not_applicable": absent})
        assert evaluate(kept, made.pack).to_json() == plain.to_json()


def reordered(rng: Random, answer: Answer) -> Answer:
    value = shuffled(rng, answer.value) if isinstance(answer.value, tuple) else answer.value
    if answer.kind == "table":
        assert isinstance(value, tuple)
        value = tuple({name: row[name] for name in reversed(list(row))} for row in value)
    return answer.model_copy(update={"value": value, "evidence": tuple(reversed(answer.evidence))})


@KINDS
@SEEDS
def test_the_unit_given_does_not_matter(from_shipped: bool, seed: int) -> None:
    rng = Random(seed)
    made = world(rng, from_shipped=from_shipped)
    case = made.later
    facts = dict(case.facts)
    for name, held in case.facts.items():
        others = same_dimension(held.unit) if held.kind == "number" else ()
        if others:
            assert isinstance(held.value, Fraction)
            unit = rng.choice(others)
            facts[name] = held.model_copy(update={"value": convert(held.value, held.unit, unit), "unit": unit})
    other = case.model_copy(update={"facts": facts})
    assert other.hash == case.hash
    assert figures(evaluate(other, made.pack)) == figures(evaluate(case, made.pack))


@KINDS
@SEEDS
def test_not_applicable_equals_absent(from_shipped: bool, seed: int) -> None:
    rng = Random(seed)
    made = world(rng, from_shipped=from_shipped)
    full = evaluate(made.later, made.pack)
    gone = {node.id for node in full.indicators if node.status == "not_applicable"}
    left: list[Indicator] = [each for each in made.pack.indicators if each.id not in gone]
    small = variant(made.pack, indicators=tuple(left))
    marks = {name: why for name, why in made.later.not_applicable.items() if name not in gone}
    bare = evaluate(made.later.model_copy(update={"not_applicable": marks}), small)
    assert (bare.score, bare.range, bare.coverage) == (full.score, full.range, full.coverage)
    assert (bare.rating, bare.rating_best, bare.provisional) == (full.rating, full.rating_best, full.provisional)
    kept = {node.id: (node.score, node.range, node.share) for node in full.nodes if node.id not in gone}
    assert {node.id: (node.score, node.range, node.share) for node in bare.nodes} == kept


# ------------------------------------------------------------------------------------------------------------------- better cases


@SEEDS
def test_a_case_at_least_as_good_everywhere_never_ranks_below(seed: int) -> None:
    """In a pack whose rules all follow the good direction of each fact: more, proven better, or answered at all."""
    rng = Random(seed)
    asked = small_pack(rng, rising=True)
    worse = random_case(rng, asked)
    low, high = evaluate(worse, asked), evaluate(raised(rng, asked, worse), asked)
    assert_no_worse(low, high)
    for was, now in zip(low.gates, high.gates, strict=True):
        if was.status in GATE_ORDER and now.status in GATE_ORDER and was.status != "undecided":
            assert GATE_ORDER.index(was.status) <= GATE_ORDER.index(now.status), was.id


def assert_no_worse(low: Result, high: Result) -> None:
    for old, new in zip(low.nodes, high.nodes, strict=True):
        assert (old.score is None) == (new.score is None)
        if old.score is not None and new.score is not None:
            assert old.score <= new.score, old.id
    if low.score is not None:
        assert high.score is not None
        assert low.score <= high.score
        assert place(low, low.rating_by_score) <= place(high, high.rating_by_score)


def raised(rng: Random, asked: Pack, case: Case) -> Case:
    """Each answer the same, or better, or better proven; open facts may be answered."""
    facts: dict[str, Answer] = {}
    for fact in asked.facts:
        given_answer = case.facts.get(fact.id)
        if given_answer is not None:
            better = (
                given_answer.model_copy(update={"value": more_of(rng, fact, given_answer.value)}) if rng.random() < 0.5 else given_answer
            )
            facts[fact.id] = proven(rng, better)
        elif rng.random() < 0.3:
            facts[fact.id] = answer(rng, fact)
    return case.model_copy(update={"facts": facts})


def more_of(rng: Random, fact: Fact, value: FactValue, *, upward: bool = True) -> FactValue:
    """A value that is better, where more is better (for a number: where ``upward`` says so)."""
    if fact.kind == "yes_no":
        return True
    if fact.kind == "choice":
        return tuple(fact.options)[-1]
    if fact.kind == "choices":
        assert isinstance(value, tuple)
        chosen = {str(each) for each in value}
        return tuple(each for each in fact.options if each in chosen or rng.random() < 0.5)
    if fact.kind == "level":
        assert isinstance(value, Fraction)
        return min(value + 1, Fraction(len(fact.levels) - 1))
    if fact.kind == "number":
        assert isinstance(value, Fraction)
        step = rng.choice((Fraction(1, 10), Fraction(1, 2), Fraction(5), Fraction(1000)))
        return value + step if upward else value - step
    return value


@SEEDS
def test_more_of_a_good_thing_never_lowers_a_shipped_score(seed: int) -> None:
    """Levels, lists and single numbers of the shipped packs, each raised in its indicator's good direction."""
    rng = Random(seed)
    asked = rng.choice(shipped())
    rising = directions(asked)
    name = rng.choice(sorted(rising))
    fact = asked.fact_of[name]
    before = answer(rng, fact)
    after = before.model_copy(update={"value": more_of(rng, fact, before.value, upward=rising[name])})
    base = random_case(rng, asked, share=0.2)
    low, high = (evaluate(base.model_copy(update={"facts": {**base.facts, name: each}}), asked) for each in (before, after))
    assert_no_worse(low, high)


@lru_cache(maxsize=8)
def _directions(hash_: str) -> dict[str, bool]:
    asked = next(each for each in shipped() if each.hash == hash_)
    plan = compile_pack(asked)
    readers = Counter(name for step in (*plan.indicators, *plan.gates) for name in step.facts)
    computed = {each.id for value in plan.values if value.rule is not None for each in walk(value.rule) if isinstance(each, Name)}
    found: dict[str, bool] = {}
    for step in plan.indicators:
        scoring = step.declared.scoring
        bare = {each.id for rule in step.rules for each in walk(rule) if isinstance(each, Name)}
        asks = {each.id for each in walk(step.applies) if isinstance(each, Name)} if step.applies is not None else set()
        for name in bare - computed - asks:
            kind = asked.fact_of[name].kind if name in asked.fact_of and readers[name] == 1 else ""
            alone = isinstance(step.rules[0], Name)
            if scoring.levels is not None and kind == "level":
                found[name] = True
            elif scoring.linear is not None and alone and kind == "number":
                found[name] = scoring.linear.end.base > scoring.linear.start.base
            elif scoring.piecewise is not None and alone and kind == "number":
                scores = [score for _, score in scoring.piecewise.points]
                if scores in (sorted(scores), sorted(scores, reverse=True)):
                    found[name] = scores[-1] > scores[0]
            elif scoring.checklist is not None and kind == "choices" and all(isinstance(rule, Contains) for rule in step.rules):
                found[name] = True
    return found


def directions(asked: Pack) -> dict[str, bool]:
    """Facts that one indicator alone reads, by name, and whether more is better."""
    return _directions(asked.hash)


def test_the_shipped_packs_give_the_property_enough_to_try() -> None:
    assert {asked.id: len(directions(asked)) for asked in shipped() if len(directions(asked)) < 10} == {}
