"""The rule language: each fault word for word with its column, and the meaning at every edge.

A person who writes criteria sees the message and nothing else; so the whole message is held here, column and hint with it.
"""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from tenderloop.expression import (
    FUNCTIONS,
    MOST_CHARACTERS,
    MOST_NESTED,
    NUMBER,
    RESERVED,
    TRUTH,
    Arithmetic,
    Both,
    Call,
    Comparison,
    Constant,
    Contains,
    Day,
    Either,
    Exact,
    ExactValue,
    Expression,
    ExpressionError,
    Member,
    Name,
    Negative,
    Not,
    Text,
    Type,
    check,
    children,
    parse,
    run,
    text_of,
    walk,
)
from tenderloop.quantity import ONE, parse_unit


def number(unit: str) -> Type:
    return Type("number", parse_unit(unit).dimension, unit=unit)


NAMES = {
    "plant_capacity": number("t/year"),
    "residual_waste": number("t/year"),
    "waste": number("t"),
    "energy": number("MWh"),
    "co2": number("tCO2e"),
    "lhv": number("MJ/kg"),
    "share": number("%"),
    "ambient": number("degC"),
    "gas": number("Nm3"),
    "has_users": Type("truth"),
    "permit": Type("choice", options=("none", "applied", "granted")),
    "other": Type("choice", options=("a", "b")),
    "same": Type("choice", options=("a", "b")),
    "streams": Type("choices", options=("paper", "glass")),
    "permit_date": Type("date"),
    "note": Type("text"),
    "need": Type("level"),
    "composition": Type("table"),
}


def refused_rules() -> list[tuple[str, list[tuple[str, str]]]]:
    """The rules of expression_faults.txt with the code and text of every fault."""
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for line in (Path(__file__).parent / "expression_faults.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            code, _, message = line.strip().partition(": ")
            found[-1][1].append((code, message))
        elif line and not line.startswith("#"):
            found.append((line, []))
    return found


REFUSED = refused_rules()


@pytest.mark.parametrize(("rule", "faults"), REFUSED, ids=[rule for rule, _ in REFUSED])
def test_a_fault_word_for_word(rule: str, faults: list[tuple[str, str]]) -> None:
    with pytest.raises(ExpressionError) as caught:
        check(parse(rule), NAMES)
    assert [(error.code, str(error)) for error in caught.value.errors] == faults
    assert caught.value.column == int(faults[0][1].split()[1].rstrip(":"))


def test_there_are_enough_of_them() -> None:
    assert len(REFUSED) > 180
    assert all(faults for _, faults in REFUSED)


@pytest.mark.parametrize(
    ("sign", "hint"),
    [
        ("≤", "write <="), ("≥", "write >="), ("≠", "write !="), ("×", "write *"), ("·", "write *"), ("÷", "write /"), ("−", "write -"),
        ("–", "write -"), ("‘", "write '"), ("’", "write '"), ("“", 'write "'), ("”", 'write "'), ("\u00a0", "write a plain space"),
        ("\u202f", "write a plain space"), ("²", "write 2, as in m2"), ("³", "write 3, as in m3"), ("€", "write money"), ("∧", "write and"),
        ("∨", "write or"), ("¬", "write not"), ("°", "write deg, as in degC"), ("µ", "write u, as in ug"), ("μ", "write u, as in ug"),
        ("٣", "use the digits 0 to 9"), ("é", "use plain ASCII letters, digits and signs"),
    ],
)  # fmt: skip
def test_a_sign_that_looks_right_is_named_with_what_to_write(sign: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(f"x {sign} y")
    assert (caught.value.code, caught.value.hint, caught.value.column) == ("not-ascii", hint, 3)
    assert caught.value.message == f"the character {sign!a} is not allowed in a rule"


@pytest.mark.parametrize("sign", ["\x00", "\t", "\n", "\x1f", "\x7f"])
def test_a_control_character_is_named(sign: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(f"x {sign} y")
    assert (caught.value.code, caught.value.column) == ("control-character", 3)
    assert caught.value.message == f"the character {sign!a} is not allowed in a rule"


PYTHON = (
    "if", "else", "elif", "for", "while", "break", "continue", "is", "await", "async", "yield", "del", "pass", "class", "def", "return",
    "import", "from", "as", "with", "try", "except", "finally", "raise", "global", "nonlocal", "assert", "lambda",
)  # fmt: skip


@pytest.mark.parametrize("word", PYTHON)
def test_words_of_python_are_not_words_of_a_rule(word: str) -> None:
    for rule, column in ((word, 1), (f"x {word} y", 3)):
        with pytest.raises(ExpressionError) as caught:
            parse(rule)
        assert (caught.value.code, caught.value.column) == ("word-not-allowed", column)
        assert caught.value.message == f"'{word}' is not part of the rule language"


def test_names_that_a_pack_may_not_give() -> None:
    assert {"and", "or", "not", "in", "true", "false", "none", "null", "min", "max", "abs", "known", "sum", "count"} == RESERVED
    assert FUNCTIONS == ("min", "max", "abs", "known", "sum", "count")


def test_how_long_and_how_deep_a_rule_may_be() -> None:
    assert (MOST_CHARACTERS, MOST_NESTED) == (500, 50)
    longest = "x" + " " * 497 + "+1"
    assert len(longest) == 500
    assert text_of(parse(longest)) == "x + 1"
    with pytest.raises(ExpressionError) as caught:
        parse("x" + " " * 498 + "+1")
    assert str(caught.value) == "column 501: a rule has at most 500 characters, this one has 501 (name parts under 'derived')"
    assert parse("(" * 49 + "x" + ")" * 49) == Name("x")
    assert parse("(" * 50 + "x" + ")" * 50) == Name("x")
    with pytest.raises(ExpressionError) as caught:
        parse("(" * 51 + "x" + ")" * 51)
    assert str(caught.value) == "column 51: brackets or signs are nested more than 50 deep (name parts under 'derived')"


@pytest.mark.parametrize(("sign", "width"), [("-", 1), ("not ", 4)])
def test_how_many_signs_may_stand_before_a_value(sign: str, width: int) -> None:
    assert parse(sign * 49 + "x")
    with pytest.raises(ExpressionError) as caught:
        parse(sign * 51 + "x")
    assert caught.value.code == "too-deep"
    with pytest.raises(ExpressionError) as caught:
        parse(sign * 60 + "x and y")
    assert (caught.value.code, caught.value.column) == ("too-deep", 50 * width + (1 if width == 1 else 3))
    for before in ("x and ", "x * "):
        if width == 1 or before == "x and ":
            with pytest.raises(ExpressionError) as caught:
                parse(before + sign * 60 + "y")
            assert caught.value.column == len(before) + 50 * width + (1 if width == 1 else 3)
    # signs that do not follow each other do not add up
    assert parse(" and ".join(["not x"] * 40) if width == 4 else "max(" + ", ".join(["-x"] * 60) + ")")


def test_brackets_are_not_signs() -> None:
    assert parse("(" * 50 + "-x" + ")" * 50) == Negative(Name("x"))


def test_a_number_may_touch_the_word_that_follows() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert text_of(parse("need > 5and has_users")) == "need > 5 and has_users"


def test_a_declared_name_is_a_better_guess_than_a_unit() -> None:
    with pytest.raises(ExpressionError) as caught:
        check(parse("tonnes > 4"), {"tonnes_a": NUMBER})
    assert caught.value.hint == "did you mean 'tonnes_a'?"


def test_a_chain_of_parts_has_an_end() -> None:
    assert parse(" + ".join("x" * 50))
    with pytest.raises(ExpressionError) as caught:
        parse(" + ".join("x" * 51))
    assert str(caught.value) == "column 1: the rule has too many parts in a row (use sum(a, b, …) or name parts under 'derived')"


# --------------------------------------------------------------------------------------------------------------- the tree and its text

LEAVES: list[Callable[..., Expression]] = [
    lambda *at: Constant(Fraction(1), ONE, *at),
    lambda *at: Text("a", *at),
    lambda *at: Day(datetime.date(2026, 1, 31), *at),
    lambda *at: Name("x", *at),
    lambda *at: Negative(Name("x"), *at),
    lambda *at: Arithmetic("+", Name("x"), Name("y"), *at),
    lambda *at: Comparison((Name("x"), Name("y")), ("<",), *at),
    lambda *at: Both((Name("x"), Name("y")), *at),
    lambda *at: Either((Name("x"), Name("y")), *at),
    lambda *at: Not(Name("x"), *at),
    lambda *at: Member(Name("x"), ("a",), *at),
    lambda *at: Contains("a", Name("x"), *at),
    lambda *at: Call("min", (Name("x"),), *at),
]


@pytest.mark.parametrize("make", LEAVES)
def test_where_a_part_stands_does_not_make_it_another(make: Callable[..., Expression]) -> None:
    assert make().column == 1
    assert make(7).column == 7
    assert make() == make(7)
    assert hash(make()) == hash(make(7))


def test_the_symbol_of_a_unit_does_not_make_another_type() -> None:
    assert Type("number", (), unit="%") == Type("number", (), unit="1") == NUMBER
    assert (TRUTH.unit, TRUTH.options, TRUTH.dimension) == ("", None, ())


def test_every_part_keeps_its_column() -> None:
    rule = "not (aa + 5 t > -bb) and 'x' in cc or dd in ['y'] or min(ee, 3) == '2026-01-31' or 'z' not in ff"
    found = [(type(node).__name__, node.column) for node in walk(parse(rule))]
    assert found == [
        ("Either", 1),
        ("Both", 1),
        ("Not", 1),
        ("Comparison", 6),
        ("Arithmetic", 6),
        ("Name", 6),
        ("Constant", 11),
        ("Negative", 17),
        ("Name", 18),
        ("Contains", 26),
        ("Name", 33),
        ("Member", 39),
        ("Name", 39),
        ("Comparison", 54),
        ("Call", 54),
        ("Name", 58),
        ("Constant", 62),
        ("Day", 68),
        ("Not", 84),
        ("Contains", 84),
        ("Name", 95),
    ]
    assert children(parse("aa - bb")) == (Name("aa"), Name("bb"))


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("(a + b) + c", "a + b + c"),
        ("a + (b + c)", "a + (b + c)"),
        ("(a - b) - c", "a - b - c"),
        ("a - (b + c)", "a - (b + c)"),
        ("a + (b * c)", "a + b * c"),
        ("(a + b) * c", "(a + b) * c"),
        ("a * (b / c)", "a * (b / c)"),
        ("(a * b) / c", "a * b / c"),
        ("-(a + b)", "-(a + b)"),
        ("-(a * b)", "-(a * b)"),
        ("(-a) * (-b)", "-a * -b"),
        ("a - (-b)", "a - -b"),
        ("-(-a)", "--a"),
        ("-(abs(a))", "-abs(a)"),
        ("(a + b) < (c * d) <= (-e)", "a + b < c * d <= -e"),
        ("(a < b) and (c in ['x'])", "a < b and c in ['x']"),
        ("a and (b and c)", "a and (b and c)"),
        ("a or (b or c)", "a or (b or c)"),
        ("(a and b) or c", "a and b or c"),
        ("a and (b or c)", "a and (b or c)"),
        ("not (a < b)", "not a < b"),
        ("not (not a)", "not not a"),
        ("not (a and b)", "not (a and b)"),
        ("(not a) and b", "not a and b"),
        ("(not a) or (not b)", "not a or not b"),
        ("'x' not in a", "not 'x' in a"),
        ("min((a + b), c)", "min(a + b, c)"),
        ("count((a and b), (not c))", "count(a and b, not c)"),
        ("(a) == ('x')", "a == 'x'"),
        ("a   <=b", "a <= b"),
        ("1.50 t/person/year<a", "1.5 t/person/year < a"),
        ("55%<a", "55 % < a"),
        ("5 t//2", None),
        ("5 t/2", "5 t / 2"),
        ("5 t*2", "5 t * 2"),
        ("5 MW*h/year", "5 MW*h/year"),
        ("5 t/xyz", "5 t / xyz"),
        ("5 t/tx", "5 t / tx"),
        ("5 t/t2", "5 t / t2"),
        ("5 t/t_2", "5 t / t_2"),
        ("5 h/min(a, b)", "5 h / min(a, b)"),
        ("5 h/min", "5 h/min"),
        ("5 h / min", None),
        ("5 t **2", None),
        ("5 t* *2", None),
        ("5 t/(a)", "5 t / a"),
        ("5 t/h (a)", None),
        ("55 %/year < a", "55 %/year < a"),
        ("55%/year < a", "55 %/year < a"),
        ("a + (b / c)", "a + b / c"),
        ("(a + b) / c", "(a + b) / c"),
        ("(a / b) + c", "a / b + c"),
        ("a - (b / c)", "a - b / c"),
        ("a < (b + c)", "a < b + c"),
        ("a < (b * c) < (d - e)", "a < b * c < d - e"),
    ],
)
def test_no_bracket_more_than_needed(written: str, canonical: str | None) -> None:
    if canonical is None:
        with pytest.raises(ExpressionError):
            parse(written)
        return
    tree = parse(written)
    assert text_of(tree) == canonical
    assert parse(canonical) == tree


# ------------------------------------------------------------------------------------------------------------------- at every edge


def meaning(rule: str, **facts: ExactValue) -> ExactValue:
    return run(parse(rule), facts.__getitem__, Exact())


ORDERS: dict[str, tuple[bool, bool, bool]] = {  # for less, equal, greater
    "<": (True, False, False),
    "<=": (True, True, False),
    ">": (False, False, True),
    ">=": (False, True, True),
    "==": (False, True, False),
    "!=": (True, False, True),
}


@pytest.mark.parametrize("sign", list(ORDERS))
def test_below_at_and_above_a_threshold(sign: str) -> None:
    near = Fraction(1, 10**9)
    assert tuple(meaning(f"x {sign} 2", x=2 + step) for step in (-near, Fraction(0), near)) == ORDERS[sign]
    days = (datetime.date(2008, 12, 31), datetime.date(2009, 1, 1), datetime.date(2009, 1, 2))
    assert tuple(meaning(f"x {sign} '2009-01-01'", x=day) for day in days) == ORDERS[sign]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("1 < 2 < 3", True),
        ("1 < 2 < 2", False),
        ("2 < 2 < 3", False),
        ("1 < 2 > 1", True),
        ("1 < 2 > 2", False),
        ("2 > 1 < 2", True),
        ("1 > 2 < 3", False),
        ("1 < 2 < 3 < 4", True),
        ("1 < 2 < 3 < 3", False),
        ("1 < 3 > 2 == 2 != 5", True),
        ("1 < 3 > 2 == 2 != 2", False),
    ],
)
def test_every_link_of_a_chain_counts(rule: str, expected: bool) -> None:
    assert meaning(rule) is expected


@pytest.mark.parametrize("operation", ["add", "subtract", "multiply", "divide"])
def test_one_unknown_side_is_enough(operation: str) -> None:
    kernel = Exact()
    two = getattr(kernel, operation)
    assert [two(Fraction(6), None), two(None, Fraction(3)), two(None, None)] == [None, None, None]
    expected = {"add": Fraction(9), "subtract": Fraction(3), "multiply": Fraction(18), "divide": Fraction(2)}
    assert two(Fraction(6), Fraction(3)) == expected[operation]
    for sign in ORDERS:
        assert kernel.compare(sign, None, Fraction(1)) is kernel.compare(sign, Fraction(1), None) is None


def test_values_of_mixed_kind_are_our_own_bug() -> None:
    day = datetime.date(2026, 1, 31)
    for one, two in ((day, Fraction(1)), (Fraction(1), day), ("a", "b")):
        with pytest.raises(AssertionError, match="the rule was not checked"):
            Exact().compare("<", one, two)


def test_every_argument_counts() -> None:
    assert meaning("min(x, 1, 3)", x=Fraction(2)) == 1
    assert meaning("max(3, x, 1)", x=Fraction(2)) == 3
    assert meaning("sum(x, 1, 3)", x=Fraction(2)) == 6
    assert meaning("count(x > 1, x > 2, x > 0)", x=Fraction(2)) == 2
    assert meaning("count(x > 5)", x=Fraction(2)) == 0
    assert meaning("abs(x)", x=Fraction(-2)) == 2
    assert meaning("x and y and z", x=True, y=True, z=False) is False
    assert meaning("x or y or z", x=False, y=False, z=True) is True


@pytest.mark.parametrize(
    ("rule", "kind", "unit"),
    [
        ("-plant_capacity", "number", "t/year"),
        ("5 t", "number", "t"),
        ("plant_capacity + residual_waste", "number", "t/year"),
        ("other == same", "truth", ""),
        ("same == 'b'", "truth", ""),
        ("'b' != same", "truth", ""),
        ("note != 'b'", "truth", ""),
        ("note == note", "truth", ""),
        ("known(composition)", "truth", ""),
        ("0 < waste", "truth", ""),
        ("0 < 0", "truth", ""),
        ("max(0, waste, 0)", "number", "t"),
        ("0 <= waste <= 5 t", "truth", ""),
        ("permit in ['none', 'granted']", "truth", ""),
        ("note in ['whatever']", "truth", ""),
    ],
)
def test_what_a_sound_rule_gives(rule: str, kind: str, unit: str) -> None:
    found = check(parse(rule), NAMES)
    assert (found.kind, found.unit) == (kind, unit)


def test_a_fault_in_one_part_hides_no_fault_in_another() -> None:
    rule = "count(need, 5, note == 'a', waste) > zzz and zzz < permit and abs(note + 1) > 3"
    with pytest.raises(ExpressionError) as caught:
        check(parse(rule), NAMES)
    found = [(error.code, rule[error.column - 1 :].split()[0].rstrip(",)")) for error in caught.value.errors]
    assert found == [
        ("not-a-condition", "need"),
        ("not-a-condition", "5"),
        ("not-a-condition", "waste"),
        ("unknown-name", "zzz"),
        ("not-a-number", "note"),
    ]


def test_long_parts_are_cut_in_a_message() -> None:
    for length in (59, 60, 61, 62):
        name = "w" * length
        with pytest.raises(ExpressionError) as caught:
            check(parse(f"{name} > 'a'"), {name: Type("number")})
        shown = name if length <= 60 else name[:60] + "…"
        assert caught.value.message == f"'{shown}' (no unit) and 'a' (text) cannot be compared"
