"""The PDF: accessible and archivable at once, the same bytes every time, and it fetches nothing."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import Element

import page as checker
import pydyf
import pypdf
import pytest
import tinyhtml5
from weasyprint.urls import FatalURLFetchingError

from tenderloop.report import to_pdf
from tenderloop.report.html import page, print_stylesheet
from tenderloop.report.model import Report
from tenderloop.report.pdf import FONT_SCHEME, MISSING, elements, html_to_pdf
from tenderloop.report.pdf_file import AMBIGUOUS_END, pack, write

HERE = Path(__file__).parent
ALONE = """
import sys, hashlib
from tenderloop.evaluate import evaluate
from tenderloop.readers.cases import read_case
from tenderloop.readers.packs import read_pack
from tenderloop.report import build, to_pdf, to_xlsx, to_html
pack = read_pack(sys.argv[1])
report = build([evaluate(read_case(sys.argv[2], [pack]), pack)])
for made in (to_pdf(report), to_xlsx(report), to_html(report).encode()):
    print(hashlib.sha256(made).hexdigest())
"""


@pytest.fixture(scope="module")
def pdf(report: Report) -> bytes:
    return to_pdf(report)


@pytest.fixture(scope="module")
def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_it_is_accessible_and_archivable(pdf: bytes, profile: str) -> None:
    found = checker.validate_pdf_bytes(pdf, profile=profile)
    assert found.is_compliant, [(each.rule_id, each.message) for each in found.failures]
    assert found.rules.total > 50


def test_it_says_so_itself(pdf: bytes) -> None:
    assert b'pdfuaid:part="1"' in pdf
    assert b'pdfaid:part="3"' in pdf


def test_title_language_and_fonts(pdf: bytes, report: Report) -> None:
    reader = pypdf.PdfReader(BytesIO(pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == report.title
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    fonts = {
        str(font["/BaseFont"]) for page in reader.pages for font in (each.get_object() for each in page["/Resources"]["/Font"].values())
    }
    assert fonts
    assert all("Tenderloop-Sans" in font for font in fonts), fonts


def test_every_page_says_whose_numbers_these_are(pages: list[str], report: Report) -> None:
    last = len(pages)
    for number, text in enumerate(pages, start=1):
        assert f"{number} / {last}" in text
        assert report.case.hash.removeprefix("sha256:")[:8] in text.replace("\n", " ")
        if number != 2:  # contents and how to read: no score stands there
            assert "unofficial" in text


def test_two_processes_write_the_same_bytes(pdf: bytes) -> None:
    command = [sys.executable, "-c", ALONE, str(HERE / "plant"), str(HERE / "case.yaml")]
    first, second = (subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": "", "TZ": zone}).stdout
                     for zone in ("Asia/Tokyo", "America/Lima"))  # fmt: skip
    assert first == second
    assert first.split()[0] == hashlib.sha256(pdf).hexdigest()


def test_no_packed_stream_ends_ambiguously(pdf: bytes) -> None:
    assert AMBIGUOUS_END not in pdf


@pytest.mark.parametrize("noise", range(300))
def test_whatever_is_packed_never_ends_ambiguously(noise: int) -> None:
    content = hashlib.sha256(str(noise).encode()).digest() * 2
    stream = pydyf.Stream([content], compress=True)
    pack(stream)
    assert AMBIGUOUS_END not in stream.data
    assert zlib.decompress(stream.stream[0]).rstrip(b"\n") == content.rstrip(b"\n")


@pytest.mark.parametrize("filler", range(300))
def test_the_last_stream_of_a_file_never_ends_ambiguously(filler: int) -> None:
    small = pydyf.PDF()
    stream = pydyf.Stream([b"%" * filler])
    small.add_object(stream)
    output = BytesIO()
    write(small, output, "1.7", b"0" * 16)
    assert AMBIGUOUS_END not in output.getvalue()
    assert pypdf.PdfReader(output, strict=True).get_object(stream.number).get_data() == b"%" * filler


def test_every_object_is_found_where_the_file_says(pdf: bytes) -> None:
    reader = pypdf.PdfReader(BytesIO(pdf), strict=True)
    assert all(reader.get_object(number) is not None for number in range(1, reader.trailer["/Size"]))
    assert pdf.endswith(b"%%EOF\n")
    assert [len(bytes(each.original_bytes)) for each in reader.trailer["/ID"]] == [16, 16]


def test_the_quick_way_reads_the_same_page(report: Report, hostile: Report) -> None:
    """The page that expat reads as XML is the page that an HTML parser reads: same elements, attributes and texts."""
    for each in (report, hostile):
        text = page(each, print_stylesheet(FONT_SCHEME)).translate(dict.fromkeys((*range(9), 11, 12, *range(14, 32)), "?"))
        slow = tinyhtml5.parse(text, namespace_html_elements=False)
        quick = elements(text)
        assert quick is not None
        assert [*outline(quick)] == [*outline(slow)]


def outline(root: Element) -> Iterator[tuple[str, dict[str, str], str, str]]:
    """Every element: its name, its attributes, its text and what follows it; white space around the head and the body says nothing."""
    for each in root.iter():
        attributes = {name: value for name, value in each.attrib.items() if not name.endswith("}xmlns")}
        yield each.tag, attributes, (each.text or "").strip("\n"), (each.tail or "").strip("\n")


@pytest.mark.parametrize(
    "markup",
    [
        '<img alt="x" src="http://198.51.100.7/x.png">',
        '<img alt="x" src="file:///etc/passwd">',
        '<img alt="x" src="data:image/png;base64,AAAA">',
        '<link rel="stylesheet" href="http://198.51.100.7/x.css">',
        '<style>@import "http://198.51.100.7/x.css";</style>',
        '<div style="background: url(http://198.51.100.7/x.png)">x</div>',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<style>@font-face { font-family: x; src: url("tenderloop-font:../../etc/passwd") } p { font-family: x }</style><p>x</p>',
    ],
)
def test_a_page_that_wants_something_is_refused(markup: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        html_to_pdf(f'<html lang="en"><title>x</title>{markup}', identifier=b"0" * 16)


def test_what_people_write_stays_text(hostile: Report) -> None:
    # where a long word breaks, and so where the extracted text has spaces, is up to the text layout
    text = "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(to_pdf(hostile))).pages)
    assert "<imgsrc=http://198.51.100.7/x>" in text
    assert "{{7*7}}" in text


def test_characters_without_a_glyph_become_squares() -> None:
    made = html_to_pdf(
        '<html lang="en"><title>x</title><body style="font-family: Tenderloop Sans"><p>water 水 \ud800 Вода ✗', identifier=b"0" * 16
    )
    text = pypdf.PdfReader(BytesIO(made)).pages[0].extract_text()
    assert f"water {MISSING} {MISSING} Вода ✗" in text


def test_tables_have_headers_and_charts_have_words(pdf: bytes) -> None:
    found: dict[str, int] = {}
    silent = 0
    reader = pypdf.PdfReader(BytesIO(pdf))

    def walk(node: object) -> None:
        nonlocal silent
        if isinstance(node, pypdf.generic.IndirectObject):
            node = node.get_object()
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict) and "/S" in node:
            kind = str(node["/S"])
            found[kind] = found.get(kind, 0) + 1
            if kind == "/Figure" and not node.get("/Alt"):
                silent += 1
            walk(node.get("/K", []))

    walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    assert found["/H1"] == 1
    assert found["/TH"] > 50
    assert found["/Figure"] > 10
    assert silent == 0
