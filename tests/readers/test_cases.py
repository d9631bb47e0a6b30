"""Cases: typing, writing so that they read back equal, and a hash that only the content decides."""

from __future__ import annotations

import json
import random
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.case import Case
from tenderloop.errors import Problems
from tenderloop.pack import Pack
from tenderloop.readers.cases import case_of_text, read_case, write_case
from tenderloop.readers.packs import read_pack

sys.path.insert(0, str(Path(__file__).parent))
from bad_files import SOUND, refused

PACK: Pack = read_pack(SOUND)

TEXT = """\
case: demo
title: "Plant: the second line"
kind: project
stage: delivery
date: 2026-11-21
currency: INR
rated_by: third_party
packs: [sound]
notes: |
  First line.
    Indented, and long enough to be broken somewhere, since nobody reads a line of more than one hundred and twenty characters.

  Last.
documents:
  report: {title: "The report, part 2", url: "https://example.org/a?b=c", date: 2018-07-10, author: A. Name}
facts:
  has_users: true
  plan: {value: 1, evidence: [{document: report, page: 4, quote: "a \\"b\\": c # d", grade: 2}, {kind: visit, date: 2026-01-02, grade: 4}]}
  permit: applied
  parts: [repair, reuse]
  capacity: 1000 t/year
  recovered: {value: 1234.5 kg/month, evidence: [{kind: letter, quote: "- @= +", grade: 1}]}
  cost: 300000000 INR/year
  opened: 2009-01-01
  note: "=1+1"
  composition:
    value:
      - {component: paper, share: 12 %}
      - {component: food, share: 88 %}
    evidence: [{document: report, page: xii, grade: 3}]
not_applicable:
  s.permit: No permit is asked (site plan, p. 4).
justifications:
  fuel_is_fuel: The analysis of the university, page 3, says so.
"""


def case() -> Case:
    return case_of_text(TEXT, "case.yaml", [PACK])


def test_values_are_typed_in_the_declared_unit() -> None:
    found = case()
    values = {name: answer.value for name, answer in found.facts.items()}
    assert values["recovered"] == Fraction("14.814")
    assert values["parts"] == ("reuse", "repair")
    assert values["plan"] == 1
    assert values["composition"] == ({"component": "paper", "share": Fraction(12)}, {"component": "food", "share": Fraction(88)})
    assert found.facts["plan"].grade == 4
    assert found.facts["has_users"].grade == 0
    assert found.facts["recovered"].line == 22


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_written_cases_read_back_equal(form: str) -> None:
    first = case()
    text = write_case(first, form, [PACK])  # type: ignore[arg-type]
    again = case_of_text(text, "case", [PACK], json=form == "json")
    assert again.model_dump() == first.model_dump()
    assert again.hash == first.hash
    assert write_case(again, form, [PACK]) == text  # type: ignore[arg-type]


def test_order_format_and_units_do_not_change_the_hash() -> None:
    first = case()
    head, _, facts = TEXT.partition("facts:\n")
    moved = (
        head.replace("currency: INR\n", "")
        + "currency: INR\n"
        + "facts:\n"
        + facts.replace("capacity: 1000 t/year", "capacity: 1000000 kg/year")
    )
    assert case_of_text(moved, "x", [PACK]).hash == first.hash
    other = TEXT.replace("capacity: 1000 t/year", "capacity: 1001 t/year")
    assert case_of_text(other, "x", [PACK]).hash != first.hash


def test_an_empty_answer_is_unknown() -> None:
    text = TEXT.replace("permit: applied", "permit:")
    assert "permit" not in case_of_text(text, "x", [PACK]).facts


def test_a_folder_is_read_by_its_case_file(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(TEXT, encoding="utf-8")
    assert read_case(tmp_path, [PACK]).hash == case().hash
    assert read_case(tmp_path, [PACK]).file.endswith("case.yaml")


def test_a_faulty_pack_refuses_its_cases_with_its_own_faults() -> None:
    bad = Path(SOUND).parent
    with pytest.raises(Problems) as found:
        case_of_text(TEXT.replace("packs: [sound]", f"packs: ['{bad}']"), "case.yaml", [])
    assert {problem.code for problem in found.value.problems} >= {"file-missing"}


def test_facts_bounded_by_two_packs_keep_both_bounds() -> None:
    capacity = PACK.fact_of["capacity"].model_copy(update={"max": Fraction(500), "min": None})
    other = PACK.model_copy(update={"id": "other", "facts": (capacity,)})
    with pytest.raises(Problems) as found:
        case_of_text(TEXT, "case.yaml", [PACK, other])
    assert [problem.code for problem in found.value.problems] == ["out-of-range"]


ANSWER = st.one_of(
    st.booleans(),
    st.integers(-10, 10),
    st.text(max_size=20),
    st.sampled_from(["granted", "5 t/year", "5/3 t/year", "2020-01-01", "nan", "5 EUR/year", "1e5 t/year", "reuse"]),
    st.lists(st.sampled_from(["reuse", "repair", "none", ""]), max_size=3),
    st.lists(st.dictionaries(st.sampled_from(["component", "share", "x"]), st.sampled_from(["paper", "food", "5 %", 5, None])), max_size=3),
    st.dictionaries(st.sampled_from(["value", "evidence", "x"]), st.one_of(st.none(), st.just("5 t/year"), st.just([{"grade": 2}]))),
    st.none(),
)


@given(st.dictionaries(st.sampled_from([*PACK.fact_of, "recovery_rate", "nothing"]), ANSWER, max_size=5))
def test_any_answers_are_read_back_equal_or_refused(facts: dict[str, object]) -> None:
    content = {"case": "x", "title": "X", "kind": "project", "stage": "tender", "date": "2026-01-01", "currency": "EUR", "packs": ["sound"]}
    text = json.dumps({**content, "facts": facts})
    faults = refused(lambda: case_of_text(text, "case.json", [PACK], json=True))
    if faults is not None:
        assert all(problem.where.startswith("$") and problem.hint for problem in faults), faults
        return
    found = case_of_text(text, "case.json", [PACK], json=True)
    for form in ("yaml", "json"):
        again = case_of_text(write_case(found, form, [PACK]), "case", [PACK], json=form == "json")  # type: ignore[arg-type]
        assert again.hash == found.hash


def test_mistyped_files_are_read_or_refused() -> None:
    """Lines lost, doubled and swapped, characters changed: never anything but a case or a list of faults."""
    random_ = random.Random(20261121)  # a fixed seed, so that the test is the same every time
    lines = TEXT.splitlines(keepends=True)
    times = 0
    for _ in range(400):
        changed = list(lines)
        for _ in range(random_.randint(1, 3)):
            at = random_.randrange(len(changed))
            what = random_.randrange(4)
            if what == 0:
                del changed[at]
            elif what == 1:
                changed.insert(at, random_.choice(lines))
            elif what == 2:
                other = random_.randrange(len(changed))
                changed[at], changed[other] = changed[other], changed[at]
            else:
                line = changed[at]
                place = random_.randrange(len(line))
                changed[at] = line[:place] + random_.choice(":{}[]'\"#-0x ") + line[place + 1 :]
        faults = refused(lambda changed=changed: case_of_text("".join(changed), "case.yaml", [PACK]))  # type: ignore[misc]
        assert faults is None or all(problem.hint and problem.line for problem in faults), faults
        times += faults is not None
    assert times > 200
