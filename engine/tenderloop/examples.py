"""Runs the examples written in a pack: facts in, expected score or status out.

Knows how an example becomes a case and how an expectation is compared. Must not know files' syntax or how a score is computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from tenderloop.case import Answer, Case, Confirmation, Evidence
from tenderloop.errors import Problem, Problems
from tenderloop.evaluate import evaluate
from tenderloop.lint import lint_packs, packs_at
from tenderloop.pack import Check, Example, Gate, Indicator, Pack
from tenderloop.quantity import exact_text, shown
from tenderloop.readers.answers import read_value
from tenderloop.readers.confirmations import in_example
from tenderloop.readers.faults import Faults, in_order
from tenderloop.readers.packs import find_bundle, list_packs, load_pack
from tenderloop.readers.strict_yaml import Mapping, Number, Sequence, Value

# The reference date of an example that names none. Fixed, so that an example means the same every day.
EXAMPLE_DATE = "2026-01-01"
ABSENT_REASON = "marked not applicable in an example"


def check_packs(paths: Iterable[str | Path] = ()) -> list[Problem]:
    """All that ``tenderloop lint`` reports: every fault of the packs, and every example that does not give what it expects.

    ``paths`` are folders of packs, folders that hold packs, or names of shipped packs; none means all shipped packs.
    """
    given: list[str | Path] = [pack for path in paths for pack in packs_at(path)] or list(list_packs())
    try:
        found = lint_packs(given)
    except Problems as missing:
        return list(missing.problems)
    for each in given:
        try:
            pack = load_pack(each)
        except Problems:
            continue  # a pack that cannot be loaded; lint has said why
        found += run_examples(pack)
        bundle = find_bundle(each, every_profile=True)
        for name, read in bundle.profiles.items():
            if not read.faults.problems:
                found += run_profile_examples(bundle.fitted(pack, name))
    return in_order(found)


def run_examples(pack: Pack) -> list[Problem]:
    """Every example of a sound pack that does not give what it expects, with file and line; empty when all do.

    An expected decimal is compared after rounding half up to its own places; a fraction such as ``250/3`` exactly.
    """
    found: list[Problem] = []
    for each in (*pack.indicators, *pack.gates, *pack.checks):
        assert isinstance(each, Indicator | Gate | Check)
        small = _only(pack, each)
        for example in each.examples:
            found += _run(small, each, example)
    return found


def run_profile_examples(pack: Pack) -> list[Problem]:
    """Every example of the profile with which a pack was loaded that does not give what it expects, with file and line."""
    found: list[Problem] = []
    indicators = {each.id: each for each in pack.indicators}
    for example in () if pack.profile is None else pack.profile.examples:
        indicator = indicators[example.indicator]
        found += _run(_only(pack, indicator), indicator, example)
    return found


def _only(pack: Pack, each: Indicator | Gate | Check) -> Pack:
    """The pack with one rule: an example is about nothing else, and a hundred times faster to run."""
    return pack.model_copy(
        update={
            "indicators": (each,) if isinstance(each, Indicator) else (),
            "gates": (each,) if isinstance(each, Gate) else (),
            "checks": (each,) if isinstance(each, Check) else (),
            "hash": f"{pack.hash}, only {each.id}",
        }
    )


def example_case(pack: Pack, example: Example, marked: str = "") -> Case:
    """The case that an example describes: evidence grade 4 and the pack's last stage unless it says otherwise.

    ``marked`` is the indicator that is marked not applicable. A value that its fact cannot have raises ``Problems``.
    """
    faults = Faults(example.file)
    facts: dict[str, Answer] = {}
    for name, raw in example.facts.items():
        if raw is None:
            continue
        fact = pack.fact_of[name]
        value = read_value(fact, _tree(raw), faults.at(example.line), example.currency)
        if value is not None:
            evidence = (Evidence(kind="example", grade=example.grade),) if example.grade else ()
            facts[name] = Answer(kind=fact.kind, value=value, unit=fact.unit, evidence=evidence, file=example.file, line=example.line)
    confirmed: dict[str, Confirmation] = {}
    for name, raw in example.confirmed.items():
        found = in_example(pack.parameter_of[name], _tree(raw), faults.at(example.line), example.currency)
        if found is not None:
            confirmed[name] = found
    faults.raise_if_any()
    return Case(
        id="example",
        title=example.name,
        kind=pack.kinds[0],
        stage=example.stage or pack.stages[-1],
        date=example.date or EXAMPLE_DATE,
        currency=example.currency,
        packs=(pack.id,),
        facts=facts,
        not_applicable={marked: ABSENT_REASON} if marked else {},
        confirmed=confirmed,
    )


def _tree(raw: Any) -> Value:
    """An example's answer as it stood in the file."""
    if isinstance(raw, dict):
        mapping = Mapping()
        mapping.update({key: _tree(value) for key, value in raw.items()})
        return mapping
    if isinstance(raw, list | tuple):
        items = Sequence()
        items.extend(_tree(value) for value in raw)
        return items
    if isinstance(raw, int | Fraction) and not isinstance(raw, bool):
        return Number.read(exact_text(Fraction(raw)))
    assert raw is None or isinstance(raw, bool | str)
    return raw


def _run(pack: Pack, each: Indicator | Gate | Check, example: Example) -> Iterator[Problem]:
    try:
        result = evaluate(example_case(pack, example, each.id if example.na else ""), pack)
    except Problems as faults:
        yield from faults.problems
        return
    if isinstance(each, Indicator):
        node = next(node for node in result.nodes if node.id == each.id)
        given = exact_text(node.score) if node.status == "scored" and node.score is not None else node.status
        agrees = _agrees(node.score if node.status == "scored" else node.status, str(example.expect))
        because = node.because
    elif isinstance(each, Gate):
        gate = next(gate for gate in result.gates if gate.id == each.id)
        given, because = gate.status, gate.because
        agrees = given == str(example.expect)
    else:
        check = next(check for check in result.checks if check.id == each.id)
        given, because = check.status, check.because
        agrees = given == str(example.expect)
    if not agrees:
        word = type(each).__name__.lower()
        yield Problem(
            "example-failed",
            f"example '{example.name}' of {word} '{each.id}' gives {given}, expected {example.expect}: {because}"[:600],
            example.file,
            example.line or None,
            hint="mend the rule, or the expectation",
        )


def _agrees(score: Fraction | str | None, expected: str) -> bool:
    if score is None or isinstance(score, str):
        return score == expected
    if "/" in expected:
        above, _, below = expected.partition("/")
        return above.isdecimal() and below.isdecimal() and int(below) > 0 and score == Fraction(int(above), int(below))
    places = len(expected.partition(".")[2])
    return shown(score, places) == expected
