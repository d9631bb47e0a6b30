"""Publishers' JSON: exact numbers, places of faults, and a view that never raises."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenderloop.errors import Problems
from tenderloop.notice import Amount
from tenderloop.readers.loose_json import MOST_NOTES, Notes, View, load_json, repeated_keys


def view(**values: Any) -> View:
    return View(values, "/tender", Notes("file.json"))


def codes(held: View) -> list[str]:
    return [problem.code for problem in held.notes.problems]


def test_numbers_are_exact() -> None:
    values, problems = load_json(b'{"a": 0.1, "b": 1.50, "c": 12345678901234567890123, "d": 1e2}')
    assert values == [{"a": Decimal("0.1"), "b": Decimal("1.50"), "c": 12345678901234567890123, "d": Decimal("1E+2")}]
    assert str(values[0]["b"]) == "1.50"
    assert problems == ()


def test_texts_that_follow_each_other_are_all_read_and_a_fault_names_its_place() -> None:
    values, problems = load_json(b'{"a": 1}\n{\n "b": 2}\n{"c": tru}\n{"d": 4}', "file.json", 10)
    assert values == [{"a": 1}, {"b": 2}]
    assert [(each.code, each.line, each.where) for each in problems] == [("json-syntax", 13, "after 2 values")]
    assert "byte 26" in problems[0].message


@pytest.mark.parametrize(
    ("text", "line", "byte"),
    [
        (b'{"a": 1', 1, 7),
        (b'{"a": 1,\n "b" 2}', 2, 14),
        (b'{"a": "\xc3\xa9", "b": tru}', 1, 17),
        (b"nonsense", 1, 0),
        (b"[1, 2", 1, 5),
    ],
)
def test_a_fault_has_line_and_byte(text: bytes, line: int, byte: int) -> None:
    with pytest.raises(Problems) as raised:
        load_json(text, "file.json")
    problem = raised.value.problems[-1]
    assert (problem.code, problem.line) == ("json-syntax", line)
    assert problem.message.endswith(f"at byte {byte}")


def test_dirt_of_the_text_is_read_and_said() -> None:
    values, problems = load_json(b'{"a": NaN, "b": -Infinity, "c": "x\ty", "d": ' + b"9" * 5000 + b"}")
    assert values == [{"a": None, "b": None, "c": "x\ty", "d": None}]
    assert {each.code for each in problems} == {"json-constant", "number-too-long", "json-control-character"}
    assert "(2 times)" in problems[0].message
    values, problems = load_json(b'{"a": "\\ud83d\\ude00 \\ud800"}')
    assert values == [{"a": "\N{GRINNING FACE} ?"}]
    assert [each.code for each in problems] == ["json-surrogate"]


def test_depth_is_a_problem() -> None:
    for text in (b"[" * 100_000, b'{"a":' * 50_000):
        with pytest.raises(Problems) as raised:
            load_json(text)
        assert raised.value.problems[0].code == "too-deep"


def test_repeated_keys_have_their_pointer_and_are_not_found_in_texts() -> None:
    text = b'{"a/b": [{"x": 1, "x" : 2, "y": "\\"x\\":"}], "z": 1, "z": 2}'
    values, _ = load_json(text)
    assert {each.where for each in repeated_keys(text, values)} == {"/z", "/a~1b/0/x"}
    clean = b'{"a": "\\"b\\": \\"b\\":"}'
    assert repeated_keys(clean, load_json(clean)[0]) == ()


@settings(max_examples=100)
@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_what_json_writes_is_read_the_same(value: Any) -> None:
    values, problems = load_json(json.dumps(value).encode())
    text = json.dumps(value)
    if "\\ud" not in text:
        assert values == [value]
        assert problems == ()
    assert repeated_keys(text.encode("utf-8", "surrogatepass"), values) == ()


@pytest.mark.parametrize(
    ("value", "number", "noted"),
    [
        (12, "12", []),
        (Decimal("0.10"), "0.10", []),
        ("12.50", "12.50", ["number-as-text"]),
        ("1,234,567.89", "1234567.89", ["number-as-text"]),
        ("1 234 567", "1234567", ["number-as-text"]),
        ("1'234.5", "1234.5", ["number-as-text"]),
        ({"$numberLong": "123"}, "123", ["database-number"]),
        ({"$numberDecimal": "1.5"}, "1.5", ["database-number"]),
        (None, None, []),
        ("", None, []),
        ("  ", None, []),
        ("1,234", None, ["bad-number"]),
        ("1,5", None, ["bad-number"]),
        ("twelve", None, ["bad-number"]),
        ("1e5", None, ["bad-number"]),
        (True, None, ["wrong-type"]),
        ([1], None, ["wrong-type"]),
        ({"$numberLong": "1", "x": 2}, None, ["wrong-type"]),
        (Decimal("1E+31"), None, ["number-too-long"]),
        (Decimal("1E-31"), None, ["number-too-long"]),
        (10**50, None, ["number-too-long"]),
        (Decimal("0E+999999"), None, ["number-too-long"]),
        ("1" * 41, None, ["bad-number"]),
    ],
)
def test_numbers_in_all_their_dress(value: Any, number: str | None, noted: list[str]) -> None:
    held = view(n=value)
    found = held.number("n")
    assert (None if found is None else str(found)) == number
    assert codes(held) == noted
    assert all(problem.where == "/tender/n" for problem in held.notes.problems)


def test_amounts() -> None:
    held = view(
        a={"amount": Decimal("1.5"), "currency": "eur"}, b={"amount": None, "currency": "EUR"}, c=7, d={"$numberLong": "8"}, e={}, f="x"
    )
    assert held.amount("a") == Amount(Decimal("1.5"), "EUR", "/tender/a/amount")
    assert held.amount("b") is None
    assert held.amount("c") == Amount(Decimal(7), "", "/tender/c")
    assert held.amount("d") == Amount(Decimal(8), "", "/tender/d")
    assert held.amount("e") is None
    assert held.amount("f") is None
    assert held.amount("nothing") is None
    assert codes(held) == ["amount-without-object", "database-number", "amount-without-object", "bad-number"]


@pytest.mark.parametrize(
    ("value", "told", "noted"),
    [
        ("2014-04-15", "2014-04-15", []),
        ("2014-04-15T14:00:00.123Z", "2014-04-15T14:00:00.123Z", []),
        ("2014-04-15T14:00:00-04:00", "2014-04-15T14:00:00-04:00", []),
        ("2014-04-15 14:00 Eastern Daylight Time (EDT)", "2014-04-15 14:00", ["date-in-words"]),
        ({"$date": 1604880036000}, "2020-11-09T00:00:36Z", []),
        ("15/04/2014", "", ["bad-date"]),
        ("2014-13-45", "", ["bad-date"]),
        (20140415, "", ["bad-date"]),
        ({"$date": 10**30}, "", ["bad-date"]),
        (None, "", []),
    ],
)
def test_dates(value: Any, told: str, noted: list[str]) -> None:
    held = view(d=value)
    assert held.date("d") == told
    assert codes(held) == noted


def test_shapes_are_repaired_where_that_is_safe() -> None:
    held = view(one={"id": "1"}, keyed={"0": {"id": "1"}, "1": {"id": "2"}}, mixed=[{"id": "1"}, 7, None], wrapped=[{"id": "9"}], text="x")
    assert [each.where for each in held.each("one")] == ["/tender/one"]
    assert [each.where for each in held.each("keyed")] == ["/tender/keyed/0", "/tender/keyed/1"]
    assert [each.words("id") for each in held.each("mixed")] == ["1"]
    assert held.object("wrapped").words("id") == "9"
    assert held.object("wrapped").where == "/tender/wrapped/0"
    assert not held.object("text")
    assert held.each("text") == []
    assert held.several("text") == [("x", "/tender/text")]
    assert codes(held) == [
        "object-for-list",
        "object-for-list",
        "wrong-type",
        "list-for-object",
        "list-for-object",
        "wrong-type",
        "wrong-type",
        "text-for-list",
    ]


def test_words_flags_and_translations() -> None:
    held = view(
        id=985320, many=["a", "b"], yes=True, flag="Oui", odd="perhaps", title=" Desks ", title_hy="Սեղան", title_xx_y=1, **{"a/b": "c"}
    )
    assert (held.words("id"), held.words("many"), held.words("nothing")) == ("985320", "a; b", "")
    assert (held.flag("yes"), held.flag("flag"), held.flag("odd"), held.flag("nothing")) == (True, True, None, None)
    assert held.translations("title") == [("Desks", "", "/tender/title"), ("Սեղան", "hy", "/tender/title_hy")]
    assert held.place("a/b") == "/tender/a~1b"
    assert codes(held) == ["wrong-type", "flag-as-text", "bad-flag"]


def test_the_list_of_faults_is_cut() -> None:
    notes = Notes()
    for number in range(MOST_NOTES + 50):
        notes.add("bad-number", str(number))
    assert len(notes.problems) == MOST_NOTES + 1
    assert notes.problems[-1].code == "too-many-faults"


def test_places_of_a_merged_object_are_those_of_the_newest_that_says_the_same() -> None:
    new = {"title": "Desks", "lots": [{"id": "2", "title": "B"}]}
    old = {"title": "Desk", "status": "active", "lots": [{"id": "1", "title": "A"}, {"id": "2", "title": "b"}]}
    merged = {"title": "Desks", "status": "active", "lots": [{"id": "1", "title": "A"}, {"id": "2", "title": "B"}]}
    held = View(merged, "/releases/1", Notes(), (("/releases/1", new), ("/releases/0", old)))
    assert held.place("title") == "/releases/1/title"
    assert held.place("status") == "/releases/0/status"
    assert [each.place("title") for each in held.each("lots")] == ["/releases/0/lots/0/title", "/releases/1/lots/0/title"]
