"""Hostile and mistaken rules: each is refused, at once, with a stable code and a hint that helps; none raises anything else."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tenderloop.expression import ExpressionError, Type, check, parse
from tenderloop.quantity import parse_unit


def number(unit: str) -> Type:
    return Type("number", parse_unit(unit).dimension, unit=unit)


NAMES = {
    "plant_capacity": number("t/year"),
    "residual_waste": number("t/year"),
    "waste": number("t"),
    "lhv": number("MJ/kg"),
    "share": number("%"),
    "cost": number("money"),
    "energy": number("MWh"),
    "power": number("MW"),
    "hours": number("h/year"),
    "co2": number("tCO2e"),
    "ambient": number("degC"),
    "gas": number("Nm3"),
    "ratio": number("1"),
    "has_users": Type("truth"),
    "permit": Type("choice", options=("none", "applied", "granted")),
    "other": Type("choice", options=("a", "b")),
    "streams": Type("choices", options=("paper", "glass")),
    "permit_date": Type("date"),
    "note": Type("text"),
    "need": Type("level"),
    "composition": Type("table"),
}

HOSTILE = [
    # reaching into Python
    ("plant_capacity.real", "attribute", "names have no parts"),
    ("().__class__.__bases__[0].__subclasses__()", "attribute", "names have no parts"),
    ("''.join(note)", "attribute", "names have no parts"),
    ("note.upper() == 'A'", "attribute", "names have no parts"),
    ("__import__('os').system('ls')", "bad-name", "lower-case letter"),
    ("__builtins__", "bad-name", "lower-case letter"),
    ("_private > 1", "bad-name", "lower-case letter"),
    ("eval('1')", "unknown-function", "min max abs known sum count"),
    ("exec('1')", "unknown-function", "min max abs known sum count"),
    ("open('/etc/passwd')", "unknown-function", "min max abs known sum count"),
    ("getattr(waste, 'real')", "unknown-function", "min max abs known sum count"),
    ("(waste)(1)", "missing-operator", "multiply"),
    ("min(1, 2)(3)", "missing-operator", "multiply"),
    ("streams[0]", "index", "x in ['a', 'b']"),
    ("plant_capacity['x']", "index", "x in ['a', 'b']"),
    ("waste[0:1]", "index", "x in ['a', 'b']"),
    ("lambda x: x", "word-not-allowed", "min max abs"),
    ("[x for x in streams]", "word-not-allowed", "no loops"),
    ("sum(x for x in streams)", "word-not-allowed", "no loops"),
    ("{x for x in streams}", "character-not-allowed", "no templates or sets"),
    ("{'a': 1}", "character-not-allowed", "no templates or sets"),
    ("(x := 5)", "operator-not-allowed", "derived"),
    ("import os", "word-not-allowed", "min max abs"),
    ("await waste", "word-not-allowed", "min max abs"),
    ("yield waste", "word-not-allowed", "min max abs"),
    ("ratio > 1 if has_users else 2", "word-not-allowed", "two conditions"),
    ("sum(*streams)", "star", "write the values out"),
    ("sum(start=1)", "operator-not-allowed", "=="),
    ("f'{plant_capacity}'", "prefixed-text", "plain quoted text"),
    ("b'abc' == note", "prefixed-text", "plain quoted text"),
    ("note == r'abc'", "prefixed-text", "plain quoted text"),
    ("note == '\\x41'", "character-not-allowed", "nothing is escaped"),
    ("'''abc''' == note", "adjacent-text", "cannot be joined"),
    ("{{ waste }}", "character-not-allowed", "no templates"),
    ("${waste}", "character-not-allowed", "bare name"),
    ("%(waste)s", "operator-not-allowed", "55 %"),
    ("`waste`", "character-not-allowed", "quote text"),
    ("waste; waste", "operator-not-allowed", "one expression"),
    ("...", "attribute", "names have no parts"),
    # size and depth
    ("a+" * 250 + "a", "too-long", "derived"),
    ("x" * 501, "too-long", "derived"),
    ("(" * 10_000 + "1" + ")" * 10_000, "too-long", "derived"),
    ("[" * 100_000, "too-long", "derived"),
    ("(" * 240 + "1" + ")" * 240, "too-deep", "derived"),
    ("(" * 499, "too-deep", "derived"),
    ("-" * 400 + "1", "too-deep", "derived"),
    ("not " * 120 + "has_users", "too-deep", "derived"),
    ("not - " * 80 + "1", "too-deep", "derived"),
    ("abs(" * 60 + "1" + ")" * 60, "too-deep", "derived"),
    ("+".join("a" * 200), "too-deep", "sum(a, b"),
    ("<".join("q" * 200) + " and " + "/".join("q" * 45), "unknown-name", "declare it"),
    ("9" * 400, "number-too-long", "larger unit"),
    ("9" * 41 + " t", "number-too-long", "larger unit"),
    ("0." + "0" * 100 + "1", "number-too-long", "larger unit"),
    ("9**9**9**9", "operator-not-allowed", "use a method"),
    # characters
    ("waste ≤ 5 t", "not-ascii", "write <="),
    ("waste × 2", "not-ascii", "write *"),
    ("waste − 2 t", "not-ascii", "write -"),
    ("note == “a”", "not-ascii", 'write "'),
    ("waste <= ５ t", "not-ascii", "digits 0 to 9"),
    ("waste > 5\u00a0t", "not-ascii", "plain space"),
    ("wаste > 5 t", "not-ascii", "ASCII letters"),  # a Cyrillic letter
    ("waste > 5 t\u202e", "not-ascii", "ASCII"),
    ("waste > 5 \ud800", "not-ascii", "ASCII"),
    ("waste > 5 t\0", "control-character", "one line"),
    ("waste > 5 t\nor 1 > 0", "control-character", "one line"),
    ("waste > 5 t\r", "control-character", "one line"),
    ("waste\t> 5 t", "control-character", "one line"),
    ("waste > 5 t # why", "comment", "outside the rule"),
    ("", "empty-rule", "write a condition"),
    ("   ", "empty-rule", "write a condition"),
    ("\n", "empty-rule", "write a condition"),
]

MISTAKEN = [
    # operators
    ("ratio ** 2 > 1", "operator-not-allowed", "use a method"),
    ("ratio ^ 2 > 1", "operator-not-allowed", "use a method"),
    ("10 % 3 > 1", "missing-operator", "no remainder"),
    ("ratio % 3 > 1", "operator-not-allowed", "no remainder"),
    ("55 % waste", "missing-operator", "no remainder"),
    ("waste // 2", "operator-not-allowed", "whole-number"),
    ("need & 1", "operator-not-allowed", "'and'"),
    ("need | 1", "operator-not-allowed", "'or'"),
    ("~need", "operator-not-allowed", "'not'"),
    ("need << 2", "operator-not-allowed", "no shift"),
    ("ratio @ ratio", "operator-not-allowed", "+ - * /"),
    ("has_users && has_users", "operator-not-allowed", "write 'and'"),
    ("has_users || has_users", "operator-not-allowed", "write 'or'"),
    ("!has_users", "operator-not-allowed", "'not'"),
    ("has_users AND has_users", "word-not-allowed", "write 'and'"),
    ("NOT has_users", "word-not-allowed", "write 'not'"),
    ("waste = 5 t", "operator-not-allowed", "'=='"),
    ("waste === 5 t", "operator-not-allowed", "'=='"),
    ("waste => 5 t", "operator-not-allowed", "'>='"),
    ("waste =< 5 t", "operator-not-allowed", "'<='"),
    ("waste <> 5 t", "operator-not-allowed", "'!='"),
    ("waste ? 1 : 2", "operator-not-allowed", "two conditions"),
    ("permit is 'none'", "word-not-allowed", "'=='"),
    ("waste > +5 t", "operator-not-allowed", "leave it out"),
    ("waste between 1 t and 2 t", "missing-operator", "a <= x <= b"),
    # numbers and units
    ("ratio > 1e5", "bad-number", "exponent"),
    ("ratio > 1e999", "bad-number", "exponent"),
    ("ratio > nan", "unknown-literal", "known(x)"),
    ("ratio < infinity", "unknown-literal", "known(x)"),
    ("ratio > 0x1F", "bad-number", "digits"),
    ("ratio > 1j", "bad-number", "digits"),
    ("cost > 300,000 money", "bad-number", "no grouping"),
    ("cost > 300 000 money", "bad-number", "no grouping"),
    ("cost > 300_000 money", "bad-number", "write 300000"),
    ("cost > 300 500 money", "missing-operator", "no grouping"),
    ("cost > 300,500 money", "tuple", "no grouping"),
    ("cost > 010 money", "bad-number", "leading zeros"),
    ("ratio > .5", "bad-number", "0.5"),
    ("ratio > 5.", "bad-number", "after the point"),
    ("ratio > 1.2.3", "bad-number", "digits"),
    ("cost > 300 million money", "unknown-unit", "write the number out"),
    ("cost > 300 EUR", "unknown-unit", "write 'money'"),
    ("waste > 5 tonnes", "unknown-unit", "write 't'"),
    ("lhv > 6 kJ/kg", "unknown-unit", "convert"),
    ("lhv > 6 mj/kg", "unknown-unit", "'MJ'"),
    ("lhv > 6MJ/kg", "bad-number", "put a space"),
    ("lhv > 6 MJ / kg", "unknown-name", "without spaces inside"),
    ("lhv > 6 MJ/tonne", "unknown-name", "write 't'"),
    ("MW > 1", "unknown-name", "follows a number"),
    ("waste > 5", "unit-mismatch", "with its unit"),
    ("waste > 5 MWh", "unit-mismatch", "same unit"),
    ("1 t + 1 MWh > 0", "unit-mismatch", "same unit"),
    ("plant_capacity > 500 t/day", "unit-mismatch", "day/year"),
    ("power * hours > energy", "unit-mismatch", "h/year"),
    ("co2 > 5 t", "unit-mismatch", "CO2e"),
    ("gas > 5 m3", "unit-mismatch", "same unit"),
    ("ambient > 0", "unit-mismatch", "with its unit"),
    ("min(waste, energy) > 1 t", "unit-mismatch", "same unit"),
    ("sum(waste, 1) > 1 t", "unit-mismatch", "with its unit"),
    # names, kinds and options
    ("plant_capcity > 5 t/year", "unknown-name", "did you mean 'plant_capacity'?"),
    ("Plant_capacity > 5 t/year", "unknown-name", "did you mean 'plant_capacity'?"),
    ("zzz > 1", "unknown-name", "declare it"),
    ("permit == granted", "unknown-name", "declare it"),
    ("permit == 'grantd'", "unknown-option", "did you mean 'granted'?"),
    ("permit == 'zzz'", "unknown-option", "none, applied, granted"),
    ("permit in ['applid', 'granted']", "unknown-option", "did you mean 'applied'?"),
    ("'papre' in streams", "unknown-option", "did you mean 'paper'?"),
    ("permit == other", "kind-mismatch", "one option"),
    ("permit < 'granted'", "kind-mismatch", "=="),
    ("permit == 1", "kind-mismatch", "same kind"),
    ("permit == note", "kind-mismatch", "quoted option"),
    ("streams == 'paper'", "kind-mismatch", "'a' in x"),
    ("'none' in permit", "kind-mismatch", "permit == 'none'"),
    ("streams in ['paper']", "kind-mismatch", "'a' in streams"),
    ("has_users in ['yes']", "kind-mismatch", "for choices"),
    ("has_users == 1", "kind-mismatch", "not x"),
    ("has_users == 'yes'", "kind-mismatch", "not x"),
    ("has_users == True", "truth-literal", "not x"),
    ("has_users == true", "truth-literal", "not x"),
    ("waste == none", "unknown-literal", "known(x)"),
    ("waste != None", "unknown-literal", "known(x)"),
    ("(ratio > 1) == (ratio > 2)", "kind-mismatch", "not x"),
    ("has_users + 1", "not-a-number", "count("),
    ("note + 'b'", "not-a-number", "cannot be joined"),
    ("'a' * 3", "not-a-number", ""),
    ("-note", "not-a-number", ""),
    ("abs(permit)", "not-a-number", ""),
    ("sum(streams)", "not-a-number", ""),
    ("has_users or need", "not-a-condition", "x > 0"),
    ("not waste", "not-a-condition", "x > 0"),
    ("permit and has_users", "not-a-condition", "x == 'a'"),
    ("count(waste)", "not-a-condition", "x > 0"),
    ("composition == 1", "table-in-rule", "method"),
    ("sum(composition)", "table-in-rule", "method"),
    ("permit_date < '2009-1-1'", "bad-date", "'2026-01-31'"),
    ("permit_date < '2009-02-30'", "bad-date", "2026-01-31"),
    ("permit_date < 2009-01-01", "bad-number", "quotation marks"),
    ("permit_date < 2009", "kind-mismatch", "same kind"),
    ("note < 'b'", "kind-mismatch", "=="),
    # form
    ("permit in ['none'] in ['a']", "chained-in", "'and'"),
    ("'paper' in streams in streams", "chained-in", "'and'"),
    ("permit in ('none', 'applied')", "bad-in", "['a', 'b']"),
    ("permit in 'none'", "bad-in", "['a', 'b']"),
    ("permit in []", "bad-in", "['a', 'b']"),
    ("permit in ['none', 'none']", "bad-in", "once"),
    ("need in [1, 2]", "bad-in", "['a', 'b']"),
    ("note in streams", "bad-in", "'a' in streams"),
    ("[1, 2]", "list", "after 'in'"),
    ("1, 2", "tuple", "no grouping"),
    ("()", "syntax", "write a value"),
    ("min()", "bad-call", "min(a, b)"),
    ("abs(1, 2)", "bad-call", "abs(x)"),
    ("known(waste > 1 t)", "bad-call", "known(x)"),
    ("known(wastes)", "unknown-name", "did you mean 'waste'?"),
    ("max > 1", "bad-call", "max("),
    ("summ(1, 2)", "unknown-function", "did you mean 'sum'?"),
    ("average(1, 2)", "unknown-function", "sum(a, b) / 2"),
    ("round(ratio, 2) > 1", "unknown-function", "nothing is rounded"),
    ("waste (2)", "unknown-function", "min max abs"),
    ("2 (3)", "missing-operator", "multiply"),
    ("2 waste", "unknown-unit", "write an operator"),
    ("waste 2", "missing-operator", "+ - * /"),
    ("has_users has_users", "missing-operator", "write an operator"),
    ("'a' 'b'", "adjacent-text", "cannot be joined"),
    ("note == 'open", "open-quotation", "add '"),
    ("(waste > 5 t", "unbalanced", "add ')'"),
    ("waste > 5 t)", "unbalanced", "remove it"),
    ("permit in ['none')", "syntax", "look for"),
    ("waste >", "incomplete", "write a value"),
    ("has_users and", "incomplete", "write a value"),
    ("> 5 t", "syntax", "look for"),
    ("and has_users", "syntax", "look for"),
]


@pytest.mark.parametrize(("rule", "code", "hint"), HOSTILE + MISTAKEN, ids=lambda text: ascii(text)[:40])
def test_is_refused_with_a_hint(rule: str, code: str, hint: str) -> None:
    start = time.process_time()
    with pytest.raises(ExpressionError) as caught:
        check(parse(rule), NAMES)
    assert time.process_time() - start < 1
    assert caught.value.code == code, str(caught.value)
    assert hint in caught.value.hint, str(caught.value)
    assert 1 <= caught.value.column <= len(rule) + 1
    assert str(caught.value).isprintable()


def test_there_are_many() -> None:
    rules = [rule for rule, _, _ in HOSTILE + MISTAKEN]
    assert len(rules) == len(set(rules)) > 150


def test_the_fault_is_found_where_it_stands() -> None:
    for rule, at in [
        ("waste > 5 t and lhv ** 2 > 1", "**"),
        ("waste > 5 t and lhv > 6 kJ/kg", "kJ"),
        ("waste > 5 t and permit == 'grantd'", "'grantd'"),
        ("waste > 5 t and lhv > 5 t", "lhv"),
        ("waste > 300,000 t", "000 t"),
        ("   waste > 5 t ≥ 1 t", "≥"),
    ]:
        with pytest.raises(ExpressionError) as caught:
            check(parse(rule), NAMES)
        assert caught.value.column == rule.index(at) + 1, rule


def test_deep_rules_are_refused_even_on_a_deep_stack() -> None:
    """A web server calls from far down; the longest rules that are allowed must still fit on what is left."""
    deepest = "abs(" * 45 + "-ratio" + ")" * 45 + " > 1"
    longest = " + ".join(["ratio"] * 45) + " > 1"

    def down(levels: int) -> None:
        if levels:
            down(levels - 1)
            return
        for rule in (deepest, longest):
            assert check(parse(rule), NAMES).kind == "truth"
        with pytest.raises(ExpressionError):
            parse("(" * 240 + "1" + ")" * 240)

    down(300)


def test_nothing_is_printed_or_warned() -> None:
    code = (
        "import warnings; warnings.simplefilter('error')\n"
        "from tenderloop.expression import parse, ExpressionError\n"
        "for rule in ['1 is 1', '0in [1]', '\"a\"()', '1()', '[1][0]', '5and 6', '\"\\\\d\"', '0or 1']:\n"
        "    try:\n        parse(rule)\n    except ExpressionError:\n        pass\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
