"""The front of all readers: records of real files counted by source, faults that lose nothing, and the read command."""

from __future__ import annotations

import csv
import gzip
import json
import random
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tenderloop.cli import main
from tenderloop.errors import Problem, Problems
from tenderloop.readers.notices import MOST_UNREAD, Record, read_records

sys.path.insert(0, str(Path(__file__).parent))
from real_data import DATA, needs_data

# Releases and records by source; a record is one notice, whatever number of releases it holds.
SOURCES = {
    "armenia": 50,
    "australia": 5,
    "canada": 32,
    "colombia": 16,
    "colombia-secop": 55,
    "mexico": 45,
    "mexico-cdmx-ocdskit": 14,
    "moldova": 22,
    "nigeria": 12,
    "paraguay": 21,
    "portugal-base": 63,
    "taiwan": 6,
    "uganda": 5,
    "uk-contracts-finder": 18,
    "uk-find-a-tender": 5,
    "ukraine": 9,
}
# Three releases in one record of Mexico City: three in the manifest, one notice here.
OTHER_COUNTS = {"ocds-national/mexico/cdmx/records/OCDS-87SD3T-SEFIN-DRM-A-002-2016.json": 1}
FOLDERS = ("ocds-national/", "ocds-bulk/", "ocds-examples/", "ppp/ocds", "prozorro-api-docs/", "prozorro-criteria/", "oc4ids/example")


def read(path: Path) -> tuple[list[Record], list[Problem]]:
    unread: list[Problem] = []
    return list(read_records(path, unread=unread)), unread


@needs_data
@pytest.mark.parametrize("source", SOURCES)
def test_every_release_of_a_source_is_read_into_a_notice(source: str) -> None:
    records, unread = read(DATA / "ocds-national" / source)
    assert len(records) == SOURCES[source]
    assert [Path(problem.file).name for problem in unread] == (["283906.json"] if source == "paraguay" else [])
    assert {problem.code for problem in unread} <= {"empty-file"}
    for record in records:
        assert record.format == "ocds"
        assert record.notice.procedure or "missing-ocid" in {problem.code for problem in record.every_problem()}
        assert all(text.value and text.where.startswith(record.where) for text in record.notice.every_text())


@needs_data
def test_records_are_as_many_as_the_manifest_says() -> None:
    compared = 0
    for row in csv.DictReader((DATA / "MANIFEST.csv").read_text().splitlines()):
        name = row["file"]
        if name.startswith(FOLDERS) and not name.endswith((".txt", ".xlsx", ".csv")) and row["records"].isdigit():
            records, unread = read(DATA / name)
            assert (len(records), unread) == (OTHER_COUNTS.get(name, int(row["records"])), []), name
            compared += 1
    assert compared == 237


@needs_data
def test_the_ukrainian_tender_has_five_bids_with_values() -> None:
    (path,) = (DATA / "ocds-national/ukraine/releases").glob("ocds-be6bcu-UA-2016-06-08-000504-c-*.json")
    (record,), _ = read(path)
    notice = record.notice
    assert [bid.value.value for bid in notice.bids if bid.value] == [Decimal(n) for n in ("3375", "1800", "2900", "3000", "2875")]
    assert notice.bids[1].value is not None
    assert (notice.bids[1].value.currency, notice.bids[1].value.where) == ("UAH", "/bids/details/1/value/amount")
    assert [(outcome.status, outcome.value and outcome.value.value) for outcome in notice.outcomes] == [
        ("unsuccessful", Decimal(1800)),
        ("active", Decimal(2875)),
    ]
    assert notice.value is not None
    assert notice.value.value == 7500


@needs_data
def test_the_armenian_tender_has_eight_bids_over_its_lots() -> None:
    records, _ = read(DATA / "ocds-national/armenia/releases/6-part.json")
    (notice,) = (each.notice for each in records if each.id == "e5da72b80ff4fdfdff594c6dcc1ba3be")
    assert notice.procedure == "AM-PPS-e5da72b80ff4fdfdff594c6dcc1ba3be"
    assert len(notice.bids) == 8
    assert {bid.lots for bid in notice.bids} == {(lot.id,) for lot in notice.lots}
    assert sum(bid.value.value for bid in notice.bids if bid.value) == Decimal(4540250)
    assert [bid.status for bid in notice.bids].count("not-qualified") == 2
    assert {text.language for text in notice.texts} >= {"hy"}


@needs_data
def test_known_dirt_is_read_and_said() -> None:
    colombia, _ = read(DATA / "ocds-national/colombia-secop/release-package.json")
    dirty = [(each.id, problem.where) for each in colombia for problem in each.every_problem() if problem.code == "database-number"]
    assert dirty == [("58193", "/releases/21/awards/0/value/amount"), ("58198", "/releases/24/awards/0/value/amount")]
    values = {outcome.value.value for each in colombia for outcome in each.notice.outcomes if outcome.value}
    assert Decimal(15890000000) in values
    mexico, _ = read(DATA / "ocds-bulk/mexico-naicm-airport-releases.jsonl.gz")
    assert sum(problem.code == "misspelt-code" for each in mexico for problem in each.every_problem()) == 158
    assert mexico[0].notice.coded("awardCriteria") == ("bestValueToGovernment",)
    canada, _ = read(DATA / "ocds-bulk/canada-buyandsell-tenders-2014-release-package.json.gz")
    assert sum(any(text.role == "award" for text in each.notice.texts) for each in canada) == 342
    assert sum(problem.code == "date-in-words" for each in canada for problem in each.every_problem()) > 3000


@needs_data
def test_both_encodings_of_one_package_say_the_same() -> None:
    folder = DATA / "ocds-national/mexico-cdmx-ocdskit"
    clean, _ = read(folder / "release-package_encoding-utf-8.json")
    latin, _ = read(folder / "release-package_encoding-iso-8859-1.json")
    assert [each.notice.texts for each in clean] == [each.notice.texts for each in latin]
    assert [problem.code for each in clean for problem in each.problems] == []
    assert [problem.code for each in latin for problem in each.problems] == ["not-utf8"]


@needs_data
def test_weights_in_words_are_weights_with_a_note() -> None:
    records, _ = read(DATA / "ocds-national/uk-find-a-tender/releases-list.json")
    (lot,) = (lot for each in records for lot in each.notice.lots if lot.criteria)
    assert [(each.type, each.parameters[0].value, each.parameters[0].note) for each in lot.criteria] == [
        ("quality", Decimal(70), "read from the words '70'"),
        ("price", Decimal(30), "read from the words '30'"),
    ]


def test_a_cut_package_loses_its_end_only_when_it_is_lines() -> None:
    lines = b"".join(b'{"ocid": "ocds-%d"}\n' % number for number in range(5))
    unread: list[Problem] = []
    assert [each.id for each in read_records(lines[:-9], unread=unread)] == ["ocds-0", "ocds-1", "ocds-2", "ocds-3"]
    assert [(each.code, each.line) for each in unread] == [("json-syntax", 5)]
    with pytest.raises(Problems) as raised:
        list(read_records(b'{"releases": [{"ocid": "a"}, {"oc', file="cut.json"))
    assert "at byte" in raised.value.problems[0].message


def test_problems_are_raised_after_the_last_record() -> None:
    records = read_records(b'{"ocid": "a"}\n{"ocid": tru}\n{"name": "x"}\n{"ocid": "b"}\n', file="f")
    assert [next(records).id, next(records).id] == ["a", "b"]
    with pytest.raises(Problems) as raised:
        next(records)
    assert [(each.code, each.line) for each in raised.value.problems] == [("json-syntax", 2), ("unknown-format", 3)]


def test_a_file_of_bad_lines_does_not_fill_the_memory() -> None:
    unread: list[Problem] = []
    assert list(read_records(b"{oh\n" + b"{no}\n" * 1000, unread=unread)) == [] or unread
    assert len(unread) == MOST_UNREAD + 1
    assert unread[-1].code == "too-many-faults"


def test_keys_written_twice_in_a_line_are_found_with_the_notice() -> None:
    (record, _) = read_records(b'{"ocid": "a", "tender": {"title": "x", "title": "y"}}\n{"ocid": "b"}\n')
    assert record.problems == ()
    assert [(each.code, each.where, each.line) for each in record.every_problem()] == [("repeated-key", "/tender/title", 1)]
    assert record.notice.texts[0].value == "y"


def test_a_record_is_built_once_and_says_what_it_is_not() -> None:
    (record,) = read_records(b'{"projects": [{"id": "oc4ids-1"}]}')
    assert record.project is record.project
    with pytest.raises(TypeError, match="no notice"):
        _ = record.notice
    (text,) = read_records(b"Only words.\n", file="words.txt")
    assert (text.kind, text.content, text.id) == ("document", b"Only words.\n", "words.txt")
    with pytest.raises(TypeError, match="no project"):
        _ = text.project


def test_the_read_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.json"
    good.write_bytes(
        gzip.compress(b'{"ocid": "ocds-1", "tender": {"value": {"amount": 1.50, "currency": "EUR"}, "status": "Active"}}\n' * 2)
    )
    bad.write_text("")
    assert main(["read", str(good)]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["2", "2", "0", "ocds", str(good)]
    assert main(["read", str(tmp_path), "--summary"]) == 1
    told = capsys.readouterr()
    assert "2  misspelt-code" in told.out
    assert told.err == f"{bad}: empty-file: nothing is written in the file (fetch it again)\n"
    assert main(["read", str(good), "--json"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first["content"]["value"] == {"value": "1.50", "currency": "EUR", "where": "/tender/value/amount"}
    assert (first["line"], first["problems"][0]["code"]) == (1, "misspelt-code")


@needs_data
def test_damaged_real_files_never_raise_anything_else() -> None:
    """Cut, flipped and swapped copies of real files, the same ones every time; ``Problems`` from a lazy reader is allowed, nothing else."""
    chance = random.Random(20)
    folders = ("ocds-national", "ppp", "oc4ids", "prozorro-api-docs", "decp-france")
    files = [path for folder in folders for path in sorted((DATA / folder).rglob("*")) if path.suffix in (".json", ".xml")]
    originals = [path.read_bytes() for path in files if 0 < path.stat().st_size < 100_000]
    junk = [None, True, -1, "", [], {}, "x", [[]], {"id": []}, {"id": {}}, [None], 10**40, {"$numberLong": "x"}, {"0": {}}]

    def swapped(value: object) -> object:
        if chance.random() < 0.03:
            return chance.choice(junk)
        if isinstance(value, dict):
            return {key: swapped(each) for key, each in value.items()}
        return [swapped(each) for each in value] if isinstance(value, list) else value

    read_some = 0
    for turn in range(600):
        data = chance.choice(originals)
        if turn % 3 == 0:
            data = data[: chance.randrange(len(data))]
        elif turn % 3 == 1:
            changed = bytearray(data)
            for _ in range(5):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            data = bytes(changed)
        elif data.startswith((b"{", b"[")):
            try:
                data = json.dumps(swapped(json.loads(data))).encode()
            except ValueError:
                continue
        for record in read_records(data, unread=[]):
            record.every_problem()
            read_some += 1
    assert read_some > 200
