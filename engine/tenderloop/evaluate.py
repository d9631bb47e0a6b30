"""``evaluate(case, pack) -> Result``: the only module that joins facts and rules.

Knows how one run of a plan becomes a result with reasons. Must not open a file, read a clock, or round.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from tenderloop import __version__, because
from tenderloop.aggregate import rating as rating_of
from tenderloop.case import Answer, Case, Confirmation, FactValue, plain
from tenderloop.curves import Checklist
from tenderloop.errors import Problem, Problems
from tenderloop.expression import Expression, names_in
from tenderloop.expression import run as run_rule
from tenderloop.methods import Line
from tenderloop.pack import Aggregate, CapRating, Fact, Indicator, Pack, Parameter, SourceRef, Tags, Threshold
from tenderloop.plan import CheckStep, GateStep, IndicatorStep, Plan, Run, compile_pack, on_fail_text
from tenderloop.quantity import exact_text, parse_unit, shown_with_unit, unit_of
from tenderloop.result import (
    CaseRef,
    CheckNote,
    CheckStatus,
    DerivedNote,
    FactNote,
    GateNote,
    Gates,
    GateStatus,
    Kind,
    LadderNote,
    Node,
    NodeStatus,
    PackRef,
    ParameterNote,
    Range,
    Result,
    SourceNote,
    ThresholdNote,
    WorkLine,
    WorkNote,
)
from tenderloop.scalar import UNKNOWN, Graded, Known, Leaf, Scalar
from tenderloop.thresholds import InForce, filled, has_value, in_force, printed, remark, waiting_text

REJECTED = "rejected"
NO_TAGS = Tags()
ONE = Fraction(1)


def evaluate(case: Case, pack: Pack) -> Result:
    """Rate a case by a pack.

    Missing or unsure facts give statuses and ranges, never an exception. An answer that does not fit the pack's declaration (another
    kind, a unit of another dimension, a fact that the pack does not know when the case names no other pack) raises ``Problems``.
    """
    plan = compile_pack(pack)
    _refuse_misfits(case, pack)
    return _Evaluation(case, plan).result()


def _refuse_misfits(case: Case, pack: Pack) -> None:
    problems: list[Problem] = []
    if case.kind not in pack.kinds:
        kinds = " or ".join(pack.kinds)
        problems.append(Problem("kind-not-rated", f"pack {pack.id} rates a {kinds}, this case is a {case.kind}", case.file, where="kind"))
    alone = set(case.packs) <= {pack.id}
    for name, answer in case.facts.items():
        fact = pack.fact_of.get(name)
        if fact is None:
            if alone:
                problems.append(Problem("unknown-fact", f"pack {pack.id} asks no '{name}'", answer.file or case.file, answer.line or None))
            continue
        misfit = _misfit(fact, answer, pack)
        if misfit is not None:
            problems.append(Problem(*misfit, answer.file or case.file, answer.line or None))
    for name, confirmation in case.confirmed.items():
        misfit = _unfit(pack, name, confirmation, alone)
        if misfit is not None:
            problems.append(Problem(*misfit, confirmation.file or case.file, confirmation.line or None, where=f"confirmed.{name}"))
    ids = {indicator.id: indicator for indicator in pack.indicators}
    for name in case.not_applicable:
        if name in ids and ids[name].na == "never":
            problems.append(
                Problem("na-not-allowed", f"indicator {name} of pack {pack.id} always applies", case.file, where=f"not_applicable.{name}")
            )
    if problems:
        raise Problems(problems)


def _unfit(pack: Pack, name: str, confirmation: Confirmation, alone: bool) -> tuple[str, str] | None:
    """Code and message where a confirmation cannot be one of this pack's thresholds; ``alone`` when no other pack could hold it."""
    parameter = pack.parameter_of.get(name)
    if parameter is None or not parameter.waits:
        group = f"loaded for '{pack.profile.id}'" if pack.profile is not None else "loaded without a profile"
        return ("unknown-threshold", f"pack {pack.id}, {group}, has no threshold '{name}' that waits for a person") if alone else None
    if confirmation.value is None:
        return None if has_value(parameter) else ("value-missing", f"'{name}' has no printed value to confirm")
    if confirmation.value.unit.dimension != parse_unit(parameter.unit).dimension:
        return "unit-mismatch", f"'{name}' is in {parameter.unit}, not in {confirmation.value.unit}"
    return None


_HELD = {
    "yes_no": bool,
    "number": Fraction,
    "level": Fraction,
    "choice": str,
    "text": str,
    "date": dt.date,
    "choices": tuple,
    "table": tuple,
}


def _misfit(fact: Fact, answer: Answer, pack: Pack) -> tuple[str, str] | None:
    """Code and message where an answer cannot be one to this fact; readers see it first, unless a case is made in code."""
    value, name = answer.value, fact.id
    if answer.kind != fact.kind:
        return "wrong-kind", f"'{name}' is a {fact.kind} in pack {pack.id}, not a {answer.kind}"
    if not isinstance(value, _HELD[fact.kind]):
        return "wrong-kind", f"'{name}' is a {fact.kind}, and its value is a {type(value).__name__}"
    if fact.kind == "number" and parse_unit(answer.unit).dimension != parse_unit(fact.unit).dimension:
        return "unit-mismatch", f"'{name}' is asked in {fact.unit}, not in {answer.unit}"
    if fact.kind == "level" and value not in range(len(fact.levels)):
        return "level-out-of-range", f"'{name}' has levels 0 to {len(fact.levels) - 1}, not {value}"
    if fact.kind in ("choice", "choices"):
        chosen = {value} if isinstance(value, str) else set(value) if isinstance(value, tuple) else set()
        unknown = sorted(str(each) for each in chosen if each not in fact.options)
        if unknown:
            return "unknown-option", f"'{name}' has no option {', '.join(unknown)}; it has {', '.join(fact.options)}"
    return None


@lru_cache(maxsize=4096)
def _factor(unit: str) -> Fraction:
    return parse_unit(unit).factor


class _Evaluation:
    """One case under one plan."""

    def __init__(self, case: Case, plan: Plan) -> None:
        self.case = case
        self.plan = plan
        self.pack = plan.pack
        self.kernel = Scalar()
        self.given: dict[str, Graded] = {}
        self._shown: dict[str, str] = {}
        self._sources: dict[tuple[str, str, str | None], SourceNote] = {}
        self.parameters: dict[str, ParameterNote] = {}
        self._parameter_of = self.pack.parameter_of
        self._in_force: dict[str, InForce] = {}
        self._waiting_somewhere = any(parameter.waits for parameter in self.pack.parameters)
        self.values = {value.declared.id: value for value in plan.values}
        self.run: Run[Graded, Leaf] = plan.run(self.kernel, self.fact, case.stage, case.not_applicable.__contains__)

    # ------------------------------------------------------------------------------------------------------- what rules read

    def fact(self, name: str) -> Graded:
        """A fact or parameter in base units, with its grade."""
        if name not in self.given:
            self.given[name] = self._read(name)
        return self.given[name]

    def _read(self, name: str) -> Graded:
        if name in self._parameter_of:
            held = self.held(name)
            if held.amount is None:
                return UNKNOWN
            self.parameters[name] = self._parameter(name, held)
            return Graded(held.amount.base)
        answer = self.case.facts.get(name)
        if answer is None:
            return UNKNOWN
        return Graded(self._base(self.pack.fact_of[name], answer), answer.grade)

    def held(self, name: str) -> InForce:
        """Which value of a parameter is in force, and why."""
        if name not in self._in_force:
            self._in_force[name] = in_force(self.pack, name, self.case.date, self.case.confirmed)
        return self._in_force[name]

    def _parameter(self, name: str, held: InForce) -> ParameterNote:
        threshold, by = held.threshold, held.confirmation
        note = ParameterNote(
            id=name,
            title=threshold.title or self._parameter_of[name].title,
            shown=held.shown,
            since=held.since,
            source=self.source(threshold.source),
        )
        if by is None:
            return note
        return note.model_copy(
            update={
                "threshold": threshold.id,
                "printed": printed(threshold),
                "by": by.by,
                "document": by.document,
                "page": by.page,
                "date": by.date or "",
            }
        )

    def thresholds(self, rules: Sequence[Expression | None]) -> tuple[str, ...]:
        """The thresholds behind rules that wait, or waited, for a person; under the name by which a case confirms them."""
        found = {self.held(name).threshold.id: None for name in self._parameters_in(rules) if self.held(name).threshold.waits}
        return tuple(found)

    def waiting(self, rules: Sequence[Expression | None]) -> list[str]:
        """Why thresholds behind rules decide nothing yet, a clause each."""
        held = [self.held(name) for name in self._parameters_in(rules)]
        return list(dict.fromkeys(waiting_text(self.pack, each.threshold) for each in held if each.waits))

    def _parameters_in(self, rules: Sequence[Expression | None]) -> list[str]:
        if not self._waiting_somewhere:
            return []
        found: list[str] = []
        pending = [name for rule in rules if rule is not None for name in sorted(names_in(rule))]
        seen: set[str] = set()
        while pending:
            name = pending.pop(0)
            if name in seen:
                continue
            seen.add(name)
            if name in self._parameter_of:
                found.append(name)
            elif name in self.values:
                pending.extend(each for rule in self.values[name].rules for each in sorted(names_in(rule)))
        return found

    def _base(self, fact: Fact, answer: Answer) -> Known:
        if fact.kind == "number":
            assert isinstance(answer.value, Fraction)
            return answer.value * _factor(answer.unit)
        if fact.kind == "choices":
            assert isinstance(answer.value, tuple)
            return frozenset(str(each) for each in answer.value)
        if fact.kind == "table":
            units = {column.id: column.unit for column in fact.columns}
            assert isinstance(answer.value, tuple)
            return tuple(
                {name: cell * _factor(units[name]) if isinstance(cell, Fraction) else cell for name, cell in row.items()}
                for row in answer.value
                if not isinstance(row, str)
            )
        value = answer.value
        assert isinstance(value, bool | Fraction | str | dt.date)
        return value

    def missing(self, facts: Sequence[str]) -> tuple[str, ...]:
        """Which of the facts are not answered."""
        return tuple(name for name in facts if name not in self.case.facts)

    # -------------------------------------------------------------------------------------------------------------- wording

    def show(self, name: str) -> str:
        """A name's value with its unit, for sentences."""
        if name not in self._shown:
            self._shown[name] = self._show(name)
        return self._shown[name]

    def _show(self, name: str) -> str:
        if name in self.values:
            held = self.run.values[name].value
            if isinstance(held, Fraction):
                return shown_with_unit(
                    held / _factor(self._unit(name)),
                    self._unit(name),
                    _places(held / _factor(self._unit(name))),
                    currency=self.case.currency,
                )
            return "unknown" if held is None else _word(held)
        if name in self._parameter_of:
            self.fact(name)
            if name in self.parameters:
                return self.parameters[name].shown
            return "not confirmed" if self.held(name).waits else "no value at this date"
        answer = self.case.facts.get(name)
        return "unknown" if answer is None else self.show_answer(self.pack.fact_of[name], answer)

    def show_answer(self, fact: Fact, answer: Answer) -> str:
        """An answer for people."""
        value = answer.value
        if fact.kind == "number":
            assert isinstance(value, Fraction)
            return shown_with_unit(value, answer.unit, currency=self.case.currency)
        if fact.kind == "level":
            assert isinstance(value, Fraction)
            return f"level {value}"
        if fact.kind == "table":
            return f"table of {len(value)} rows" if isinstance(value, tuple) else ""
        if fact.kind == "choices" and isinstance(value, tuple):
            return ", ".join(str(each) for each in value) or "none"
        return _word(value)

    def _unit(self, derived: str) -> str:
        value = self.values[derived]
        if value.declared.unit:
            return value.declared.unit
        if value.method is not None:
            assert value.declared.take is not None
            return value.method.output(value.declared.take).unit or "1"
        return unit_of(value.type.dimension).symbol or "1"

    def source(self, reference: SourceRef) -> SourceNote:
        """A source with the status that holds for this use."""
        key = (reference.id, reference.where, reference.status)
        if key not in self._sources:
            source = self.pack.source_of[reference.id]
            self._sources[key] = SourceNote(
                id=source.id,
                title=source.title,
                where=reference.where,
                url=source.url,
                status=reference.status or source.status,
                note=source.note,
            )
        return self._sources[key]

    def refusals(self, rules: Sequence[Expression]) -> list[str]:
        """Why values that a rule reads could not be computed: refused methods, then what arithmetic noted."""
        found: list[str] = []
        pending = [name for rule in rules for name in sorted(names_in(rule))]
        seen: set[str] = set()
        while pending:
            name = pending.pop(0)
            if name in seen:
                continue
            seen.add(name)
            if name in self.kernel.run_of and self.kernel.runs[self.kernel.run_of[name]].refused:
                found.append(self.kernel.runs[self.kernel.run_of[name]].refused)
            elif name in self.values:
                value = self.values[name]
                if value.rule is not None:
                    pending.extend(sorted(names_in(value.rule)))
                for bound in value.bound:
                    if bound.rule is not None:
                        pending.extend(sorted(names_in(bound.rule)))
                if value.method is not None and name in self.kernel.run_of and self.run.values[name].value is None:
                    found.append(f"{value.method.name} gives no {value.declared.take} for these inputs")
            elif name in self._parameter_of and name not in self.parameters:
                held = self.held(name)
                found.append(waiting_text(self.pack, held.threshold) if held.waits else f"{name} has no value at {self.case.date}")
        return list(dict.fromkeys(found or self.kernel.notes))

    # ---------------------------------------------------------------------------------------------------------------- nodes

    def indicator(self, step: IndicatorStep, share: Fraction) -> Node:
        """One indicator with its reason."""
        declared = step.declared
        leaf = self.run.nodes[step.id]
        missing = self.missing(step.facts)
        status: NodeStatus
        if leaf.applies is False:
            status = "not_applicable"
            text = self._absent(step, leaf)
        elif leaf.known:
            status = "scored" if leaf.applies else "unknown"
            text = self._scored(step, leaf)
        else:
            status = "unknown"
            text = self._unknown(step, leaf, missing)
        if leaf.applies is None and step.applies is not None:
            text += because.applies_open(step.applies, self.show)
        applies = leaf.applies is not False
        return Node.made(
            id=step.id,
            kind="indicator",
            parent=declared.criterion,
            title=declared.title,
            status=status,
            score=leaf.low if applies else None,
            range=Range.made(low=leaf.low, high=leaf.high) if applies else None,
            coverage=leaf.coverage * 100 if applies else None,
            weight=declared.weight,
            share=share,
            aggregate=None,
            optional=leaf.applies is None,
            question=declared.question,
            because=text,
            rule=_rule_text(declared),
            plain=leaf.plain if applies else None,
            most=leaf.most if applies else None,
            cap=leaf.cap if applies else None,
            grade=leaf.grade if applies else None,
            facts=step.facts,
            missing=missing if applies else (),
            thresholds=self.thresholds((*step.rules, step.applies)) if applies else (),
            accept=declared.evidence.accept,
            hint=filled(declared.hint, self.pack, self.case),
            clause=filled(declared.clause, self.pack, self.case),
            kpi=declared.kpi,
            tags=declared.tags,
            source=self.source(declared.source),
        )

    def _absent(self, step: IndicatorStep, leaf: Leaf) -> str:
        if leaf.absent == "stage":
            return because.absent_by_stage(self.case.stage)
        if leaf.absent == "marked":
            return because.absent_by_mark(self.case.not_applicable[step.id])
        if leaf.absent == "profile":
            assert self.pack.profile is not None
            return because.absent_by_profile(self.pack.profile.title, self.pack.absent[step.id])
        assert step.applies is not None
        return because.absent_by_rule(step.applies, self.show)

    def _holds(self, step: IndicatorStep) -> list[bool | None]:
        def value_of(name: str) -> Graded:
            return self.run.values[name] if name in self.run.values else self.fact(name)

        found = [run_rule(rule, value_of, self.kernel).value for rule in step.rules]
        return [None if each is None else each is True for each in found]

    def _scored(self, step: IndicatorStep, leaf: Leaf) -> str:
        assert leaf.plain is not None
        declared = step.declared
        curve = step.curves[self.case.stage]
        by_item = isinstance(curve, Checklist)
        text = because.scored(
            declared.scoring, self.pack, self.case.stage, step.rules, self.show, leaf.plain, self._holds(step) if by_item else ()
        )
        if leaf.cap is not None and leaf.grade is not None:
            text += because.capped(leaf.cap, leaf.grade, by_item=by_item)
        return text

    def _unknown(self, step: IndicatorStep, leaf: Leaf, missing: tuple[str, ...]) -> str:
        waiting = self.waiting(step.rules) if missing else ()
        text = because.unknown(missing, () if missing else self.refusals(step.rules), leaf.most, waiting)
        scoring = step.declared.scoring.checklist
        if scoring is not None and len(missing) < len(step.facts):
            text = because.checklist(scoring, self._holds(step), self.show, step.rules) + " " + text
        return text

    def parents(self, shares: Mapping[str, Fraction]) -> list[Node]:
        """Outcomes and criteria, each followed by its parts."""
        nodes: list[Node] = []
        for outcome in self.pack.outcomes:
            nodes.append(
                self._parent(
                    outcome.id,
                    "outcome",
                    "",
                    outcome.title,
                    outcome.weight,
                    outcome.aggregate,
                    shares,
                    [c.id for c in outcome.criteria],
                    outcome.source,
                    NO_TAGS,
                )
            )
            for criterion in outcome.criteria:
                steps = self.pack.indicators_of.get(criterion.id, ())
                nodes.append(
                    self._parent(
                        criterion.id,
                        "criterion",
                        outcome.id,
                        criterion.title,
                        criterion.weight,
                        criterion.aggregate,
                        shares,
                        [s.id for s in steps],
                        criterion.source,
                        criterion.tags,
                    )
                )
                nodes.extend(self.indicator(self.plan.indicator_of[each.id], shares[each.id]) for each in steps)
        return nodes

    def _parent(
        self,
        id_: str,
        kind: Kind,
        parent: str,
        title: str,
        weight: Fraction,
        way: Aggregate,
        shares: Mapping[str, Fraction],
        parts: Sequence[str],
        source: SourceRef | None,
        tags: Tags,
    ) -> Node:
        leaf = self.run.nodes[id_]
        leaves = [self.run.nodes[each] for each in parts]
        counted = [each for each in leaves if each.applies is not False]
        applies = leaf.applies is not False
        status: NodeStatus = "not_applicable" if not applies else "scored" if leaf.coverage > 0 else "unknown"
        return Node.made(
            id=id_,
            kind=kind,
            parent=parent,
            title=title,
            status=status,
            score=leaf.low if applies else None,
            range=Range.made(low=leaf.low, high=leaf.high) if applies else None,
            coverage=leaf.coverage * 100 if applies else None,
            weight=weight,
            share=shares[id_],
            aggregate=way,
            optional=leaf.applies is None,
            because=because.parent(way, len(counted), sum(each.coverage == 1 for each in counted), len(leaves) - len(counted)),
            tags=tags,
            source=None if source is None else self.source(source),
        )

    def shares(self) -> dict[str, Fraction]:
        """Each node's part of the whole weight, among what applies or may apply."""
        shares: dict[str, Fraction] = {}

        def spread(parent: Fraction, parts: Sequence[tuple[str, Fraction]]) -> None:
            total = sum((weight for id_, weight in parts if self.run.nodes[id_].applies is not False), Fraction(0))
            for id_, weight in parts:
                counts = self.run.nodes[id_].applies is not False and total > 0
                shares[id_] = parent * weight / total if counts else Fraction(0)

        spread(ONE, [(outcome.id, outcome.weight) for outcome in self.pack.outcomes])
        for outcome in self.pack.outcomes:
            spread(shares[outcome.id], [(criterion.id, criterion.weight) for criterion in outcome.criteria])
        for _, criterion in self.pack.criteria():
            spread(shares[criterion.id], [(each.id, each.weight) for each in self.pack.indicators_of.get(criterion.id, ())])
        return shares

    # --------------------------------------------------------------------------------------------------------- gates and checks

    def gate(self, step: GateStep) -> GateNote:
        """One gate with its arithmetic."""
        declared = step.declared
        truth = self.run.gates[declared.id]
        missing = self.missing(step.facts)
        status: GateStatus
        grade: int | None = None
        if truth is None:
            status, text, missing = "not_applicable", because.absent_by_stage(self.case.stage), ()
        else:
            passes, applies = truth
            if applies is not None and applies.value is False:
                assert step.applies is not None
                status, text, missing = "not_applicable", because.absent_by_rule(step.applies, self.show), ()
            elif passes.value is True and passes.grade >= declared.min_grade:
                status, text, grade = "pass", because.gate_passes(step.passes, self.show), passes.grade
            elif passes.value is True:
                status, text, grade = (
                    "undecided",
                    because.gate_claimed(step.passes, self.show, passes.grade, declared.min_grade),
                    passes.grade,
                )
            elif passes.value is False and (applies is None or applies.value is True):
                status, text, grade = "fail", because.gate_fails(step.passes, self.show), passes.grade
            else:
                rules = [step.passes] if step.applies is None else [step.passes, step.applies]
                status, text = "undecided", because.gate_open(step.passes, self.show, missing, () if missing else self.refusals(rules))
        return GateNote(
            id=declared.id,
            title=declared.title,
            question=declared.question,
            status=status,
            on_fail=on_fail_text(declared),
            because=text,
            rule=declared.pass_when,
            facts=step.facts,
            missing=missing,
            grade=grade,
            thresholds=self.thresholds((step.passes, step.applies)),
            hint=filled(declared.hint, self.pack, self.case),
            clause=filled(declared.clause, self.pack, self.case),
            tags=declared.tags,
            source=self.source(declared.source),
        )

    def check(self, step: CheckStep) -> CheckNote:
        """One consistency check; a written justification turns a broken one amber, never green."""
        declared = step.declared
        truth = self.run.checks[declared.id].value
        justification = self.case.justifications.get(declared.id, "")
        status: CheckStatus
        if truth is None:
            missing = self.missing(step.facts)
            status, text = "unknown", because.check_open(missing, () if missing else self.refusals([step.holds]))
        elif truth is True:
            status, text = "holds", because.check_holds(step.holds, self.show)
        else:
            status, text = ("justified" if justification else "broken"), because.check_broken(step.holds, self.show)
        return CheckNote.made(
            id=declared.id,
            title=declared.title,
            status=status,
            because=text,
            message=declared.message,
            justification=justification if truth is False else "",
            facts=step.facts,
            source=self.source(declared.source),
        )

    # --------------------------------------------------------------------------------------------------------------- the whole

    def result(self) -> Result:
        """Everything, dressed for people."""
        pack, case = self.pack, self.case
        root = self.run.nodes[""]
        shares = self.shares()
        gates = tuple(self.gate(step) for step in self.plan.gates)
        applies = root.applies is not False
        outcomes = {outcome.id: self.run.nodes[outcome.id] for outcome in pack.outcomes if self.run.nodes[outcome.id].applies is not False}
        bands = tuple((band.start, band.rating) for band in pack.ladder.bands)
        lows = {name: leaf.low for name, leaf in outcomes.items()}
        # an outcome that may yet turn out not to apply cannot hold the best rating down
        highs = {name: leaf.high for name, leaf in outcomes.items() if leaf.applies is True}
        by_score = rating_of(root.low, lows, bands, pack.ladder.minima) if applies else "not applicable"
        best = rating_of(root.high, highs, bands, pack.ladder.minima) if applies else "not applicable"
        rating = self._after_gates(by_score, gates) if applies else by_score
        best = self._after_gates(best, gates) if applies else best
        remarks = self._remarks(gates)
        checks = tuple(self.check(step) for step in self.plan.checks)
        nodes = tuple(self.parents(shares))
        counted = self._counting_absent()
        result = Result.made(
            engine=__version__,
            case=CaseRef(
                id=case.id,
                title=case.title,
                kind=case.kind,
                stage=case.stage,
                date=case.date,
                currency=case.currency,
                rated_by=case.rated_by,
                notes=case.notes,
                documents=case.documents,
                hash=case.hash,
            ),
            pack=self._pack_ref(),
            score=root.low if applies else None,
            range=Range.made(low=root.low, high=root.high) if applies else None,
            coverage=root.coverage * 100,
            score_na_as_zero=counted if applies else None,
            rating=rating,
            rating_by_score=by_score,
            rating_best=best,
            provisional=any(gate.status == "undecided" for gate in gates),
            reliable=not self._over_cap(),
            remarks=tuple(remarks),
            ladder=LadderNote(name=pack.ladder.name, source=self.source(pack.ladder.source), bands=bands, minima=pack.ladder.minima),
            gates=Gates(gates),
            checks=checks,
            nodes=nodes,
            facts=self._facts(),
            derived=self._derived(),
            parameters=self._parameters(),
            unconfirmed=self._unconfirmed((*nodes, *gates)),
            worksheets=tuple(self._worksheet(index) for index in range(len(self.kernel.runs))),
            sources=(),
            steps=(),
            aggregate=pack.aggregate,
        )
        # the list gives each source its own status; a use of it may be weaker and says so where it stands
        cited = sorted({note.id for note in self._sources.values()})
        return result.model_copy(update={"sources": tuple(self.source(SourceRef(id=name)) for name in cited)})

    def _pack_ref(self) -> PackRef:
        pack = self.pack
        ref = PackRef(id=pack.id, version=pack.version, title=pack.title, label=pack.label, hash=pack.hash)
        if pack.profile is None:
            return ref
        return ref.model_copy(update={"profile": pack.profile.id, "profile_title": pack.profile.title})

    def _parameters(self) -> tuple[ParameterNote, ...]:
        """What rules read, and what a person confirmed though no rule reads it: a clause may name it."""
        read = {note.threshold for note in self.parameters.values()}
        notes = dict(self.parameters)
        for name in self.case.confirmed:
            if name in self._parameter_of and name not in read and self.held(name).state == "confirmed":
                notes[name] = self._parameter(name, self.held(name))
        return tuple(notes[name] for name in sorted(notes))

    def _unconfirmed(self, readers: Sequence[Node | GateNote]) -> tuple[ThresholdNote, ...]:
        """Every threshold that waits for a person, those that something would read first."""
        if not self._waiting_somewhere:
            return ()
        readers_of: dict[str, list[str]] = {}
        for reader in readers:
            for name in reader.thresholds if reader.status != "not_applicable" else ():
                readers_of.setdefault(name, []).append(reader.id)
        notes = []
        for parameter in self.pack.parameters:
            # what nothing reads under its own name, as a profile fills it or has no use for it, is nobody's question
            asked = isinstance(parameter, Threshold) or parameter.id in readers_of
            if asked and self.held(parameter.id).waits:
                notes.append(self._threshold(parameter, tuple(readers_of.get(parameter.id, ()))))
        return tuple(sorted(notes, key=lambda note: not note.waiting))

    def _threshold(self, parameter: Parameter, waiting: tuple[str, ...]) -> ThresholdNote:
        note = ThresholdNote(
            id=parameter.id,
            title=parameter.title,
            printed=printed(parameter),
            unit=parameter.unit,
            open=parameter.open,
            waiting=waiting,
            source=self.source(parameter.source),
        )
        if not isinstance(parameter, Threshold):
            return note
        more = {"level": parameter.level, "type": parameter.type, "country": parameter.country, "note": parameter.note}
        return note.model_copy(update=more)

    def _after_gates(self, by_score: str, gates: Sequence[GateNote]) -> str:
        ratings = self.pack.ladder.ratings
        rating = by_score
        for note, step in zip(gates, self.plan.gates, strict=True):
            if note.status != "fail":
                continue
            on_fail = step.declared.on_fail
            if on_fail == "reject":
                return REJECTED
            if isinstance(on_fail, CapRating) and ratings.index(rating) > ratings.index(on_fail.cap):
                rating = on_fail.cap
        return rating

    def _absent_share(self) -> dict[str, Fraction]:
        """Per outcome, the share of what is asked at this stage that is not applicable by rule or by mark."""
        shares: dict[str, Fraction] = {}
        for outcome in self.pack.outcomes:
            asked: list[tuple[Fraction, Fraction]] = []
            for criterion in outcome.criteria:
                items = [(each.weight, self.run.nodes[each.id]) for each in self.pack.indicators_of.get(criterion.id, ())]
                items = [(weight, leaf) for weight, leaf in items if leaf.absent not in ("stage", "profile")]
                total = sum((weight for weight, _ in items), Fraction(0))
                if total:
                    absent = sum((weight for weight, leaf in items if leaf.applies is False), Fraction(0))
                    asked.append((criterion.weight, absent / total))
            weight = sum((each for each, _ in asked), Fraction(0))
            if weight:
                shares[outcome.id] = sum((each * share for each, share in asked), Fraction(0)) / weight
        return shares

    def _over_cap(self) -> dict[str, Fraction]:
        return {name: share for name, share in self._absent_share().items() if share > self.pack.na_cap}

    def _counting_absent(self) -> Fraction:
        """The score when what is not applicable by rule or mark counts 0 in the denominator: the second total."""
        if not any(self.run.nodes[step.id].absent in ("rule", "marked") for step in self.plan.indicators):
            return self.run.nodes[""].low
        leaves = {
            step.id: leaf._replace(applies=True) if leaf.absent in ("rule", "marked") else leaf
            for step in self.plan.indicators
            for leaf in (self.run.nodes[step.id],)
        }
        return self.plan.gather(self.kernel, leaves)[""].low

    def _remarks(self, gates: Sequence[GateNote]) -> list[str]:
        remarks: list[str] = []
        for note in gates:
            if note.status == "fail":
                effect = {"reject": "the project is rejected", "warn": "a warning"}.get(
                    note.on_fail, f"the rating is {note.on_fail.replace('cap', 'held at')}"
                )
                remarks.append(f"Gate '{note.title}' fails: {effect}.")
        open_gates = [note.title for note in gates if note.status == "undecided"]
        if open_gates:
            remarks.append(f"Provisional: {len(open_gates)} gate{'s are' if len(open_gates) > 1 else ' is'} undecided.")
        remarks += [text for name in self.case.confirmed if name in self._parameter_of and (text := remark(self.pack, self.held(name)))]
        titles = {outcome.id: outcome.title for outcome in self.pack.outcomes}
        for name, share in self._over_cap().items():
            remarks.append(
                f"Unreliable: {because.score_text(share * 100)} % of the weight of '{titles[name]}' is not applicable, "
                f"more than the {because.score_text(self.pack.na_cap * 100)} % allowed."
            )
        return remarks

    def _facts(self) -> tuple[FactNote, ...]:
        notes = []
        for fact in self.pack.facts:
            answer = self.case.facts.get(fact.id)
            notes.append(
                FactNote.made(
                    id=fact.id,
                    question=fact.question,
                    asked_in=fact.asked_in,
                    kind=fact.kind,
                    unit=fact.unit if answer is None else answer.unit,
                    value=None if answer is None else plain(answer.value),
                    shown="unknown" if answer is None else self.show_answer(fact, answer),
                    known=answer is not None,
                    grade=None if answer is None else answer.grade,
                    evidence=() if answer is None else answer.evidence,
                )
            )
        return tuple(notes)

    def _derived(self) -> tuple[DerivedNote, ...]:
        notes = []
        for value in self.plan.values:
            name = value.declared.id
            held = self.run.values[name].value
            unit = self._unit(name) if value.type.kind in ("number", "level") else ""
            rule = value.declared.value or f"{value.declared.method}: {value.declared.take}"
            exact = None if held is None else exact_text(held / _factor(unit)) if isinstance(held, Fraction) else _word(held)
            notes.append(
                DerivedNote.made(
                    id=name,
                    title=value.declared.title or name.replace("_", " "),
                    unit=unit,
                    value=exact,
                    shown=self.show(name),
                    because=rule,
                    worksheet=self.kernel.run_of.get(name),
                )
            )
        return tuple(notes)

    def _worksheet(self, index: int) -> WorkNote:
        run = self.kernel.runs[index]
        method = run.value.method
        assert method is not None
        sheet = run.sheet
        return WorkNote(
            method=method.name,
            title=method.title,
            formula=method.formula,
            source=method.source,
            inputs=() if sheet is None else tuple(self._line(line) for line in sheet.inputs),
            steps=() if sheet is None else tuple(self._line(line) for line in sheet.steps),
            outputs={}
            if sheet is None
            else {name: value if isinstance(value, str) else exact_text(value) for name, value in sheet.outputs.items()},
            notes=() if sheet is None else sheet.notes,
            refused=run.refused,
        )

    def _line(self, line: Line) -> WorkLine:
        value = line.value
        if isinstance(value, Fraction):
            return WorkLine.made(
                label=line.label,
                formula=line.formula,
                value=exact_text(value),
                shown=because.number_text(value),
                unit=line.unit.replace("money", self.case.currency or "money"),
                table=line.table,
            )
        return WorkLine.made(
            label=line.label, formula=line.formula, value=_word(value), shown=_word(value), unit=line.unit, table=line.table
        )


def _places(value: Fraction) -> int | None:
    """Derived values show four significant digits at least and never needless ones."""
    size = abs(value)
    if value.denominator == 1:
        return 0
    return 1 if size >= 100 else 2 if size >= 10 else 3 if size >= 1 else None


def _word(value: FactValue | Known) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _rule_text(declared: Indicator) -> str:
    way = declared.scoring.way
    kind = next(name for name in type(declared.scoring).model_fields if getattr(declared.scoring, name) is not None)
    if declared.scoring.checklist is not None:
        return "checklist: " + "; ".join(f"{item.when} ({exact_text(item.points)})" for item in declared.scoring.checklist.items)
    return f"{kind} of {getattr(way, 'of', '')}"


__all__ = ["REJECTED", "evaluate"]
