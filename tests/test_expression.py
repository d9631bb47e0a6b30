"""The rule language: what it means, in exact values; what `check` sees; and that the canonical text reads back equal."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Mapping
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenderloop.expression import (
    FUNCTIONS,
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
    ExpressionErrors,
    Member,
    Name,
    Negative,
    Not,
    Text,
    Type,
    check,
    names_in,
    parse,
    run,
    say,
    text_of,
    walk,
)
from tenderloop.quantity import ONE, UNITS, Unit, convert, parse_unit

NAMES: Mapping[str, Type] = {
    "capacity": Type("number", parse_unit("t/year").dimension, unit="t/year"),
    "residual": Type("number", parse_unit("t/year").dimension, unit="t/year"),
    "lhv": Type("number", parse_unit("MJ/kg").dimension, unit="MJ/kg"),
    "share": Type("number", (), unit="%"),
    "power": Type("number", parse_unit("MW").dimension, unit="MW"),
    "hours": Type("number", parse_unit("h/year").dimension, unit="h/year"),
    "energy": Type("number", parse_unit("MWh/year").dimension, unit="MWh/year"),
    "need": Type("level"),
    "users": Type("truth"),
    "permit": Type("choice", options=("none", "applied", "granted")),
    "streams": Type("choices", options=("paper", "glass", "metal")),
    "day": Type("date"),
    "note": Type("text"),
}
FACTS: Mapping[str, ExactValue] = {
    "capacity": Fraction(300_000_000),
    "residual": Fraction(400_000_000),
    "lhv": Fraction(9_000_000),
    "share": Fraction(55, 100),
    "power": Fraction(19_800_000),
    "hours": Fraction(8_000 * 3600),
    "energy": Fraction(158_400) * 3_600_000_000,
    "need": Fraction(2),
    "users": True,
    "permit": "applied",
    "streams": frozenset({"paper", "glass"}),
    "day": datetime.date(2008, 12, 31),
    "note": "as built",
}


def value(rule: str, **changed: ExactValue) -> ExactValue:
    tree = parse(rule)
    check(tree, NAMES)
    facts = {**FACTS, **changed}
    return run(tree, lambda name: facts[name], Exact())


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("capacity <= 0.8 * residual", True),
        ("capacity / residual", Fraction(3, 4)),
        ("capacity - residual < 0", True),
        ("lhv >= 6 MJ/kg", True),
        ("lhv < 1450 kcal/kg", False),
        ("1000 kg == 1 t", True),
        ("1 t != 1000 kg", False),
        ("share >= 55 %", True),
        ("share > 0.55", False),
        ("0 % <= share <= 100 %", True),
        ("0 % <= share < 55 % <= 1", False),
        ("power * hours == energy", True),
        ("abs(capacity - residual) / residual", Fraction(1, 4)),
        ("min(capacity, residual, 1 t/year)", Fraction(1000)),
        ("max(capacity, residual)", Fraction(400_000_000)),
        ("sum(share, share, 1)", Fraction(21, 10)),
        ("count(users, need >= 2, share > 90 %)", Fraction(2)),
        ("-share + 1", Fraction(45, 100)),
        ("2 - 3 - 4", Fraction(-5)),
        ("2 - (3 - 4)", Fraction(3)),
        ("12 / 3 / 2", Fraction(2)),
        ("2 + 3 * 4", Fraction(14)),
        ("-2 * -3", Fraction(6)),
        ("need >= 2 and users", True),
        ("not users or need == 2", True),
        ("not (users or need == 2)", False),
        ("permit == 'applied'", True),
        ("permit != 'none'", True),
        ("'applied' == permit", True),
        ("permit in ['applied', 'granted']", True),
        ("permit not in ['applied', 'granted']", False),
        ("'paper' in streams", True),
        ("'metal' in streams", False),
        ("'metal' not in streams", True),
        ("day < '2009-01-01'", True),
        ("'2008-12-31' == day", True),
        ('note == "as built"', True),
        ("note in ['as built', 'design']", True),
        ("known(note)", True),
        ("5 t/2", Fraction(2500)),
        ("5 min / 1 h", Fraction(1, 12)),
        ("1 h/min(1 h, 2 h)", Fraction(1)),
    ],
)
def test_meaning(rule: str, expected: ExactValue) -> None:
    found = value(rule)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("rule", "unknown", "expected"),
    [
        ("capacity <= residual", ("residual",), None),
        ("capacity + residual", ("capacity",), None),
        ("-capacity", ("capacity",), None),
        ("0 * share", ("share",), None),
        ("min(capacity, residual)", ("capacity",), None),
        ("max(capacity, residual)", ("capacity",), None),
        ("sum(share, share)", ("share",), None),
        ("abs(share)", ("share",), None),
        ("count(users, need > 1)", ("users",), None),
        ("users and need < 1", ("users",), False),
        ("users and need > 1", ("users",), None),
        ("users or need > 1", ("users",), True),
        ("users or need < 1", ("users",), None),
        ("not users", ("users",), None),
        ("users or not users", ("users",), None),
        ("permit == 'granted'", ("permit",), None),
        ("permit in ['granted']", ("permit",), None),
        ("permit not in ['granted']", ("permit",), None),
        ("'paper' in streams", ("streams",), None),
        ("day < '2009-01-01'", ("day",), None),
        ("known(day)", ("day",), None),
        ("not known(day)", ("day",), None),
        ("known(day) or users", ("day",), True),
        ("0 < share < 10 %", ("share",), None),
        ("3 < need < share", ("share",), False),
    ],
)
def test_unknown_spreads(rule: str, unknown: tuple[str, ...], expected: ExactValue) -> None:
    assert value(rule, **dict.fromkeys(unknown)) is expected


TRUTHS: tuple[bool | None, ...] = (False, None, True)


def test_kleene_tables() -> None:
    """With false < unknown < true: `and` is the least, `or` the greatest, `not` turns the order round."""
    rank = {False: 0, None: 1, True: 2}
    kernel = Exact()
    for a, b in itertools.product(TRUTHS, TRUTHS):
        assert kernel.both(a, b) is TRUTHS[min(rank[a], rank[b])]
        assert kernel.either(a, b) is TRUTHS[max(rank[a], rank[b])]
        assert kernel.negation(kernel.both(a, b)) is kernel.either(kernel.negation(a), kernel.negation(b))
    assert [kernel.negation(each) for each in TRUTHS] == [True, None, False]


def test_division_by_zero_is_unknown_and_says_so() -> None:
    kernel = Exact()
    facts = {**FACTS, "residual": Fraction(0)}
    assert run(parse("capacity / residual > 1 or capacity / residual < 1"), facts.__getitem__, kernel) is None
    assert kernel.notes == ["division by zero"]
    assert run(parse("capacity / residual"), {"capacity": Fraction(1), "residual": None}.__getitem__, silent := Exact()) is None
    assert silent.notes == []


def test_known_is_never_false() -> None:
    for answer in FACTS.values():
        assert Exact().known(answer) is True
    assert Exact().known(None) is None


# ------------------------------------------------------------------------------------------------------------------ properties

NUMBERS = st.decimals(min_value=0, max_value=10**6, places=3).map(Fraction)
AMOUNTS = st.builds(Constant, NUMBERS, st.sampled_from([ONE, *(parse_unit(each) for each in [*UNITS, "kgCO2e/MWh", "t/person/year"])]))
IDS = st.sampled_from(["capacity", "lhv", "x1", "a_b"])
OPTIONS = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="\\\"'"), max_size=6)
WORDS = st.builds(Text, st.one_of(OPTIONS, OPTIONS.map(lambda text: text + "'"), OPTIONS.map(lambda text: text + '"')))
DAYS = st.builds(Day, st.dates())
LEAVES: st.SearchStrategy[Expression] = st.one_of(
    AMOUNTS,
    st.builds(Name, IDS),
    WORDS,
    DAYS,
    st.builds(Member, st.builds(Name, IDS), st.lists(OPTIONS, min_size=1, max_size=3, unique=True).map(tuple)),
    st.builds(Contains, OPTIONS, st.builds(Name, IDS)),
    st.builds(lambda id_: Call("known", (Name(id_),)), IDS),
)


def _grown(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    many = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Negative, parts),
        st.builds(Arithmetic, st.sampled_from("+-*/"), parts, parts),
        st.builds(
            lambda operands, operators: Comparison(operands, tuple(operators[: len(operands) - 1])),
            many,
            st.lists(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), min_size=2, max_size=2),
        ),
        st.builds(Both, many),
        st.builds(Either, many),
        st.builds(Not, parts),
        st.builds(Call, st.sampled_from([each for each in FUNCTIONS if each not in ("abs", "known")]), many),
        st.builds(lambda part: Call("abs", (part,)), parts),
    )


TREES: st.SearchStrategy[Expression] = st.recursive(LEAVES, _grown, max_leaves=8)


@settings(max_examples=400)
@given(TREES)
def test_canonical_text_reads_back_equal(tree: Expression) -> None:
    text = text_of(tree)
    if len(text) <= 500:
        again = parse(text)
        assert again == tree
        assert text_of(again) == text
        assert names_in(again) == names_in(tree)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    refused: ExpressionError | None = None
    try:
        tree = parse(text)
    except ExpressionError as error:
        refused = error
    if refused is None:
        assert parse(text_of(tree)) == tree
    else:
        assert refused.code
        assert 1 <= refused.column <= len(text) + 1


@settings(max_examples=300)
@given(st.text(st.sampled_from("ab1. +-*/<>=!()[],'\"%tMW"), max_size=40))
def test_any_rule_like_text_is_read_or_refused(text: str) -> None:
    test_any_text_is_read_or_refused.hypothesis.inner_test(text)  # type: ignore[attr-defined]


SAME_DIMENSION = [(a, b) for a in UNITS.values() for b in UNITS.values() if a.dimension == b.dimension]


@given(NUMBERS, NUMBERS, st.sampled_from(SAME_DIMENSION), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
def test_the_unit_given_does_not_matter(a: Fraction, b: Fraction, units: tuple[Unit, Unit], operator: str) -> None:
    first, second = units
    one = Comparison((Constant(a, first), Constant(b, first)), (operator,))
    other = Comparison((Constant(convert(a, first, second), second), Constant(b, first)), (operator,))
    assert check(one, {}) == check(other, {}) == Type("truth")
    assert run(one, FACTS.__getitem__, Exact()) is run(other, FACTS.__getitem__, Exact())


CONDITIONS: st.SearchStrategy[Expression] = st.recursive(
    st.sampled_from(["a", "b", "c", "d"]).map(Name),
    lambda parts: st.one_of(
        st.builds(Both, st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Either, st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Not, parts),
    ),
    max_leaves=10,
)


@given(CONDITIONS, st.fixed_dictionaries({name: st.sampled_from(TRUTHS) for name in "abcd"}))
def test_an_answer_given_never_changes_with_more_answers(tree: Expression, facts: dict[str, bool | None]) -> None:
    before = run(tree, facts.__getitem__, Exact())
    if before is not None:
        open_names = [name for name, answer in facts.items() if answer is None]
        for answers in itertools.product((True, False), repeat=len(open_names)):
            full = {**facts, **dict(zip(open_names, answers, strict=True))}
            assert run(tree, full.__getitem__, Exact()) is before


@given(CONDITIONS, st.fixed_dictionaries({name: st.booleans() for name in "abcd"}))
def test_known_facts_give_what_python_gives(tree: Expression, facts: dict[str, bool]) -> None:
    def plain(part: Expression) -> bool:
        match part:
            case Name(id=name):
                return facts[name]
            case Both(parts=parts):
                return all(plain(each) for each in parts)
            case Either(parts=parts):
                return any(plain(each) for each in parts)
            case Not(part=inner):
                return not plain(inner)
        raise AssertionError(part)

    assert run(tree, facts.__getitem__, Exact()) is plain(tree)


# ----------------------------------------------------------------------------------------------------------------- check and say


@pytest.mark.parametrize(
    ("rule", "kind", "unit"),
    [
        ("capacity", "number", "t/year"),
        ("capacity * 2", "number", "t/year"),
        ("capacity / residual", "number", "1"),
        ("power * hours", "number", "MWh/year"),
        ("capacity * lhv", "number", "MJ/year"),
        ("min(0, capacity)", "number", "t/year"),
        ("need + 1", "number", "1"),
        ("count(users)", "number", "1"),
        ("users", "truth", "1"),
        ("permit", "choice", "1"),
        ("known(capacity)", "truth", "1"),
        ("capacity > 0", "truth", "1"),
    ],
)
def test_what_a_rule_gives(rule: str, kind: str, unit: str) -> None:
    found = check(parse(rule), NAMES)
    assert (found.kind, found.dimension) == (kind, parse_unit(unit).dimension)


def test_all_faults_at_once_from_left_to_right() -> None:
    rule = "capcity > 5 t/year and lhv > 5 t and permit == 'grantd' or count(need, users + 1) > 1"
    with pytest.raises(ExpressionErrors) as caught:
        check(parse(rule), NAMES)
    found = [(error.code, rule[error.column - 1 :][:8]) for error in caught.value.errors]
    assert found == [
        ("unknown-name", "capcity "),
        ("unit-mismatch", "lhv > 5 "),
        ("unknown-option", "'grantd'"),
        ("not-a-condition", "need, us"),
        ("not-a-number", "users + "),
    ]
    assert caught.value.code == "unknown-name"
    assert "'lhv' (MJ/kg) and '5 t' cannot be compared" in str(caught.value)


def test_a_fault_is_not_reported_again_further_up() -> None:
    with pytest.raises(ExpressionErrors) as caught:
        check(parse("not (abs(capcity) + 1 t > 5 t) or capcity > 1 t"), NAMES)
    assert [error.code for error in caught.value.errors] == ["unknown-name"]


def test_one_fault_is_its_own_list() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("a ** b")
    assert caught.value.errors == (caught.value,)
    assert str(caught.value).startswith("column 3: '**' is not part of the rule language (")


def test_leading_spaces_keep_the_columns() -> None:
    tree = parse("   lhv > 6 MJ/kg ")
    assert [node.column for node in walk(tree)] == [4, 4, 10]


def test_names() -> None:
    assert names_in(parse("known(a) and 'x' in b and c in ['y'] or min(d, -e) < 5 t")) == {"a", "b", "c", "d", "e"}
    assert names_in(parse("1 < 2")) == frozenset()


def test_say_fills_in_the_values() -> None:
    shown: Callable[[str], str] = {"capacity": "300 000 t/year", "residual": "unknown"}.__getitem__
    assert say(parse("capacity <= 0.8 * residual"), shown) == "capacity (300 000 t/year) <= 0.8 * residual (unknown)"
    assert say(parse("known(residual) and capacity > 250000 t/year"), shown) == (
        "known(residual (unknown)) and capacity (300 000 t/year) > 250\u202f000\u00a0t/year"
    )
    assert say(parse("'a' in residual or capacity in ['b']"), shown) == "'a' in residual (unknown) or capacity (300 000 t/year) in ['b']"


def test_quotation_marks() -> None:
    assert text_of(parse("""note == "it's" """)) == '''note == "it's"'''
    assert text_of(parse("""note == 'say "a"'""")) == """note == 'say "a"'"""
