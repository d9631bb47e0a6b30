"""One case rated by one or more packs, for a terminal: the answer first, then gates, checks, outcomes and what to do next.

Knows the order in which a reader wants to know things. Must not compute a score or round anything twice.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from fractions import Fraction

from tenderloop.because import names
from tenderloop.improve import improve, next_rating, open_gates
from tenderloop.quantity import shown
from tenderloop.result import CheckNote, GateNote, Node, Range, Result, StepNote

WIDTH = 110
BAR = 40
GATES_SHOWN, GAINS_SHOWN = 3, 3


def summary_text(results: Sequence[Result]) -> str:
    """The results side by side, never added. The bar shows the score (█), what open answers could still bring (░), and what is lost (·)."""
    case = results[0].case
    lines = [f"{case.title} ({case.id}): {case.kind}, {case.stage}, {case.date}, rated by {case.rated_by.replace('_', ' ')}"]
    for result in results:
        lines += ["", *_one(result)]
    return "\n".join(lines) + "\n"


def steps_text(result: Result, most: int) -> str:
    """What failed and open gates ask for, the steps with the greatest gain, and the smallest set to the next rating."""
    lines = [f"{result.pack.title} {result.pack.version} ({result.pack.label})", f"  {_headline(result)}"]
    gates = open_gates(result)
    if gates:
        lines += ["", "Gates first: no score helps while these are open"]
        lines += [part for step in gates for part in _step(step, "gate")]
    steps = improve(result)
    if steps:
        lines += ["", "Greatest gain first, in points of 100, each step alone"]
        lines += [part for step in steps[:most] for part in _step(step, f"+{shown(step.gain, 1)}")]
        if len(steps) > most:
            lines.append(f"  … and {len(steps) - most} more")
    path = next_rating(result)
    if path is not None and path.reached:
        lines += ["", f"Smallest set to rating {path.rating} ({shown(path.score, 1)} of 100): {len(path.steps)} steps"]
        lines += _wrapped(", ".join(step.indicator for step in path.steps), "  ")
        if path.gates:
            lines += _wrapped("and these gates must pass: " + ", ".join(step.indicator for step in path.gates), "  ")
    elif path is not None:
        lines += ["", f"No set of steps reaches rating {path.rating} at this stage."]
    if not gates and not steps:
        lines.append("  Nothing is left to improve at this stage.")
    return "\n".join(lines) + "\n"


def _one(result: Result) -> list[str]:
    lines = [f"{result.pack.title} {result.pack.version} ({result.pack.label})", f"  {_headline(result)}"]
    if result.score is not None and result.range is not None:
        lines.append(f"  {_bar(result.score, result.range)}")
    lines += _profile(result)
    lines += [part for remark in result.remarks for part in _wrapped(remark, "  ", hang=2)]
    lines += _gates(result)
    lines += _checks(result.checks)
    lines += _outcomes(result)
    gates, gains = open_gates(result), improve(result)
    if gates or gains:
        total = len(gates) + len(gains)
        lines.append(f"  What to do first ('improve' lists all {total} steps)")
        first = [*((step, "gate") for step in gates[:GATES_SHOWN]), *((step, f"+{shown(step.gain, 1)}") for step in gains[:GAINS_SHOWN])]
        lines += [f"  {part}" for step, mark in first for part in _step(step, mark)]
    lines.append(f"  Pack {result.pack.hash[:19]}, case {result.case.hash[:19]}, engine {result.engine}")
    return lines


def _profile(result: Result) -> list[str]:
    """The product group, and how many of its thresholds a person has confirmed."""
    lines = [f"  Product group: {result.pack.profile_title} ({result.pack.profile})"] if result.pack.profile else []
    confirmed = sum(1 for note in result.parameters if note.by)
    if confirmed or result.unconfirmed:
        needed = sum(1 for note in result.unconfirmed if note.waiting)
        lines += _wrapped(
            f"Thresholds: {confirmed} confirmed, {len(result.unconfirmed)} not confirmed by the buyer; those decide nothing"
            + (f" ({needed} of them would)" if needed else ""),
            "  ",
        )
    return lines


def _headline(result: Result) -> str:
    if result.score is None or result.range is None:
        return "No indicator of this pack applies."
    provisional = ", provisional" if result.provisional else ""
    reliable = "" if result.reliable else "; UNRELIABLE: too much is marked not applicable"
    return (
        f"Rating {result.rating}{provisional}: {shown(result.score, 1)} of 100, can still become "
        f"{shown(result.range.low, 1)} to {shown(result.range.high, 1)}; {shown(result.coverage, 0)} % answered{reliable}"
    )


def _bar(score: Fraction, span: Range) -> str:
    full, most = int(score * BAR / 100), int(span.high * BAR / 100)
    return "█" * full + "░" * (most - full) + "·" * (BAR - most)


def _gates(result: Result) -> list[str]:
    if not len(result.gates):
        return []
    counts = [(result.gates.failed, "failed"), (result.gates.undecided, "undecided"), (result.gates.passed, "passed")]
    lines = ["  Gates: " + ", ".join(f"{len(found)} {word}" for found, word in counts)]
    for found, word in ((result.gates.failed, "FAILED"), (result.gates.undecided, "UNDECIDED")):
        lines += [part for gate in found for part in _gate(gate, word)]
    return lines


def _gate(gate: GateNote, word: str) -> list[str]:
    effect = {"reject": "rejects", "warn": "warns"}.get(gate.on_fail, gate.on_fail)
    # what an open gate waits for says more than its rule; 'explain' gives the rule
    waits = gate.status == "undecided" and gate.missing
    said = f"not answered: {names(gate.missing)}" if waits else gate.because
    return _wrapped(f"{word.ljust(9)}  {gate.title} ({gate.id}, {effect}): {said}", "    ", hang=11)


def _checks(checks: Sequence[CheckNote]) -> list[str]:
    broken = [check for check in checks if check.status == "broken"]
    justified = [check for check in checks if check.status == "justified"]
    lines: list[str] = []
    if broken or justified:
        lines.append(f"  Checks: {len(broken)} broken, {len(justified)} broken but justified; a check never changes a score")
    for check in broken:
        lines += _wrapped(f"BROKEN     {check.title} ({check.id}): {check.because}", "    ", hang=11)
    for check in justified:
        lines += _wrapped(f"justified  {check.title} ({check.id}): {check.justification}", "    ", hang=11)
    return lines


def _outcomes(result: Result) -> list[str]:
    nodes = [node for node in result.nodes if node.kind == "outcome"]
    if not nodes:
        return []
    width = max(len(node.title) for node in nodes)
    lines = ["  Outcomes" + " " * (width - 4) + "score  can still become  answered"]
    return lines + [f"    {node.title.ljust(width)}  {_figures(node)}" for node in nodes]


def _figures(node: Node) -> str:
    if node.score is None or node.range is None:
        return "    –  does not apply"
    answered = "" if node.coverage is None else f"{shown(node.coverage, 0)} %"
    return f"{shown(node.score, 1):>5}  {shown(node.range.low, 1) + ' to ' + shown(node.range.high, 1):>16}  {answered:>8}"


def _step(step: StepNote, mark: str) -> list[str]:
    return _wrapped(f"{mark.ljust(6)} {step.indicator}: {step.do}", "  ", hang=7)


def _wrapped(text: str, indent: str, hang: int = 0) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent + " " * hang, break_long_words=False, break_on_hyphens=False
    )
