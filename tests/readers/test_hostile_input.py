"""What a stranger may send: damaged copies of real files, bombs, endless and many-coded texts. Never anything but records and problems.

``TENDERLOOP_DAMAGED=20000`` damages so many files instead of five hundred; ``TENDERLOOP_SEED`` gives others than the usual ones.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import resource
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tenderloop.errors import Problem
from tenderloop.readers.notices import Record, read_records

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from damage import MOST_MEMORY, cut, flipped, swapped_json  # noqa: E402  (tests are no package)
from real_data import DATA, needs_data  # noqa: E402

MB = 1 << 20
MOST_SECONDS = 5.0  # of the processor, for the largest of them on a slow host; nearly all need less than half a second


@needs_data
def test_damaged_copies_of_real_files_give_records_and_problems_only() -> None:
    """Cut, flipped, values of another kind, elements lost, doubled, moved: at most two seconds each and a gigabyte for all."""
    count, seed = os.environ.get("TENDERLOOP_DAMAGED", "500"), os.environ.get("TENDERLOOP_SEED", "1")
    done = subprocess.run([sys.executable, str(HERE / "damage.py"), count, seed], capture_output=True, text=True)
    assert done.stdout, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["faults"] == []
    assert done.returncode == 0
    assert told["count"] == int(count)
    assert told["codes"]["record"] > int(count) // 2, "most files have something left that can be read"
    assert {"json-syntax", "xml-broken", "wrong-type", "unknown-format"} <= told["codes"].keys()
    assert told["peak_megabytes"] < 600


# ------------------------------------------------------------------------------------------------------------------------- bombs

CN = "urn:oasis:names:specification:ubl:schema:xsd:"
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + at)} "{("&" + chr(97 + at) + ";") * 10}">' for at in range(10))
    + ']><l x="&k;">&k;</l>'
)


def notice(inner: str) -> bytes:
    names = f'xmlns="{CN}ContractNotice-2" xmlns:cbc="{CN}CommonBasicComponents-2" xmlns:cac="{CN}CommonAggregateComponents-2"'
    return f"<ContractNotice {names}>{inner}</ContractNotice>".encode()


def zipped(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()


def tarred(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def overlapping(times: int) -> bytes:
    """A zip archive whose list names one file of 31 MB many times."""
    one = zipped(("a.json", b" " * (31 * MB)))
    start, end = one.index(b"PK\x01\x02"), one.rindex(b"PK\x05\x06")
    names = one[start:end] * times
    return one[:start] + names + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, times, times, len(names), start, 0)


def endless_tar() -> bytes:
    info = tarfile.TarInfo("a")
    info.type, info.size = tarfile.XHDTYPE, 60_000_000
    return info.tobuf() + b"1" * (6 * MB)


def in_utf7(text: str) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-7"?>' + text.replace("+", "+-").replace("<", "+ADw-", 1).encode()


def in_encoding(text: str, encoding: str) -> bytes:
    return f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)


# name: how it is made, and the code that refuses it (or codes, of which one must); no code means that it is read
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "gzip of zeros": (lambda: gzip.compress(b"0" * (100 * MB), 1), "archive-bomb"),
    "gzip in gzip": (lambda: gzip.compress(gzip.compress(b"0" * (100 * MB), 1)), "nested-archive"),
    "zip of zeros": (lambda: zipped(("a.json", b"0" * (100 * MB))), "archive-bomb"),
    # newer zipfile modules (and Debian's mended older one) see the overlap themselves
    "zip whose files overlap": (lambda: overlapping(1000), "archive-bomb broken-archive"),
    "tar of gzip bombs": (lambda: tarred(*[(f"{at}.gz", gzip.compress(b"0" * (20 * MB))) for at in range(50)]), "archive-bomb"),
    "tar in tar": (lambda: tarred(("b.tar", tarred(("c.tar", tarred(("a.json", b"{}")))))), "nested-archive"),
    "tar without an end of its header": (endless_tar, "archive-bomb"),
    "workbook that unpacks to 100 MB": (
        lambda: zipped(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<a/>"), ("xl/a.xml", b" " * (100 * MB))),
        "zip-bomb",
    ),
    "billion laughs": (LAUGHS.encode, "xml-doctype"),
    "billion laughs in UTF-16": (lambda: in_encoding(LAUGHS, "utf-16"), "xml-doctype"),
    "billion laughs in UTF-7": (lambda: in_utf7(LAUGHS), "xml-broken"),
    "billion laughs after many comments": (lambda: b"<!---->" * 500_000 + LAUGHS.encode(), "xml-doctype"),
    "external entity": (lambda: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><marches>&x;</marches>', "xml-doctype"),
    "external entity in UTF-7": (
        lambda: in_utf7('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><marches>&x;</marches>'),
        "xml-doctype",
    ),
    "external document type": (lambda: b'<!DOCTYPE marches SYSTEM "http://localhost:1/a.dtd"><marches/>', "xml-doctype"),
    "quadratic blowup": (lambda: f'<!DOCTYPE a [<!ENTITY x "{"a" * 100_000}">]><a>{"&x;" * 100_000}</a>'.encode(), "xml-doctype"),
    "inclusion": (
        lambda: b'<marches xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="file:///etc/hostname" parse="text"/></marches>',
        "no-records",
    ),
    "comments before nothing": (lambda: b"<!---->" * 280 + b"<x/>", "unknown-format"),
    "deep XML": (lambda: notice("<a>" * 500_000), "xml-too-deep"),
    "one lot in the other": (lambda: notice("<cac:ProcurementProjectLot>" * 200 + "</cac:ProcurementProjectLot>" * 200), ""),
    "XML of empty elements": (lambda: notice("<a/>" * (15 * MB)), "xml-too-large"),
    "XML of a hundred thousand attributes": (lambda: notice("<a " + " ".join(f'a{at}=""' for at in range(100_000)) + "/>"), ""),
    "XML of a hundred thousand lots": (lambda: notice("<cac:ProcurementProjectLot/>" * 100_000), ""),
    "one text of 63 MB": (lambda: notice(f"<cbc:Note>{'a' * (63 * MB)}</cbc:Note>"), "xml-too-large"),
    "XML of 65 MB": (lambda: notice("a" * (65 * MB)), "xml-too-large"),
    "a code of a million dashes": (
        lambda: notice(
            '<cac:ProcurementProject><cbc:ProcurementTypeCode listName="contract-nature">'
            + "a-" * MB
            + "</cbc:ProcurementTypeCode></cac:ProcurementProject>"
        ),
        "",
    ),
    "XML in an encoding nobody knows": (lambda: b'<?xml version="1.0" encoding="x-klingon"?><marches/>', "xml-broken"),
    "XML that says UTF-16 and is not": (lambda: b'<?xml version="1.0" encoding="UTF-16"?><marches/>', "xml-broken"),
    "deep JSON": (lambda: b"[" * (3 * MB), "too-deep"),
    "deep JSON in a line": (lambda: (b'{"ocid":' * 100_000 + b"\n") * 3, "too-deep"),
    "deep objects": (lambda: b'{"a":' * MB, "too-deep"),
    "JSON of empty lists": (lambda: b'{"ocid": "a", "x": [' + b"[]," * (21 * MB) + b"0]}", "document-too-large"),
    "JSON of empty lists in a line": (lambda: b'{"ocid": "a"}\n{"ocid": "b", "x": [' + b"[]," * (21 * MB) + b"0]}\n", "document-too-large"),
    "whole number of 64 MB": (lambda: b'{"ocid": "a", "x": ' + b"1" * (64 * MB) + b"}", ""),
    "fraction of 64 MB": (lambda: b'{"ocid": "a", "x": 0.' + b"1" * (64 * MB) + b"}", ""),
    "exponent of twenty digits": (lambda: b'{"ocid": "a", "x": 1e99999999999999999999}', ""),
    "exponents in lines": (lambda: b'{"ocid": "a", "tender": {"value": {"amount": 1e99999999999999999999}}}\n' * 2, ""),
    "exponent of nine digits": (lambda: b'{"ocid": "a", "tender": {"value": {"amount": 1e999999999, "currency": "EUR"}}}', ""),
    "one line of 64 MB that does not end": (lambda: b'{"ocid": "a"}\n{"x": "' + b" " * (64 * MB), "json-syntax"),
    "one text of 64 MB": (lambda: b'{"ocid": "a", "tender": {"title": "' + b"a" * (64 * MB) + b'"}}', ""),
    "a hundred thousand dirty values": (lambda: b'{"ocid": "a", "x": NaN}' * 20_000, ""),
    "keys written twice, often": (lambda: b'{"ocid": "a", "ocid": "b"}' * 20_000, ""),
    "ten thousand releases of one record": (
        lambda: json.dumps(
            {
                "records": [
                    {
                        "ocid": "a",
                        "releases": [
                            {
                                "ocid": "a",
                                "date": f"20{at // 100:02}-01-01",
                                "awards": [{"id": str(at)}],
                                "contracts": [{"awardID": str(at)}],
                            }
                            for at in range(10_000)
                        ],
                    }
                ]
            }
        ).encode(),
        "",
    ),
    "NUL bytes": (lambda: b"\0" * (64 * MB), "empty-file"),
    "NUL in JSON": (lambda: b'{"ocid": "a\0"}', ""),
    "NUL in XML": (lambda: notice("<cbc:Note>\0</cbc:Note>"), "xml-broken"),
    "NUL lines between lines": (lambda: b'{"ocid": "a"}\n\0\0\n{"ocid": "b"}\n', "json-syntax"),
    "UTF-16 cut within a character": (lambda: '{"ocid": "a"}'.encode("utf-16")[:-1], "json-syntax"),
    "UTF-16 with half a pair": (lambda: '{"ocid": "a"}'.encode("utf-16") + b"\x00\xd8", "json-syntax"),
    "UTF-32": (lambda: '{"ocid": "a"}'.encode("utf-32"), "unknown-format"),
    "table of one wide row": (lambda: b"a,b\n1,2\n" + b"," * (50 * MB), "too-many-columns"),
    "table of many rows": (lambda: b"a,b\n" + b"1,2\n" * MB, "too-many-rows"),
    "table with an open quote": (lambda: b'a,b\n"' + b"1,2\n" * (2 * MB), ""),
}


def codes_of(data: Path) -> list[str]:
    """Reads a file to its end; the codes of what was unread and, after a bar, of what was wrong in the rest."""
    from tenderloop.errors import Problems

    unread: list[Problem] = []
    within: list[Problem] = []
    for record in read_records(data, unread=unread):
        try:
            within += record.every_problem()
        except Problems as refused:
            unread += refused.problems
    for problem in (*unread, *within):
        assert problem.file.startswith(str(data)), problem
        assert len(problem.message) + len(problem.hint) < 1500, problem.code
    return [*dict.fromkeys(problem.code for problem in unread), "|", *dict.fromkeys(problem.code for problem in within)]


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_or_read_in_bounded_time_and_memory(name: str, tmp_path: Path) -> None:
    make, code = BOMBS[name]
    file = tmp_path / "bomb"
    file.write_bytes(make())
    done = subprocess.run([sys.executable, __file__, str(file)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-1500:]
    seconds, codes = json.loads(done.stdout)
    refused = codes[: codes.index("|")]
    assert set(code.split()) & set(codes) if code else refused == [], codes
    assert seconds < MOST_SECONDS, f"took {seconds:.1f} s"


# --------------------------------------------------------------------------------------- nothing valid beside a broken part is lost


def ids(data: bytes | Path) -> tuple[list[str], list[Problem]]:
    unread: list[Problem] = []
    return [record.id for record in read_records(data, file="" if isinstance(data, Path) else "all", unread=unread)], unread


def lines(*, wrong: bytes, at: int) -> bytes:
    good = [b'{"ocid": "%d", "tender": {"title": "x"}}' % number for number in range(4)]
    return b"\n".join([*good[:at], wrong, *good[at:]]) + b"\n"


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize(
    "wrong",
    [b'{"ocid": tru}', b'{"ocid": "a", "tender": {', b'"ocid": "a"}', b"\0\0", b"words", b"[" * 100_000, b"{}", b'{"ocid": "a', b"[1,"],
)
def test_lines_beside_a_broken_line_are_read(wrong: bytes, at: int) -> None:
    found, unread = ids(lines(wrong=wrong, at=at))
    assert found == ["0", "1", "2", "3"]
    assert {problem.line for problem in unread} == {at + 1}
    for way in (gzip.compress, lambda data: zipped(("all.jsonl", data)), lambda data: tarred(("all.jsonl", data))):
        assert ids(way(lines(wrong=wrong, at=at)))[0] == found


def test_lines_after_one_that_is_too_long_are_read() -> None:
    from tenderloop.readers.containers import Limits

    unread: list[Problem] = []
    data = lines(wrong=b'{"x": "' + b"a" * 3_000_000 + b'"}', at=2)
    found = [record.id for record in read_records(data, unread=unread, limits=Limits(document=1000))]
    assert found == ["0", "1", "2", "3"]
    assert [(problem.code, problem.line) for problem in unread] == [("document-too-large", 3)]


@needs_data
def test_real_lines_beside_a_damaged_one_are_read() -> None:
    """One of twelve lines is damaged in any way; the other eleven come out as they do alone."""
    every = gzip.decompress((DATA / "ocds-bulk" / "mixed-publishers-releases.jsonl.gz").read_bytes()).splitlines()
    chance = random.Random(7)

    def said(record: Record) -> tuple[str, object]:
        return record.id, record.notice.texts

    for turn in range(150):
        chosen = chance.sample(every, 12)
        wanted = [said(record) for each in chosen for record in read_records(each)]
        at = chance.randrange(12)
        wrong = chance.choice((cut, flipped, swapped_json))(chosen[at], chance).replace(b"\n", b" ")
        data = b"\n".join([*chosen[:at], wrong, *chosen[at + 1 :]]) + b"\n"
        found = [said(record) for record in read_records(data, unread=[])]
        for place, each in enumerate(wanted):
            assert place == at or each in found, (turn, at, place, wrong[:200])


def test_members_beside_a_broken_member_are_read() -> None:
    good = [(f"{number}.json", b'{"ocid": "%d"}' % number) for number in range(4)]
    for wrong in (b"{", b"", b"<a", b"\0\1\2", gzip.compress(b"{}")[:12], b"PK\x03\x04broken", notice("<a>"), LAUGHS.encode()):
        for way in (zipped, tarred, lambda *members: gzip.compress(tarred(*members))):
            found, unread = ids(way(*good[:2], ("wrong", wrong), *good[2:]))
            assert found == ["0", "1", "2", "3"]
            assert {problem.file for problem in unread} == {"all!wrong"}


def test_a_zip_member_whose_bytes_are_wrong_loses_only_itself() -> None:
    data = bytearray(zipped(*[(f"{number}.json", b'{"ocid": "%d", "x": "%s"}' % (number, b"abc" * 50)) for number in range(3)]))
    at = data.index(b"1.json") + 10
    data[at : at + 8] = b"\xff" * 8
    found, unread = ids(bytes(data))
    assert found == ["0", "2"]
    assert [(problem.code, problem.file) for problem in unread] == [("broken-archive", "all!1.json")]


@pytest.mark.parametrize(
    ("package", "pointer"),
    [
        (b'{"releases": [{"ocid": "0"}, 7, {"ocid": "1"}]}', "/releases/1"),
        (b'[{"ocid": "0"}, null, {"ocid": "1"}]', "/1"),
        (b'{"records": [{"compiledRelease": {"ocid": "0"}}, "x", {"compiledRelease": {"ocid": "1"}}]}', "/records/1"),
        (b'{"projects": [{"id": "0"}, [], {"id": "1"}]}', "/projects/1"),
    ],
)
def test_entries_beside_a_wrong_entry_are_read(package: bytes, pointer: str) -> None:
    found, unread = ids(package)
    assert found == ["0", "1"]
    assert [problem.where for problem in unread] == [pointer]


def test_files_beside_a_broken_file_are_read(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.json").write_bytes(b'{"ocid": "%d"}' % number)
    (tmp_path / "1a.xml").write_bytes(b"<ContractNotice")
    (tmp_path / "1b.gz").write_bytes(b"\x1f\x8b broken")
    found, unread = ids(tmp_path)
    assert found == ["0", "1", "2"]
    assert [Path(problem.file).name for problem in unread][:2] == ["1a.xml", "1b.gz"]


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    before = time.process_time()
    told = codes_of(Path(sys.argv[1]))
    print(json.dumps([time.process_time() - before, told]))
