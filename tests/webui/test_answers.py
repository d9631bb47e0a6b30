"""Fields to answers and back: what people type, and that nothing changes on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop import read_case
from tenderloop.pack import Fact
from tenderloop.readers.answers import read_value
from tenderloop.readers.faults import Faults
from tenderloop_web.answers import Page, entries_of, read_answer, read_page, text_fault, tidy
from tenderloop_web.catalogue import packs
from tenderloop_web.draft import Draft, plain_of, slug, value_of
from tenderloop_web.sections import facts_of, sections

MASS = Fact(id="mass", kind="number", unit="t/year", question="How much?", min=0, max=1000000)  # type: ignore[arg-type]
MONEY = Fact(id="cost", kind="number", unit="money/t", question="What does it cost?")
PURE = Fact(id="ratio", kind="number", unit="1", question="What ratio?")
SEVERAL = Fact(id="several", kind="choices", options={"a": "First", "b": "Second"}, question="Which of these?")
LEVEL = Fact(id="level", kind="level", levels=("none", "some", "all"), question="How far?")


@pytest.mark.parametrize(
    ("fact", "typed", "held"),
    [
        (MASS, "1200", "1200 t/year"),
        (MASS, " 1 200 ", "1200 t/year"),
        (MASS, "1\u202f200\u202f000 kg/year", "1200000 kg/year"),
        (MASS, "1\u00a0200.5", "1200.5 t/year"),
        (MASS, "3 t/year", "3 t/year"),
        (MASS, "5/18", "5/18 t/year"),
        (MONEY, "12.50", "12.50 INR/t"),
        (MONEY, "12.50 INR/t", "12.50 INR/t"),
        (PURE, "0.5", "0.5"),
    ],
)
def test_numbers_as_people_type_them(fact: Fact, typed: str, held: str) -> None:
    assert read_answer(Page({f"f.{fact.id}": [typed]}), fact, "INR") == (held, [])


@pytest.mark.parametrize(
    ("fact", "typed", "said"),
    [
        (MASS, "1,234", "1234 or as 1.234"),
        (MASS, "1,234 t/year", "1234 or as 1.234"),
        (MASS, "0,5", "write 0.5"),
        (MASS, "1e3", "no exponent"),
        (MASS, "１２", "digits 0 to 9: 12"),
        (MASS, "٣", "digits 0 to 9"),
        (MASS, "−5", "digits 0 to 9: -5"),
        (MASS, "-5", "at least 0 t/year"),
        (MASS, "2000000", "at most 1000000 t/year"),
        (MASS, "NaN", "no number"),
        (MASS, "5 MWh", "MWh"),
        (MASS, "5 tonns", "not known"),
        (MASS, "9" * 60, "40 digits"),
        (MASS, "soon", "not a plain decimal"),
        (MASS, "unknown", "leave it out"),
        (MONEY, "5 EUR/t", "convert it and write it in INR"),
        (MASS, "5\u202e7", "U+202E"),
        (LEVEL, "7", "0 to 2"),
        (LEVEL, "high", "level"),
    ],
)
def test_numbers_that_are_refused_say_what_to_write(fact: Fact, typed: str, said: str) -> None:
    value, faults = read_answer(Page({f"f.{fact.id}": [typed]}), fact, "INR")
    assert value is None
    assert len(faults) == 1
    assert said in faults[0].text
    assert fact.id not in faults[0].text or fact.id in ("level",)


def test_an_empty_field_is_unknown_and_none_of_these_is_an_answer() -> None:
    assert read_answer(Page({}), SEVERAL, None) == (None, [])
    assert read_answer(Page({"f.several": ["-none-"]}), SEVERAL, None) == ([], [])
    assert read_answer(Page({"f.several": ["b"]}), SEVERAL, None) == (["b"], [])
    value, faults = read_answer(Page({"f.several": ["a", "-none-"]}), SEVERAL, None)
    assert value is None
    assert "keep one" in faults[0].text


@pytest.mark.parametrize("row", [300, 9999, 999_999])
def test_rows_beyond_the_limit_are_refused_not_dropped(row: int) -> None:
    table = Fact(id="parts", kind="table", columns=({"id": "part", "kind": "text"},), question="Which parts?")  # type: ignore[arg-type]
    value, faults = read_answer(Page({"f.parts.0.part": ["one"], f"f.parts.{row}.part": ["lost?"]}), table, None)
    assert value is None
    assert "more than 300 rows" in faults[0].text
    held, faults = read_answer(Page({"f.parts.0.part": ["one"], "f.parts.299.part": ["two"]}), table, None)
    assert held == [{"part": "one"}, {"part": "two"}]
    assert not faults


def sample_cases() -> list[Path]:
    return sorted((Path(__file__).parents[2] / "samples").glob("*/case.yaml"))


@pytest.mark.parametrize("path", sample_cases(), ids=lambda path: path.parent.name)
def test_a_case_survives_every_page_unchanged(path: Path) -> None:
    case = read_case(path)
    draft = Draft.of_case(case)
    assert draft.case().hash == case.hash
    for section in sections(draft):
        facts = [question.fact for question in section.questions]
        assert read_page(draft, Page(entries_of(draft, facts, section.absent)), facts, section.absent) == []
    assert draft.case().hash == case.hash


def test_every_example_of_every_pack_can_be_typed() -> None:
    """The answers of the packs' own examples go into fields and come back as they were."""
    tried = 0
    for pack in packs():
        for item in (*pack.indicators, *pack.gates, *pack.checks):
            for example in item.examples:
                draft = Draft({"packs": [pack.id], "currency": example.currency})
                for name, value in example.facts.items():
                    if name in pack.fact_of:
                        draft.set_answer(name, plain_of(value), [])
                before = dict(draft.part("facts"))
                facts = [pack.fact_of[name] for name in before]
                assert read_page(draft, Page(entries_of(draft, facts, ())), facts, ()) == [], (item.id, example.name)
                assert draft.part("facts").keys() == before.keys()
                for name in before:
                    typed = [_typed(pack.fact_of[name], each, example.currency) for each in (draft.answer(name), before[name])]
                    assert typed[0] == typed[1], (item.id, example.name, name)
                tried += 1
    assert tried > 500


def _typed(fact: Fact, plain: Any, currency: str) -> Any:
    faults = Faults()
    value = read_value(fact, value_of(plain), faults.at(), currency)
    assert not faults.problems
    return value


@given(st.text(max_size=200))
def test_no_text_breaks_a_page(text: str) -> None:
    """Whatever is typed is taken or refused with a sentence; what is taken can travel on."""
    fact = Fact(id="words", kind="text", question="What is it?")
    draft = Draft({"packs": []})
    faults = read_page(draft, Page({"f.words": [text]}), [fact], ())
    if not faults:
        again = Draft.read(draft.text())
        assert again.answer("words") in (None, tidy(text))
    else:
        assert len(faults[0].text) > 10


@given(st.text(max_size=60))
def test_no_number_breaks_a_page(text: str) -> None:
    value, faults = read_answer(Page({"f.mass": [text]}), MASS, "EUR")
    assert (value is None) == bool(faults) or not tidy(text)


@given(st.text(max_size=80))
def test_a_short_name_can_be_made_of_any_title(text: str) -> None:
    import re

    assert re.fullmatch("[a-z][a-z0-9_]{0,59}", slug(text, "case"))


def test_texts_have_a_limit() -> None:
    assert "shorten" in text_fault("x" * 10_001)
    assert text_fault("x" * 10_000) == ""


def test_each_fact_is_asked_once() -> None:
    draft = Draft({"packs": [pack.id for pack in packs()]})
    asked = [question.fact.id for section in sections(draft) for question in section.questions]
    assert len(asked) == len(set(asked))
    assert set(asked) == set(facts_of(draft.pack_names))


def test_each_indicator_that_may_be_marked_is_on_a_page() -> None:
    draft = Draft({"packs": [pack.id for pack in packs()]})
    marked = [indicator.id for section in sections(draft) for indicator in section.absent]
    assert sorted(marked) == sorted(indicator.id for pack in packs() for indicator in pack.indicators if indicator.na != "never")
