"""Every bad case, as YAML, JSON or workbook, gives exactly the faults that it says, each with its place and a hint."""

from __future__ import annotations

import ast
import io
import re
import sys
import time
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tenderloop.errors import Problem, Problems
from tenderloop.pack import Pack
from tenderloop.readers.cases import read_case
from tenderloop.readers.faults import CODES
from tenderloop.readers.packs import read_pack
from tenderloop.readers.questionnaire import read_questionnaire, write_questionnaire

sys.path.insert(0, str(Path(__file__).parent))
from bad_files import CASES, PACKS, SOUND, BadFile, bad_file

FILES = sorted(path for path in CASES.iterdir() if path.suffix in (".yaml", ".json"))
WORKBOOKS = sorted(CASES.glob("*.workbook"))
SOURCES = Path(__file__).parents[2] / "engine" / "tenderloop"
_CELL = re.compile(r"(\S+) '([^']+)'(?:!(\S+))?(?: (.*))?")


@pytest.fixture(scope="module")
def sound() -> Pack:
    return read_pack(SOUND)


def test_bad_cases_were_found() -> None:
    assert len(FILES) >= 60
    assert len(WORKBOOKS) >= 30


def _places(problems: list[Problem]) -> list[tuple[str, str]]:
    return sorted((problem.code, str(problem.line) if problem.line is not None else problem.where) for problem in problems)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_bad_case(path: Path, tmp_path: Path, sound: Pack) -> None:
    bad = bad_file(path)
    target = tmp_path / bad.directives.get("name", f"case{path.suffix}")
    if target.name != "nothing":
        # JSON has no comments: their lines stay empty, so that the others keep their numbers.
        content = bad.content if path.suffix == ".yaml" else re.sub(rb"(?m)^#[^\n]*$", b"", bad.content)
        target.write_bytes(content)
    packs = [sound]
    if "with" in bad.directives:
        capacity = sound.fact_of["capacity"].model_copy(update={"unit": "kg/year"})
        packs.append(sound.model_copy(update={"id": "another", "facts": (capacity,)}))
    started = time.process_time()
    with pytest.raises(Problems) as refused:
        read_case(target if target.name != "nothing" else target.with_suffix(".yaml"), packs)
    assert time.process_time() - started < 3
    _check(bad, list(refused.value.problems))


def _check(bad: BadFile, problems: list[Problem]) -> None:
    assert _places(problems) == sorted(bad.expected), "\n".join(map(str, problems))
    for problem in problems:
        assert problem.hint, f"no hint: {problem}"
        assert problem.file, f"no file: {problem}"
        assert problem.line or problem.where


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.stem)
def test_bad_workbook(path: Path, tmp_path: Path, sound: Pack) -> None:
    bad = bad_file(path)
    stream = io.BytesIO()
    write_questionnaire([sound], stream)
    target = tmp_path / "filled.xlsx"
    commands = [line for line in bad.text.decode().split("\n") if line and not line.startswith("#")]
    target.write_bytes(_edited(stream.getvalue(), commands))
    started = time.process_time()
    with pytest.raises(Problems) as refused:
        read_questionnaire(target, [sound])
    assert time.process_time() - started < 5
    _check(bad, list(refused.value.problems))


FILLED = {"C5": "demo", "C6": "A demonstration", "C7": "project", "C8": "tender", "C9": "2026-11-21", "C10": "EUR"}


def _edited(data: bytes, commands: list[str]) -> bytes:
    """The workbook after a sponsor, or somebody worse, has worked on it."""
    book = load_workbook(io.BytesIO(data))
    for address, value in FILLED.items():
        book["Project"][address] = value
    after: list[str] = []
    for command in commands:
        if not (found := _CELL.fullmatch(command)):
            after.append(command)
            continue
        verb, title, address, text = found.groups()
        sheet = book[title]
        if verb == "set":
            sheet[address] = None if text is None else int(text) if text.isdigit() else text
        elif verb == "percent":
            sheet[address] = float(text)
            sheet[address].number_format = "0%"
        elif verb == "merge":
            sheet.merge_cells(address)
        elif verb == "rename":
            sheet.title = address or text
        elif verb == "delete-column":
            sheet.delete_cols("ABCDEFGHIJK".index(address) + 1)
        elif verb == "delete-row":
            sheet.delete_rows(int(address))
        else:
            raise AssertionError(command)
    stream = io.BytesIO()
    book.save(stream)
    data = stream.getvalue()
    for command in after:
        verb, *words = command.split(" ", 2)
        if verb == "truncate":
            data = data[: int(words[0])]
        elif verb == "pad":
            data = data + b"\0" * int(words[0])
        else:
            name, content = "xl/worksheets/sheet99.xml", b""
            if verb == "part":
                name, content = words[0], words[1].encode()
            elif verb == "zeros":
                name, content = words[0], b"\0" * int(words[1])
            elif verb == "cells":
                content = b"".join(b'<c r="A%d"/>' % number for number in range(int(words[0])))
                content = b"<a>" + content.replace(b"<c r", b'<c s="1" r') + b"</a>"
            added = io.BytesIO(data)
            with zipfile.ZipFile(added, "a", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(name, content)
            data = added.getvalue()
    return data


def _codes_in_source() -> set[str]:
    """Every code that readers and lint write out, by the calls that note a fault."""
    found: set[str] = set()
    for path in (*(SOURCES / "readers").glob("*.py"), SOURCES / "lint.py", SOURCES / "examples.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.name != "faults.py" and any(isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "CODES" for node in tree.body):
            continue  # a format's own catalogue, which its own tests hold against its own bad documents
        if path.name.startswith(("eforms", "ted_export", "ocds")):
            continue  # the catalogue of eForms is eforms_names.py, that of OCDS ocds.py
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
                first = node.args[0]
                if called in ("add", "Problem", "refuse") and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_every_code_is_in_the_catalogue() -> None:
    written = _codes_in_source()
    assert len(written) > 60
    assert sorted(written - CODES.keys()) == []


def test_every_code_has_a_bad_file() -> None:
    shown = {code for path in (*FILES, *WORKBOOKS, *PACKS.glob("*.yaml")) for code, _ in bad_file(path).expected}
    assert sorted(CODES.keys() - shown) == []
    assert sorted(shown - CODES.keys()) == []
