"""The YAML dialect: what is read, what is refused, and what a hostile file costs."""

from __future__ import annotations

import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.errors import Problems
from tenderloop.readers import strict_yaml
from tenderloop.readers.packs import list_packs, shipped_folder
from tenderloop.readers.strict_json import read_json
from tenderloop.readers.strict_yaml import Mapping, Number, Sequence, Value, read_yaml

sys.path.insert(0, str(Path(__file__).parent))
from bad_files import refused


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("010", "010"),
        ("12:30", "12:30"),
        ("no", "no"),
        ("yes", "yes"),
        ("True", "True"),
        ("null", "null"),
        ("~", "~"),
        ("2026-01-31", "2026-01-31"),
        ("1e5", "1e5"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("+5", "+5"),
        (".5", ".5"),
        (".nan", ".nan"),
        ("<<", "<<"),
        ("12.5 MJ/kg", "12.5 MJ/kg"),
        ("55 %", "55 %"),
        ("'0.5'", "0.5"),
        ("0.1", Fraction(1, 10)),
        ("-0.25", Fraction(-1, 4)),
        ("0", Fraction(0)),
        ("true", True),
        ("false", False),
        ("", None),
        ("''", ""),
    ],
)
def test_scalars(written: str, value: object) -> None:
    tree = read_yaml(f"key: {written}\n")
    assert isinstance(tree, Mapping)
    assert tree["key"] == value
    assert type(tree["key"]) in (type(value), Number)


def test_every_node_keeps_its_line() -> None:
    tree = read_yaml("# a comment\na:\n  - 1\n  - {b: 2,\n     c: 3}\nd: >-\n  folded\n  text\n")
    assert isinstance(tree, Mapping)
    assert tree.lines == {"a": 2, "d": 6}
    items = tree["a"]
    assert isinstance(items, Sequence)
    assert items.lines == [3, 4]
    assert isinstance(items[1], Mapping)
    assert items[1].lines == {"b": 4, "c": 5}
    assert tree["d"] == "folded text"


def test_a_number_remembers_how_it_was_written() -> None:
    tree = read_yaml("version: 1.10")
    assert isinstance(tree, Mapping)
    number = tree["version"]
    assert isinstance(number, Number)
    assert number.written == "1.10"
    assert number == Fraction(11, 10)


def test_all_faults_come_at_once() -> None:
    with pytest.raises(Problems) as found:
        read_yaml("a: &x 1\nb: *x\na: 2\nc: !!str 3\nd: １２\n", "f.yaml")
    assert [(problem.code, problem.line) for problem in found.value.problems] == [
        ("anchor", 1),
        ("alias", 2),
        ("repeated-key", 3),
        ("tag", 4),
        ("foreign-digits", 5),
    ]


BOMBS: dict[str, bytes] = {
    "ten megabytes": b"x" * 10_000_000,
    "one long line": b"a: " + b"x" * 1_900_000,
    "opening brackets": b"[" * 90_000,
    "opening brackets, one a line": b"[\n" * 900_000,
    "opening braces": b"{a: " * 20_000,
    "dashes": b"- " * 49_000,
    "question marks": b"? " * 49_000,
    "ever deeper indentation": b"\n".join(b" " * depth + b"a:" for depth in range(1_900)),
    "billion laughs": b"a: &a [x, x]\n" + b"\n".join(b"%c: &%c [*%c, *%c]" % (98 + i, 98 + i, 97 + i, 97 + i) for i in range(20)),
    "many anchors": b"- &a x\n" * 250_000,
    "many values": b"- a\n" * 490_000,
    "many values on few lines": b"[\n" + b"a,a,a,a,a,a,a,a,a,a\n," * 90_000 + b"]",
    "one key many times": b"a: 1\n" * 390_000,
    "quotes": b'"' * 99_999,
    "a long number": b"a: " + b"9" * 90_000,
    "per cent signs": b"%" * 5_000,
    "only blanks": b" \n" * 900_000,
    "only comments": b"#\n" * 900_000,
    "tabs": b"\t\n" * 900_000,
    "zero bytes": b"\0" * 1_900_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_at_once(name: str) -> None:
    started = time.process_time()  # not the clock: other work on the machine must not decide
    with pytest.raises(Problems) as found:
        read_yaml(BOMBS[name], "bomb.yaml")
    assert time.process_time() - started < 1.5
    assert all(problem.line and problem.hint for problem in found.value.problems)


def test_bombs_cost_little_memory() -> None:
    """All of them in one process stay below 200 MB."""
    program = (
        "import resource, sys; sys.path.insert(0, sys.argv[1])\n"
        "import test_strict_yaml as t\n"
        "from tenderloop.errors import Problems\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for bomb in t.BOMBS.values():\n"
        "    try: t.read_yaml(bomb)\n"
        "    except Problems: pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parent)], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(done.stdout) < 200_000


def test_json_bombs_are_refused_at_once() -> None:
    for bomb in (
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" + "0," * 900_000 + "0]",
        '"\\"' * 600_000,
        '{"a":1' + ',"a":1' * 300_000 + "}",
        "1" * 90_000,
    ):
        started = time.process_time()
        with pytest.raises(Problems):
            read_json(bomb, "bomb.json")
        assert time.process_time() - started < 1.5


def test_both_parsers_read_the_shipped_packs_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without libyaml reads the same; one file of each pack, since the slow parser is slow."""
    files = [sorted((shipped_folder() / name).glob("*/*.yaml"))[0] for name in list_packs()]
    assert files
    fast = [read_yaml(file.read_bytes()) for file in files]
    monkeypatch.setattr(strict_yaml, "CParser", None)
    assert [_with_lines(read_yaml(file.read_bytes())) for file in files] == [_with_lines(tree) for tree in fast]


def _with_lines(tree: Value) -> object:
    if isinstance(tree, Mapping):
        return {key: (tree.lines[key], _with_lines(value)) for key, value in tree.items()}
    if isinstance(tree, Sequence):
        return [(line, _with_lines(value)) for line, value in zip(tree.lines, tree, strict=True)]
    return tree


ODD = st.text(alphabet=st.sampled_from(list("ab01 .-:#'\"{}[],&*!|>%@`?\n\t\\é１\u2028\u202e\0")), max_size=60)


@given(ODD)
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_yaml, read_json):
        found = refused(lambda read=read: read(text, "f"))  # type: ignore[misc]
        assert found is None or all(problem.hint and problem.code and (problem.line or problem.where) for problem in found)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (read_yaml, read_json):
        found = refused(lambda read=read: read(data, "f"))  # type: ignore[misc]
        assert found is None or all(problem.hint and problem.code for problem in found)
