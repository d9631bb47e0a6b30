"""signals.yaml of a pack: what is read, and every fault in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenderloop.errors import Problems
from tenderloop.readers.packs import read_pack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "signals_pack"
    found.mkdir()
    (found / "indicators").mkdir()
    (found / "pack.yaml").write_text(
        """id: signals_pack
version: 0.1.0
title: A pack with signals
purpose: Shows how a notice answers facts.
label: ours
licence: CC-BY-4.0
kinds: [tender]
stages: [tender]
ladder:
  name: ours
  source: ours
  bands: [{from: 0, rating: B}, {from: 50, rating: A}]
outcomes:
  - id: one
    title: One
    criteria: [{id: one_a, title: One}]
""",
        encoding="utf-8",
    )
    (found / "sources.yaml").write_text("- {id: ours, title: Ours, status: proposed}\n", encoding="utf-8")
    (found / "indicators" / "one.yaml").write_text(
        """facts:
  - {id: spare, kind: level, question: "Are spare parts asked for?", levels: [nothing, named, asked, asked in years]}
  - {id: price_share, kind: number, unit: "%", question: "What share has the price?"}
  - {id: declared, kind: yes_no, question: "Is it declared circular?"}
indicators:
  - id: one.a
    criterion: one_a
    title: Spare parts
    question: Are spare parts asked for?
    facts: [spare]
    scoring: {levels: {of: spare, scores: [0, 20, 60, 100]}}
    if_unknown: zero
    evidence: {accept: [specification]}
    hint: Ask for them.
    source: ours
    examples: [{name: good, facts: {spare: 3}, expect: 100}]
""",
        encoding="utf-8",
    )
    return found


def test_signals_are_read_into_the_pack(folder: Path) -> None:
    before = read_pack(folder).hash
    (folder / "signals.yaml").write_text(
        """codes: [{list: environmental-impact, code: circ-econ, fact: declared}]
texts: [{concept: spare_parts, fact: spare, said: 1, bound: 2, measured: 3}]
fields: [{field: award_share_price, fact: price_share}]
""",
        encoding="utf-8",
    )
    pack = read_pack(folder)
    assert [signal.code for signal in pack.code_signals] == ["circ-econ"]
    assert [(signal.concept, signal.measured) for signal in pack.text_signals] == [("spare_parts", 3)]
    assert [signal.field for signal in pack.field_signals] == ["award_share_price"]
    assert pack.hash != before


@pytest.mark.parametrize(
    ("line", "code", "hint"),
    [
        ("texts: [{concept: spare_parts, fact: spares, said: 1, bound: 2, measured: 3}]", "unknown-fact", "spare"),
        ("texts: [{concept: spare_parts, fact: declared, said: 1, bound: 2, measured: 3}]", "wrong-kind", "level"),
        ("texts: [{concept: spare_parts, fact: spare, said: 1, bound: 2, measured: 4}]", "level-out-of-range", "lower"),
        ("texts: [{concept: spare_parts, fact: spare, said: 2, bound: 1, measured: 3}]", "bad-value", "pack-format"),
        ("fields: [{field: award_share_prise, fact: price_share}]", "unknown-field", "award_share_price"),
        ("fields: [{field: lot_count, fact: price_share}]", "", ""),  # both are pure numbers
        ("fields: [{field: duration_months, fact: price_share}]", "unit-mismatch", "unit"),
        ("fields: [{field: sme_suitable, fact: price_share}]", "wrong-kind", "yes_no"),
        ("codes: [{list: environmental-impact, code: circ-econ, fact: declared, value: maybe}]", "wrong-kind", "true or false"),
        ("codes: [{list: environmental-impact, fact: declared}]", "missing-key", "code"),
        ("texts: {concept: spare_parts}", "wrong-type", "fact"),
        ("words: []", "unknown-key", "codes"),
    ],
)
def test_each_fault_is_named_at_its_line(folder: Path, line: str, code: str, hint: str) -> None:
    (folder / "signals.yaml").write_text("# what was read, as facts\n" + line + "\n", encoding="utf-8")
    if not code:
        read_pack(folder)
        return
    with pytest.raises(Problems) as raised:
        read_pack(folder)
    problem = raised.value.problems[0]
    assert (problem.code, problem.line) == (code, 2)
    assert problem.file.endswith("signals.yaml")
    assert hint in problem.hint
