"""A pack compiled once into steps that run the same on one case in exact rationals and on many cases as columns.

Knows the order of computing and which facts each step reads. Must not know how a single operation is done (scalar.py, columns.py) nor how a
result is worded (evaluate.py).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Generic, Literal, Protocol, TypeVar

from tenderloop.aggregate import Way
from tenderloop.curves import Checklist, Choice, Curve, Levels, Linear, Piecewise, Steps, YesNo
from tenderloop.errors import Problem, Problems
from tenderloop.expression import Expression, Kernel, names_in, run
from tenderloop.pack import (
    STAGES,
    CapRating,
    Check,
    ChecklistScoring,
    ChoiceScoring,
    Gate,
    Indicator,
    LevelsScoring,
    LinearScoring,
    Pack,
    PiecewiseScoring,
    Place,
    Scoring,
    Stage,
    StepsScoring,
    YesNoScoring,
)
from tenderloop.vocabulary import Value, Vocabulary, vocabulary

V = TypeVar("V")
L = TypeVar("L")
Absent = Literal["stage", "rule", "marked", "profile"]


@dataclass(frozen=True)
class IndicatorStep:
    """One indicator: what it reads, how a value becomes a score at each stage, what weak evidence is capped at."""

    declared: Indicator
    rules: tuple[Expression, ...]
    applies: Expression | None
    facts: tuple[str, ...]
    curves: Mapping[Stage, Curve | Checklist]
    caps: Mapping[int, Fraction]

    @property
    def id(self) -> str:
        """The indicator's id."""
        return self.declared.id

    @property
    def lowest(self) -> bool:
        """Whether an open answer counts the lowest score of the rule instead of 0."""
        return self.declared.if_unknown == "lowest"


@dataclass(frozen=True)
class GateStep:
    """One gate."""

    declared: Gate
    passes: Expression
    applies: Expression | None
    facts: tuple[str, ...]


@dataclass(frozen=True)
class CheckStep:
    """One consistency check."""

    declared: Check
    holds: Expression
    facts: tuple[str, ...]


class Arithmetic(Kernel[V], Protocol[V, L]):
    """How single operations are done: on one value each, or on columns."""

    def method(self, value: Value, inputs: Mapping[str, V]) -> V:
        """Run a named method and take one output; unknown when any bound input is unknown or the method refuses."""
        ...

    def leaf(self, step: IndicatorStep, curve: Curve | Checklist, values: Sequence[V], applies: V | None) -> L:
        """Score one indicator: its range under the evidence at hand."""
        ...

    def absent(self, why: Absent) -> L:
        """A part that does not count."""
        ...

    def gather(self, way: Way, parts: Sequence[tuple[L, Fraction]]) -> L:
        """Score a parent from its parts and their weights."""
        ...


@dataclass(frozen=True)
class Run(Generic[V, L]):
    """What one run gave: derived values, scores by node (``""`` is the root), and the truth of gates and checks."""

    values: Mapping[str, V]
    nodes: Mapping[str, L]
    gates: Mapping[str, tuple[V, V | None] | None]
    checks: Mapping[str, V]


@dataclass(frozen=True)
class Plan:
    """A compiled pack."""

    pack: Pack
    words: Vocabulary
    values: tuple[Value, ...]
    indicators: tuple[IndicatorStep, ...]
    gates: tuple[GateStep, ...]
    checks: tuple[CheckStep, ...]

    @cached_property
    def indicator_of(self) -> Mapping[str, IndicatorStep]:
        """Indicator steps by id."""
        return {step.id: step for step in self.indicators}

    @cached_property
    def _needed(self) -> Mapping[Stage, tuple[Value, ...]]:
        """By stage, the derived values that a score or a gate reads, directly or through others."""
        found: dict[Stage, tuple[Value, ...]] = {}
        for stage in STAGES:
            rules = [rule for step in self.indicators if stage in step.curves for rule in (*step.rules, step.applies)]
            rules += [rule for gate in self.gates if stage in self.pack.stages_of(gate.declared) for rule in (gate.passes, gate.applies)]
            names = {name for rule in rules if rule is not None for name in names_in(rule)}
            for value in reversed(self.values):
                if value.declared.id in names:
                    names |= {name for rule in value.rules for name in names_in(rule)}
            found[stage] = tuple(value for value in self.values if value.declared.id in names)
        return found

    def run(
        self,
        kernel: Arithmetic[V, L],
        fact: Callable[[str], V],
        stage: Stage,
        marked: Callable[[str], bool] = lambda _: False,
        *,
        whole: bool = True,
    ) -> Run[V, L]:
        """Run every step. ``fact`` gives a fact's or parameter's value; ``marked`` says which indicators a person marked not applicable.

        ``whole`` False leaves out what neither a score nor a gate of this stage needs: checks, and derived values that only they read.
        """
        values: dict[str, V] = {}

        def value_of(name: str) -> V:
            return values[name] if name in values else fact(name)

        for value in self.values if whole else self._needed[stage]:
            if value.rule is not None:
                values[value.declared.id] = run(value.rule, value_of, kernel)
            else:
                inputs: dict[str, V] = {}
                for bound in value.bound:
                    if bound.rule is not None:
                        inputs[bound.input.name] = run(bound.rule, value_of, kernel)
                    elif bound.table is not None:
                        inputs[bound.input.name] = fact(bound.table)
                values[value.declared.id] = kernel.method(value, inputs)
        nodes: dict[str, L] = {}
        for step in self.indicators:
            if stage not in self.pack.stages_of(step.declared):
                nodes[step.id] = kernel.absent("stage")
            elif step.id in self.pack.absent:
                nodes[step.id] = kernel.absent("profile")
            elif marked(step.id):
                nodes[step.id] = kernel.absent("marked")
            else:
                applies = None if step.applies is None else run(step.applies, value_of, kernel)
                nodes[step.id] = kernel.leaf(step, step.curves[stage], [run(rule, value_of, kernel) for rule in step.rules], applies)
        nodes.update(self.gather(kernel, nodes))
        gates = {
            gate.declared.id: (run(gate.passes, value_of, kernel), None if gate.applies is None else run(gate.applies, value_of, kernel))
            if stage in self.pack.stages_of(gate.declared)
            else None
            for gate in self.gates
        }
        checks = {check.declared.id: run(check.holds, value_of, kernel) for check in self.checks if whole}
        return Run(values, nodes, gates, checks)

    def gather(self, kernel: Arithmetic[V, L], leaves: Mapping[str, L]) -> dict[str, L]:
        """Criteria, outcomes and root (``""``) from the indicators' scores."""
        nodes: dict[str, L] = {}
        for _, criterion in self.pack.criteria():
            parts = [(leaves[each.id], each.weight) for each in self.pack.indicators_of.get(criterion.id, ())]
            nodes[criterion.id] = kernel.gather(criterion.aggregate, parts)
        for outcome in self.pack.outcomes:
            nodes[outcome.id] = kernel.gather(outcome.aggregate, [(nodes[each.id], each.weight) for each in outcome.criteria])
        nodes[""] = kernel.gather(self.pack.aggregate, [(nodes[each.id], each.weight) for each in self.pack.outcomes])
        return nodes


_COMPILED: OrderedDict[str, Plan] = OrderedDict()
_KEPT = 64


def compile_pack(pack: Pack) -> Plan:
    """The plan of a pack; kept by the pack's hash. A pack with faults raises ``Problems`` with all of them."""
    if pack.hash and pack.hash in _COMPILED:
        return _COMPILED[pack.hash]
    plan = _compile(pack)
    if pack.hash:
        _COMPILED[pack.hash] = plan
        if len(_COMPILED) > _KEPT:
            _COMPILED.popitem(last=False)
    return plan


def _compile(pack: Pack) -> Plan:
    words = vocabulary(pack)
    reads: dict[str, frozenset[str]] = {}
    for value in words.values:
        names = {name for rule in value.rules for name in names_in(rule)} | {
            bound.table for bound in value.bound if bound.table is not None
        }
        reads[value.declared.id] = frozenset().union(*(reads.get(name, frozenset({name})) for name in names))

    order = {fact.id: index for index, fact in enumerate(pack.facts)}

    def facts_of(*rules: Expression | None, listed: Sequence[str] = ()) -> tuple[str, ...]:
        """The facts that rules read, those that the author lists first and in his order."""
        names = frozenset().union(*(names_in(rule) for rule in rules if rule is not None))
        found = frozenset().union(*(reads.get(name, frozenset({name})) for name in names))
        place = {name: index - len(listed) for index, name in enumerate(listed)}
        return tuple(sorted(found & order.keys(), key=lambda name: place.get(name, order[name])))

    indicators: list[IndicatorStep] = []
    gates: list[GateStep] = []
    checks: list[CheckStep] = []
    for indicator in pack.indicators:
        rules = tuple(
            _rule(words, rule, indicator, f"indicator {indicator.id}", _wanted(indicator.scoring)) for rule in indicator.scoring.rules
        )
        applies = _optional(words, indicator.applies_when, indicator, f"indicator {indicator.id}, applies_when")
        curves = {stage: curve_of(indicator.scoring, pack, stage) for stage in pack.stages_of(indicator)}
        caps = indicator.evidence.caps if indicator.evidence.caps is not None else pack.evidence_caps
        read = tuple(rule for rule in rules if rule is not None)
        if len(read) == len(rules):
            indicators.append(IndicatorStep(indicator, read, applies, facts_of(*read, applies, listed=indicator.facts), curves, caps))
    for gate in pack.gates:
        passes = _rule(words, gate.pass_when, gate, f"gate {gate.id}", ("truth",))
        applies = _optional(words, gate.applies_when, gate, f"gate {gate.id}, applies_when")
        if passes is not None:
            gates.append(GateStep(gate, passes, applies, facts_of(passes, applies, listed=gate.facts)))
    for check in pack.checks:
        holds = _rule(words, check.holds_when, check, f"check {check.id}", ("truth",))
        if holds is not None:
            checks.append(CheckStep(check, holds, facts_of(holds)))
    if words.problems:
        raise Problems(words.problems)
    return Plan(pack, words, tuple(words.values), tuple(indicators), tuple(gates), tuple(checks))


def _wanted(scoring: Scoring) -> tuple[str, ...]:
    if scoring.checklist is not None or scoring.yes_no is not None:
        return ("truth",)
    if scoring.choice is not None:
        return ("choice",)
    if scoring.levels is not None:
        return ("level",)
    return ("number", "level")


def _rule(words: Vocabulary, rule: str, place: Place, what: str, kinds: tuple[str, ...]) -> Expression | None:
    read = words.read(rule, place, what, kinds=kinds)
    return None if read is None else read[0]


def _optional(words: Vocabulary, rule: str | None, place: Place, what: str) -> Expression | None:
    return None if rule is None else _rule(words, rule, place, what, ("truth",))


def curve_of(scoring: Scoring, pack: Pack, stage: Stage) -> Curve | Checklist:
    """The curve that a scoring block means at a stage; amounts are in base units."""
    way = scoring.way
    if isinstance(way, LinearScoring):
        return Linear(way.start.base, way.end.base)
    if isinstance(way, StepsScoring):
        return Steps(way.below, tuple((amount.base, score) for amount, score in way.at))
    if isinstance(way, PiecewiseScoring):
        return Piecewise(tuple((amount.base, score) for amount, score in way.points))
    if isinstance(way, YesNoScoring):
        return YesNo(way.yes, way.no)
    if isinstance(way, ChoiceScoring):
        return Choice(dict(way.scores))
    if isinstance(way, LevelsScoring):
        if way.by_stage:
            fact = pack.fact_of.get(way.of)
            return Levels.by_stage(pack.stage_levels.get(stage, 4), len(fact.levels) if fact is not None else 5)
        return Levels(way.scores)
    assert isinstance(way, ChecklistScoring)
    return Checklist(tuple(item.points for item in way.items))


def on_fail_text(gate: Gate) -> str:
    """What a failed gate does, in words that a result can hold: ``reject``, ``warn`` or ``cap X``."""
    return f"cap {gate.on_fail.cap}" if isinstance(gate.on_fail, CapRating) else gate.on_fail


__all__ = ["Arithmetic", "CheckStep", "GateStep", "IndicatorStep", "Plan", "Problem", "Run", "compile_pack", "curve_of", "on_fail_text"]
