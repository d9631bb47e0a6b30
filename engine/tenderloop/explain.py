"""Why a node, gate or check of a result came out as it did, as plain text.

Knows how to lay out what a result already holds. Must not compute or look anything up outside the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from tenderloop.case import GRADES
from tenderloop.errors import Problem, Problems
from tenderloop.quantity import shown
from tenderloop.result import CheckNote, FactNote, GateNote, Node, ParameterNote, Result, SourceNote


def explain(result: Result, node: str) -> str:
    """The sentence, the rule, the values, the evidence with page, and the source of one node, gate, check or derived value.

    An id that the result does not hold raises ``Problems`` with the nearest ids.
    """
    if node in result.node_of:
        return _node(result, result.node_of[node])
    for gate in result.gates:
        if gate.id == node:
            return _gate(result, gate)
    for check in result.checks:
        if check.id == node:
            return _check(result, check)
    for value in result.derived:
        if value.id == node:
            lines = [f"{value.title} ({value.id})", f"  Value   {value.shown}", f"  Rule    {value.because}"]
            return "\n".join([*lines, *_worksheet(result, value.worksheet)])
    known = [
        *result.node_of,
        *(gate.id for gate in result.gates),
        *(check.id for check in result.checks),
        *(value.id for value in result.derived),
    ]
    near = get_close_matches(node, known)
    hint = "did you mean: " + ", ".join(near) if near else "the result's nodes, gates, checks and derived values can be explained"
    raise Problems([Problem("unknown-node", f"the result of {result.pack.id} holds no '{node}'", hint=hint)])


def _node(result: Result, node: Node) -> str:
    lines = [f"{node.title} ({node.id}), {node.kind}"]
    if node.score is None or node.range is None:
        lines.append("  Score   not applicable")
    else:
        lines.append(f"  Score   {shown(node.score, 1)} of 100; can still become {shown(node.range.low, 1)} to {shown(node.range.high, 1)}")
    lines.append(f"  Counts  {shown(node.share * 100, 1)} % of the whole")
    if node.question:
        lines.append(f"  Asked   {node.question}")
    lines.append(f"  Because {node.because}")
    if node.kind == "indicator":
        lines.append(f"  Rule    {node.rule}")
        lines += _facts(result, node.facts)
        lines += _thresholds(result, node.thresholds)
        if node.accept:
            lines.append(f"  Proof   accepted: {', '.join(node.accept)}")
        lines.append(f"  Demand  {node.hint}")
    else:
        for part in result.children(node.id):
            score = "not applicable" if part.score is None else f"{shown(part.score, 1)} (weight {part.weight})"
            lines.append(f"    {part.id}  {part.title}: {score}")
    if node.source is not None:
        lines.append(_source(node.source))
    return "\n".join(lines)


def _gate(result: Result, gate: GateNote) -> str:
    lines = [f"{gate.title} ({gate.id}), gate: {gate.status.replace('_', ' ')}", f"  Because {gate.because}"]
    lines += [f"  Rule    {gate.rule}", f"  Fails   {gate.on_fail}"]
    lines += _facts(result, gate.facts)
    lines += _thresholds(result, gate.thresholds)
    lines += [f"  Demand  {gate.hint}", _source(gate.source)]
    return "\n".join(lines)


def _check(result: Result, check: CheckNote) -> str:
    lines = [f"{check.title} ({check.id}), consistency check: {check.status}", f"  Because {check.because}"]
    if check.status in ("broken", "justified"):
        lines.append(f"  Ask     {check.message}")
    if check.justification:
        lines.append(f"  Answer  {check.justification}")
    lines += _facts(result, check.facts)
    lines.append(_source(check.source))
    return "\n".join(lines)


def _facts(result: Result, ids: Sequence[str]) -> list[str]:
    lines = []
    for name in ids:
        fact = result.fact_of.get(name)
        if fact is not None:
            lines.append(f"  Fact    {name} = {fact.shown}{_grade(fact)}")
            lines += [
                f"          {_evidence(each.document, each.page, each.quote)}" for each in fact.evidence if each.document or each.quote
            ]
    return lines


def _thresholds(result: Result, ids: Sequence[str]) -> list[str]:
    """Who vouched for the thresholds behind a rule, and which wait for somebody."""
    confirmed = {note.threshold: note for note in result.parameters if note.by}
    waiting = {note.id: note for note in result.unconfirmed}
    lines = []
    for name in ids:
        if name in confirmed:
            note = confirmed[name]
            said = f"{note.shown}, {confirmed_text(note)}"
            lines.append(f"  Number  {name} = {said}  [{_sure(note.source)}]")
        elif name in waiting:
            value = waiting[name].printed or "no value printed"
            lines.append(f"  Number  {name}: {value}, not confirmed by the buyer, decides nothing  [{_sure(waiting[name].source)}]")
    return lines


def confirmed_text(note: ParameterNote) -> str:
    """Who confirmed a named number, and where it was read."""
    where = ", ".join(each for each in (note.document, f"p. {note.page}" if note.page else "", note.date) if each)
    return f"confirmed by {note.by}" + (f" ({where})" if where else "")


def _sure(source: SourceNote) -> str:
    return f"{source.status}, {source.where}" if source.where else source.status


def _grade(fact: FactNote) -> str:
    return "" if fact.grade is None else f"  [grade {fact.grade}: {GRADES[fact.grade]}]"


def _evidence(document: str, page: str, quote: str) -> str:
    text = document or "no document named"
    if page:
        text += f", at {page}" if page.startswith("/") else f", p. {page}"
    return f"{text}: “{quote}”" if quote else text


def _source(source: SourceNote) -> str:
    where = f", {source.where}" if source.where else ""
    return f"  Source  {source.title}{where} [{source.status}]"


def _worksheet(result: Result, index: int | None) -> list[str]:
    if index is None:
        return []
    sheet = result.worksheets[index]
    lines = [f"  Method  {sheet.title}", f"          {sheet.formula}"]
    if sheet.refused:
        return [*lines, f"  Refused {sheet.refused}"]
    lines += [f"    {line.label} = {line.shown} {line.unit}".rstrip() + f"  [{line.formula}]" for line in (*sheet.inputs, *sheet.steps)]
    return [*lines, f"  Source  {sheet.source}"]
