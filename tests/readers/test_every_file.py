"""Every real and reference file there is: read without a crash, unread ones with the reason, and each problem's place leads to its value.

python tests/readers/test_every_file.py      prints the table of records, problems and unread files by folder
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from tenderloop.errors import Problem, Problems
from tenderloop.readers.containers import Document, documents, utf8
from tenderloop.readers.eforms_names import NAMESPACES
from tenderloop.readers.grids import Table
from tenderloop.readers.notices import Record, read_records

sys.path.insert(0, str(Path(__file__).parent))
from real_data import DATA, needs_data

pytestmark = needs_data

# Every file that holds no record, by folder and reason; all others give records.
UNREAD = {
    ("aigreet-green-labels", "unknown-format"): 1,  # texts with labels, for training
    ("eforms-sdk", "schema-not-data"): 45,  # code lists and the list of fields
    ("gpp-criteria", "unknown-format"): 3,  # criteria, documents and patches of a library of its own
    ("oc4ids", "schema-not-data"): 2,
    ("ocds-national", "empty-file"): 1,  # paraguay/records/283906.json
    ("ocds-standard", "schema-not-data"): 18,  # schemas, and what describes the extensions
    ("ppp", "schema-not-data"): 1,
    ("untp-dpp", "not-a-passport"): 1,  # a conformity credential, which read_attestation reads
}
RECORDS = {
    "MANIFEST.csv": 1,
    "README.md": 1,
    "aigreet-green-labels": 1,
    "cpv": 1,
    "decp-france": 16,
    "eforms-norway": 15,
    "eforms-sdk": 93,
    "gpp-criteria": 3,
    "oc4ids": 46,
    "ocds-bulk": 3783,
    "ocds-examples": 68,
    "ocds-national": 378,
    "ocds-standard": 48,
    "ppp": 26,
    "prozorro-api-docs": 8,
    "prozorro-criteria": 16,
    "tabular": 2,
    "ted-eforms": 586,
    "ted-legacy-xml": 81,
    "untp-dpp": 1,
    "waste": 11,
    "waste-to-energy-plants": 1,
}
REMARKS = {"withheld", "unpublished"}  # what a publisher does not say; no fault


@dataclass
class FileRead:
    """What came of one file."""

    name: str
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)

    @property
    def folder(self) -> str:
        return self.name.partition("/")[0]


@cache
def everything() -> tuple[FileRead, ...]:
    """All files, read; any exception but ``Problems`` is a crash and falls through."""
    found = []
    for path in sorted(each for each in DATA.rglob("*") if each.is_file()):
        file = FileRead(path.relative_to(DATA).as_posix())
        for record in read_records(path, unread=file.unread):
            try:
                file.problems += record.every_problem()
            except Problems as refused:
                file.unread += refused.problems
                continue
            file.records.append(record)
        found.append(file)
    return tuple(found)


def test_every_file_gives_records_or_the_reason_why_not() -> None:
    assert len(everything()) > 700
    assert {file.name for file in everything() if not file.records and not file.unread} == set()
    assert Counter((file.folder, problem.code) for file in everything() for problem in file.unread) == UNREAD
    assert sum(not file.records for file in everything()) == sum(UNREAD.values()), "no file is half read"


def test_records_by_folder() -> None:
    found: Counter[str] = Counter()
    for file in everything():
        found[file.folder] += len(file.records)
    assert found == RECORDS


def test_every_problem_says_what_where_and_what_to_do() -> None:
    for file in everything():
        for problem in (*file.problems, *file.unread):
            assert problem.file.startswith(str(DATA / file.name)), problem
            assert len(problem.message) > 10, problem
            assert problem.hint or problem.code in REMARKS, problem
            assert len(str(problem)) < 1200, problem


def _value_at(document: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        document = document[name] if isinstance(document, dict) else document[int(name)]
    return document


def _parts(file: FileRead) -> dict[tuple[str, int | None], bytes]:
    return {(each.file, each.line): each.data for each in documents(DATA / file.name) if isinstance(each, Document)}


def _cells(file: FileRead) -> Iterator[str]:
    for record in file.records:
        if isinstance(record.content, Table):
            for sheet in record.content.sheets:
                for row in sheet.rows:
                    yield from (cell.where for cell in row.cells)


def test_the_place_of_every_problem_leads_to_its_value() -> None:
    """JSON pointers and XPaths are followed in the file as it is; cells and bytes are there."""
    followed: Counter[str] = Counter()
    for file in everything():
        if not file.problems:
            continue
        parts = _parts(file)
        trees: dict[tuple[str, int | None], Any] = {}
        for problem in file.problems:
            at = (problem.file, problem.line) if (problem.file, problem.line) in parts else (problem.file, None)
            data = parts[at]
            if problem.where.startswith("/*"):
                if at not in trees:
                    trees[at] = etree.fromstring(data)
                elements = trees[at].xpath(problem.where, namespaces=NAMESPACES)
                assert len(elements) == 1, problem
                assert elements[0].sourceline == problem.line, problem
                followed["xpath"] += 1
            elif problem.where.startswith("/"):
                if at not in trees:
                    trees[at] = json.loads(utf8(data)[0])
                _value_at(trees[at], problem.where)
                followed["pointer"] += 1
            elif re.fullmatch(r"byte \d+", problem.where):
                assert data[int(problem.where[5:])] > 127, problem
                followed["byte"] += 1
            elif problem.where:
                assert problem.where in set(_cells(file)), problem
                followed["cell"] += 1
            else:
                followed["whole"] += 1
    assert followed["xpath"] > 400
    assert followed["pointer"] > 3500
    assert followed["cell"] > 100
    assert followed["byte"] == 1
    assert followed["whole"] == 1  # the blank OC4IDS template, a project without an id


def table() -> str:
    """Records, problems and unread files by folder, in Markdown."""
    rows: dict[str, list[Any]] = {}
    for file in everything():
        held = file.name.split("/")
        row = rows.setdefault(
            "/".join(held[: 2 if len(held) > 2 else 1]) if len(held) > 1 else "(top)", [0, 0, 0, 0, 0, Counter(), Counter()]
        )
        remarks = sum(problem.code in REMARKS for problem in file.problems)
        row[0] += 1
        row[1] += len(file.records)
        row[2] += len(file.problems) - remarks
        row[3] += remarks
        row[4] += not file.records
        row[5].update(record.format for record in file.records)
        row[6].update(problem.code for problem in (*file.problems, *file.unread) if problem.code not in REMARKS)

    def named(counts: Counter[str]) -> str:
        return ", ".join(f"{name} {count}" for name, count in counts.most_common(5)) + (", …" if len(counts) > 5 else "")

    lines = [
        "| folder | files | records | formats | problems | withheld or unpublished | files without a record | codes |",
        "|---|--:|--:|---|--:|--:|--:|---|",
    ]
    for name, row in rows.items():
        lines.append(f"| {name} | {row[0]} | {row[1]} | {named(row[5])} | {row[2]} | {row[3]} | {row[4]} | {named(row[6])} |")
    sums = [sum(row[at] for row in rows.values()) for at in range(5)]
    lines.append(f"| **all** | {sums[0]} | {sums[1]} | | {sums[2]} | {sums[3]} | {sums[4]} | |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
