"""Containers: what is handed on as one document, where it starts, and what is too much."""

from __future__ import annotations

import gzip
import io
import json
import resource
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tenderloop.errors import Problem
from tenderloop.readers.containers import Document, Limits, declared_encoding, documents, utf8

LINES = b'{"ocid": "a"}\n\n{"ocid": "b"}\n{"ocid": "c"}'


def read(data: bytes, limits: Limits | None = None) -> tuple[list[Document], list[str]]:
    found = list(documents(data, "file", limits or Limits()))
    return [each for each in found if isinstance(each, Document)], [each.code for each in found if isinstance(each, Problem)]


def tar(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def zipped(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()


def test_lines_keep_their_number_and_byte() -> None:
    found, problems = read(LINES)
    assert [(each.line, each.byte, each.data) for each in found] == [
        (1, 0, b'{"ocid": "a"}'),
        (3, 15, b'{"ocid": "b"}'),
        (4, 29, b'{"ocid": "c"}'),
    ]
    assert all(LINES[each.byte :].startswith(each.data) for each in found)
    assert problems == []


def test_a_cut_first_line_does_not_hide_the_others() -> None:
    found, _ = read(b'{"ocid": "a", "tag": ["ten\n{"ocid": "b"}\n')
    assert [each.line for each in found] == [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        b'{\n "ocid": "a"\n}\n',
        b'{"ocid": "a",\n "id": "b"}\n',
        b'[\n{"ocid": "a"},\n{"ocid": "b"}\n]',
        b'{"ocid": "a"}',
        b'{"ocid": "a"}\n{\n "ocid": "b"\n}',
        b"<a/>\n<b/>",
        b"a,b\n1,2\n",
    ],
)
def test_everything_else_is_one_document(text: bytes) -> None:
    found, problems = read(text)
    assert [(each.data, each.line) for each in found] == [(text, None)]
    assert problems == []


def test_gzip_of_several_members_is_one_stream() -> None:
    found, problems = read(gzip.compress(LINES[:15]) + gzip.compress(LINES[15:]) + b"\0" * 40)
    assert [each.line for each in found] == [1, 3, 4]
    assert problems == []


def test_what_stands_before_damage_in_gzip_is_read() -> None:
    many = b"".join(b'{"ocid": "%d"}\n' % number for number in range(200_000))
    packed = gzip.compress(many)
    found, problems = read(packed[: len(packed) // 2])
    assert len(found) > 50_000
    assert problems == ["broken-gzip"]
    found, problems = read(gzip.compress(LINES) + b"noise")
    assert [each.line for each in found] == [1, 3, 4]
    assert problems == ["broken-gzip"]


def test_members_of_archives_are_named_and_may_be_packed_themselves() -> None:
    members = (("x/a.json", b'{"ocid": "a"}'), ("b.jsonl.gz", gzip.compress(LINES)))
    for packed in (tar(*members), gzip.compress(tar(*members)), zipped(*members)):
        found, problems = read(packed)
        assert [(each.file, each.line) for each in found] == [
            ("file!x/a.json", None),
            ("file!b.jsonl.gz", 1),
            ("file!b.jsonl.gz", 3),
            ("file!b.jsonl.gz", 4),
        ]
        assert problems == []


def test_an_archive_in_an_archive_is_refused_and_the_rest_read() -> None:
    inner = tar(("a.json", b'{"ocid": "a"}'))
    for nested in (inner, gzip.compress(inner), zipped(("a.json", b"{}")), gzip.compress(gzip.compress(LINES))):
        found, problems = read(tar(("inner", nested), ("b.json", b'{"ocid": "b"}')))
        assert [each.file for each in found] == ["file!b.json"]
        assert problems == ["nested-archive"]


def test_a_workbook_is_one_document() -> None:
    book = zipped(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"))
    found, problems = read(book)
    assert [each.data for each in found] == [book]
    assert problems == []


def test_bombs_are_stopped_by_ratio_total_members_and_size() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    assert read(bomb)[1] == ["archive-bomb"]
    assert read(gzip.compress(LINES * 1000), Limits(total=5000))[1] == ["archive-bomb"]
    three = [(f"{number}.json", b"{}") for number in range(3)]
    assert read(tar(*three), Limits(members=2))[1] == ["archive-bomb"]
    assert read(zipped(*three), Limits(members=2))[1] == ["archive-bomb"]
    assert read(zipped(("a.json", b"0" * 50_000_000)))[1] == ["archive-bomb"]
    found, problems = read(tar(("large", b"x" * 5000), ("small", b'{"a": 1}')), Limits(document=1000))
    assert [each.file for each in found] == ["file!small"]
    assert problems == ["document-too-large"]


def test_a_tar_whose_header_is_endless_is_stopped() -> None:
    info = tarfile.TarInfo("a")
    info.type, info.size = tarfile.XHDTYPE, 60_000_000
    for text in (b"0", b" ", b"1" * 500 + b" "):
        assert read(info.tobuf() + text * (6_000_000 // len(text)))[1] == ["archive-bomb"]


def test_a_tar_cut_off_gives_what_came_before() -> None:
    packed = tar(("a.json", b'{"ocid": "a"}'), ("b.json", b'{"ocid": "b"}' * 500))
    found, problems = read(packed[:2000])
    assert [each.file for each in found] == ["file!a.json"]
    assert problems == ["broken-archive"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "latin-1", "cp1252"])
def test_every_encoding_comes_out_as_utf8(encoding: str) -> None:
    text = '{"name": "Señora Müller"}'
    given, problems = utf8(text.encode(encoding), "file")
    assert json.loads(given)["name"] == "Señora Müller"
    assert [problem.code for problem in problems] == (["utf16"] if "16" in encoding else [] if encoding == "utf-8-sig" else ["not-utf8"])


def test_bytes_that_cp1252_lacks_do_not_fail() -> None:
    assert utf8(b"a\x81\xe9")[0].decode() == "a\x81é"


def test_the_place_of_a_byte_that_is_no_utf8_is_named() -> None:
    _, problems = utf8(b"ab\ncd\xe9", "file.json")
    assert (problems[0].line, problems[0].where) == (2, "byte 5")


def test_declared_encoding() -> None:
    assert declared_encoding(b"<?xml version='1.0' encoding='UTF-8'?><a/>") == "utf-8"
    assert declared_encoding(b"<a encoding_of='x'/>") == ""


def test_lines_and_archives_are_read_in_constant_memory(tmp_path: Path) -> None:
    """A hundred megabytes of lines, packed, and as many in a tar: the process grows by less than a third of that."""
    line = b'{"ocid": "%d", "text": "' + b"abcdefghij" * 100 + b'"}\n'
    with gzip.open(tmp_path / "lines.jsonl.gz", "wb", compresslevel=1) as packed:
        for number in range(100_000):
            packed.write(line % number)
    with tarfile.open(tmp_path / "all.tar.gz", "w:gz", compresslevel=1) as archive:
        for number in range(10_000):
            data = line % number * 10
            info = tarfile.TarInfo(f"{number}.jsonl")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom tenderloop.readers.containers import Limits, documents\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "count = sum(1 for _ in documents(Path(sys.argv[1]), limits=Limits(ratio=100000)))\n"
        "print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    for name in ("lines.jsonl.gz", "all.tar.gz"):
        told = subprocess.run([sys.executable, "-c", code, str(tmp_path / name)], capture_output=True, text=True, check=True).stdout.split()
        assert int(told[0]) == 100_000
        assert int(told[1]) < 32_000, name  # kilobytes
    assert resource.RUSAGE_SELF == 0
