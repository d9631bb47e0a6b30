"""Papers as text: every format, its places, and every way in which a stranger's file can be wrong."""

from __future__ import annotations

import ast
import io
import random
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from papers import docx, paragraph, pdf

from tenderloop.errors import Problem, Problems
from tenderloop.evidence import documents, formats
from tenderloop.evidence.documents import CODES, Block, Document, read_document
from tenderloop.evidence.formats import decoded, lines_to_blocks, recognise

XML_CODES = {"xml-broken", "xml-doctype", "xml-empty", "xml-too-deep", "xml-too-large", "html-empty", "html-broken", "html-too-large"}
OPEN = Path("/proc/self/fd")
Write = Callable[[str, bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def made(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return made


def refused(path: Path, **limits: float) -> str:
    with pytest.raises(Problems) as faults:
        read_document(path, **limits)  # type: ignore[arg-type]
    codes = {problem.code for problem in faults.value.problems}
    assert codes <= CODES.keys()
    assert all(problem.file and problem.hint and problem.message for problem in faults.value.problems)
    return str(faults.value)


def texts(paper: Document) -> list[tuple[str, str, int | None]]:
    return [(block.kind, block.text, block.page) for block in paper.blocks]


# ------------------------------------------------------------------------------------------------------------------- each format


def test_pdf_has_its_pages_and_paragraphs(write: Write) -> None:
    first = (
        "1.2 Warranty\nThe warranty lasts at least five years after the delivery and is\ngiven in writing.\n"
        "- spare parts for ten years\n- repair (on site)"
    )
    paper = read_document(write("spec.pdf", pdf(first, "Price counts 60 %.")))
    assert (paper.format, paper.pages, paper.counted, paper.problems) == ("pdf", 2, "pages", ())
    assert texts(paper) == [
        ("heading", "1.2 Warranty", 1),
        ("paragraph", "The warranty lasts at least five years after the delivery and is given in writing.", 1),
        ("item", "- spare parts for ten years", 1),
        ("item", "- repair (on site)", 1),
        ("paragraph", "Price counts 60 %.", 2),
    ]
    assert len(paper.sha256) == 64
    assert paper.text.split("\n")[4] == "Price counts 60 %."


def test_docx_has_the_pages_that_word_recorded(write: Write) -> None:
    table = (
        "<w:tbl>"
        + "".join(
            "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
            for row in (("Lot", "Article"), ("1", "Chaises"))
        )
        + "</w:tbl>"
    )
    body = (
        paragraph("Pièces détachées", '<w:pStyle w:val="Titre1"/>')
        + paragraph("Le titulaire livre les pièces détachées pendant dix ans.")
        + paragraph("Deuxième page", before="<w:lastRenderedPageBreak/>")
        + paragraph("un point", "<w:numPr/>")
        + table
    )
    paper = read_document(write("cahier.docx", docx(body)))
    assert (paper.format, paper.pages, paper.counted) == ("docx", 2, "pages")
    assert texts(paper) == [
        ("heading", "Pièces détachées", 1),
        ("paragraph", "Le titulaire livre les pièces détachées pendant dix ans.", 1),
        ("paragraph", "Deuxième page", 2),
        ("item", "un point", 2),
        ("row", "Lot | Article", 2),
        ("row", "1 | Chaises", 2),
    ]


def test_a_docx_of_one_page_needs_no_recorded_break(write: Write) -> None:
    paper = read_document(write("a.docx", docx(paragraph("One page."), pages=1)))
    assert (paper.pages, texts(paper), paper.problems) == (1, [("paragraph", "One page.", 1)], ())


def test_a_docx_without_recorded_breaks_has_paragraphs_and_says_so(write: Write) -> None:
    paper = read_document(write("a.docx", docx(paragraph("First.") + paragraph("Second."), pages=4)))
    assert (paper.pages, paper.counted) == (None, "paragraphs")
    assert [problem.code for problem in paper.problems] == ["pages-not-recorded"]
    assert [paper.place(block) for block in paper.blocks] == ["paragraph 1", "paragraph 2"]


def test_docx_leaves_out_deleted_words_and_reads_text_boxes_and_notes_once(write: Write) -> None:
    box = "<w:r><w:pict><w:txbxContent>" + paragraph("In the box") + "</w:txbxContent></w:pict></w:r>"
    fallback = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice>'
        + paragraph("Chosen")
        + "</mc:Choice><mc:Fallback>"
        + paragraph("Chosen again")
        + "</mc:Fallback></mc:AlternateContent>"
    )
    body = (
        "<w:p><w:r><w:t>Kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t> and added</w:t></w:r></w:ins>"
        f"{box}</w:p>{fallback}"
    )
    notes = ("word/footnotes.xml", f'<w:footnotes xmlns:w="{W_NAMESPACE}"><w:footnote>{paragraph("A note")}</w:footnote></w:footnotes>')
    paper = read_document(write("a.docx", docx(body, more=[notes])))
    assert [block.text for block in paper.blocks] == ["Kept and added", "In the box", "Chosen", "A note"]


W_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def test_html_keeps_rows_and_items_and_leaves_out_scripts(write: Write) -> None:
    page = (
        "<!doctype html><html><head><title>T</title><style>p{}</style></head><body><script>spare()</script><h2>Réparation</h2>"
        "<p>Le <b>titulaire</b> répare<br>sur place.</p><ul><li>vis</li><li>colle</li></ul>"
        "<table><tr><th>Lot</th><td>A &amp; B</td></tr></table>after</body></html>"
    )
    paper = read_document(write("page.html", page.encode()))
    assert texts(paper) == [
        ("heading", "Réparation", None),
        ("paragraph", "Le titulaire répare sur place.", None),
        ("item", "vis", None),
        ("item", "colle", None),
        ("row", "Lot | A & B", None),
        ("paragraph", "after", None),
    ]
    assert [problem.code for problem in paper.problems] == ["pages-not-recorded"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Поставщик обеспечивает наличие запасных частей в течение десяти лет.", "cp1251"),
        ("Поставщик обеспечивает наличие запасных частей в течение десяти лет.", "koi8-r"),
        ("Wykonawca zapewni części zamienne, gwarancja jest dłuższa niż pięć lat.", "cp1250"),
        ("Le titulaire assure la disponibilité des pièces détachées après réception.", "cp1252"),
        ("Die Gewährleistung beträgt fünf Jahre; für Verschleißteile gilt ein Jahr.", "cp1252"),
    ],
)
def test_old_encodings_are_guessed_and_the_guess_is_said(write: Write, text: str, encoding: str) -> None:
    paper = read_document(write("old.txt", text.encode(encoding)))
    assert paper.text == text
    assert next(problem for problem in paper.problems if problem.code == "encoding-guessed").message.endswith(encoding)
    assert decoded(text.encode("utf-8")) == (text, "")
    assert decoded(text.encode("utf-16")) == (text, "")


def test_form_feeds_are_pages_of_a_plain_text(write: Write) -> None:
    paper = read_document(write("a.txt", b"First page.\n\fSecond page."))
    assert (paper.pages, texts(paper)) == (2, [("paragraph", "First page.", 1), ("paragraph", "Second page.", 2)])


def test_the_language_is_guessed_from_common_words(write: Write) -> None:
    words = "Le titulaire du marché est tenu de livrer les pièces pour une durée de dix ans et de les garder dans le pays."
    assert read_document(write("a.txt", words.encode())).language == "fr"


def test_lines_are_joined_to_sentences() -> None:
    assert list(lines_to_blocks("A sentence that goes on\nover two lines.\n\nAnother.")) == [
        ("paragraph", "A sentence that goes on over two lines."),
        ("paragraph", "Another."),
    ]


# ------------------------------------------------------------------------------------------------------------------ what is wrong


def test_a_page_that_is_a_picture_is_named_and_the_rest_is_read(write: Write) -> None:
    paper = read_document(write("mixed.pdf", pdf("Text.", None, "More.", "", None, None)))
    assert [block.page for block in paper.blocks] == [1, 3]
    hint = "(run text recognition over the scan and give the result)"
    assert [str(problem) for problem in paper.problems] == [
        f"mixed.pdf page 2: page-without-text: page 2 has no text; needs OCR {hint}",
        f"mixed.pdf pages 5 to 6: page-without-text: pages 5 to 6 have no text; needs OCR {hint}",
    ]


def test_a_scan_without_any_text_is_refused(write: Write) -> None:
    assert "pages 1 to 2 have no text; needs OCR" in refused(write("scan.pdf", pdf(None, None)))


def test_a_blank_paper_is_refused_as_empty(write: Write) -> None:
    assert "document-empty" in refused(write("blank.pdf", pdf("", "")))
    assert "document-empty" in refused(write("blank.txt", b" \n "))
    assert "document-empty" in refused(write("blank.html", b"<html><body><script>x</script></body></html>"))


def test_a_password_is_told_from_damage(write: Write) -> None:
    assert "document-encrypted" in refused(write("locked.pdf", pdf("Text.", password=True)))
    assert "document-encrypted" in refused(write("locked.docx", b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")))
    assert "document-broken" in refused(write("cut.pdf", pdf("Text.")[:120]))
    whole = docx(paragraph("Text. " * 500))
    assert "document-broken" in refused(write("cut.docx", whole[: len(whole) // 2]))


def test_a_docx_whose_part_is_damaged_is_refused(write: Write) -> None:
    whole = bytearray(docx("".join(paragraph(f"Text number {number}.") for number in range(300))))
    place = whole.find(b"word/document.xml") + 60
    whole[place : place + 40] = b"\xff" * 40
    assert "document-broken" in refused(write("bad.docx", bytes(whole)))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Office file"),
        ("a.rtf", b"{\\rtf1 text}", "RTF"),
        ("a.png", b"\x89PNG\r\n\x1a\n....", "picture"),
        ("a.xml", b"<?xml version='1.0'?><ContractNotice/>", "tenderloop read"),
        ("a.bin", bytes(range(256)) * 20, "neither PDF"),
    ],
)
def test_formats_that_are_not_read_are_named_with_what_to_do(write: Write, name: str, data: bytes, said: str) -> None:
    assert said in refused(write(name, data))


def test_an_archive_is_no_document(write: Write, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "text")
    assert "unknown-format" in refused(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
    assert "Excel workbook" in refused(tmp_path / "a.xlsx")


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    assert "file-missing" in refused(tmp_path / "none.pdf")
    assert "file-missing" in refused(tmp_path)


def test_a_bomb_is_refused_at_once_and_in_bounded_memory(write: Write) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + b" " * (300 << 20) + b"</a>")
    assert len(held.getvalue()) < 1 << 20
    start = time.monotonic()
    assert "document-too-large" in refused(write("bomb.docx", held.getvalue()))
    assert time.monotonic() - start < 20


def test_a_pdf_that_unfolds_without_end_is_refused_at_once(write: Write) -> None:
    bomb = zlib.compress(zlib.compress(bytes(600 << 20), 9), 9)
    assert len(bomb) < 5000
    path = write("bomb.pdf", pdf(bomb))
    start = time.monotonic()
    said = refused(path)
    assert any(code in said for code in ("document-crashed", "document-too-heavy", "document-empty"))
    assert time.monotonic() - start < 30


def test_entities_in_a_docx_are_refused(write: Write) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(Problems, match="xml-doctype"):
        read_document(write("entity.docx", held.getvalue()))


def test_a_file_that_is_too_large_is_not_opened(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_BYTES", 10)
    assert "document-too-large" in refused(write("a.txt", b"a" * 11))


def test_the_memory_of_the_child_is_bounded(write: Write) -> None:
    path = write("a.html", b"<p>" + b"<b>word</b> " * 400_000)
    assert any(code in refused(path, memory=120 << 20) for code in ("document-too-heavy", "document-crashed"))
    assert len(read_document(path).text) > 1_000_000


def test_a_reading_that_takes_too_long_is_ended(write: Write) -> None:
    path = write("a.txt", b"word " * 10)
    start = time.monotonic()
    assert "document-too-slow" in refused(path, seconds=0.0)
    assert time.monotonic() - start < 5


def test_a_child_that_hangs_is_killed(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def hanging(arguments: list[str], **more: object) -> subprocess.Popen[bytes]:
        started.append(real([sys.executable, "-c", "import time; time.sleep(60)"], **more))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(documents.subprocess, "Popen", hanging)
    assert "document-too-slow" in refused(write("a.txt", b"word"), seconds=0.5)
    assert started[0].poll() is not None


def test_a_child_that_falls_is_a_problem_of_the_document(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.Popen

    def falling(arguments: list[str], **more: object) -> subprocess.Popen[bytes]:
        return real([sys.executable, "-c", "import os; os.abort()"], **more)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(documents.subprocess, "Popen", falling)
    assert "document-crashed" in refused(write("a.txt", b"word"))


def test_a_person_can_stop_it(write: Write) -> None:
    with pytest.raises(Problems, match="document-cancelled"):
        read_document(write("a.txt", b"word"), cancelled=lambda: True)


def test_ctrl_c_ends_the_child_too(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def noted(arguments: list[str], **more: object) -> subprocess.Popen[bytes]:
        started.append(real(arguments, **more))  # type: ignore[call-overload]
        return started[-1]

    def interrupted(done: int, of: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(documents.subprocess, "Popen", noted)
    with pytest.raises(KeyboardInterrupt):
        read_document(write("a.pdf", pdf(*["Words."] * 50)), progress=interrupted)
    assert started[0].poll() is not None


def test_progress_counts_pages(write: Write) -> None:
    seen: list[tuple[int, int]] = []
    read_document(write("a.pdf", pdf("One.", "Two.", "Three.")), progress=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_book_is_read_to_the_limit_and_says_so(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_CHARACTERS", 1000)
    paper = read_document(write("a.txt", b"\n\n".join(b"Paragraph number %d." % number for number in range(60_000))))
    assert "document-too-long" in {problem.code for problem in paper.problems}
    assert 1000 < len(paper.text) < 2_000_000


def test_nothing_is_left_running_or_open(write: Write) -> None:
    path = write("a.txt", b"word")
    before = len(list(OPEN.iterdir())) if OPEN.exists() else 0
    for _ in range(3):
        read_document(path)
        with pytest.raises(Problems):
            read_document(path, seconds=0.0)
    if before:
        assert len(list(OPEN.iterdir())) == before


def test_recognise_looks_at_the_content_not_at_the_name() -> None:
    assert recognise(pdf("x"), "a.docx") == "pdf"
    assert recognise(docx(paragraph("x")), "a.pdf") == "docx"
    assert recognise(b"\xef\xbb\xbf<!-- c --><HTML>") == "html"
    assert recognise("Text".encode("utf-16")) == "text"


def test_place_of_a_block_with_and_without_pages() -> None:
    paper = Document("a", "pdf", "", (Block("x", "paragraph", 1, 7),), 9)
    assert paper.place(paper.blocks[0]) == "7"


def test_damaged_papers_end_in_text_or_in_a_problem(write: Write) -> None:
    """Cut, flipped and swapped bytes of every format, the same ones every time: never another exception, never more than the limits."""
    chance = random.Random(20261122)
    whole = {
        "a.pdf": pdf("Spare parts for ten years.", None, "More words."),
        "a.docx": docx(paragraph("Text.") + paragraph("More.", before="<w:lastRenderedPageBreak/>")),
        "a.html": b"<!doctype html><body><table><tr><td>Lot<td>1</table><p>Text<ul><li>x</body>",
        "a.txt": "Pièces détachées pendant dix ans.".encode("cp1252"),
    }
    ends = {"text": 0, "problem": 0}
    told: list[Problem] = []
    for turn in range(60):
        name, data = list(whole.items())[turn % len(whole)]
        broken = bytearray(data)
        kind = chance.choice(["cut", "flip", "swap", "insert"])
        if kind == "cut":
            del broken[chance.randrange(len(broken)) :]
        for _ in range(chance.randint(1, 20)):
            place = chance.randrange(max(len(broken), 1))
            if kind == "flip" and broken:
                broken[place] ^= 1 << chance.randrange(8)
            elif kind == "swap" and len(broken) > 40:
                other = chance.randrange(len(broken) - 20)
                broken[other : other + 10], broken[-10:] = broken[-10:], broken[other : other + 10]
            elif kind == "insert":
                broken[place:place] = chance.randbytes(5)
        try:
            read_document(write(f"{turn}{name}", bytes(broken)), seconds=20)
            ends["text"] += 1
        except Problems as faults:
            told += faults.problems
            ends["problem"] += 1
    assert {problem.code for problem in told} <= CODES.keys() | XML_CODES
    assert all(problem.file and problem.message for problem in told)
    assert min(ends.values()) > 5


def test_every_code_that_is_written_is_in_the_catalogue() -> None:
    written: set[str] = set()
    for module in (documents, formats):
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in ("refuse", "problem", "Problem"):
                    written.add(node.args[0].value)
    assert written | {"document-broken"} == CODES.keys()
