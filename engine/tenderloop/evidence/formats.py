"""How each format is opened: PDF, DOCX, HTML and plain text, said block by block. Runs as a child process under limits.

Knows formats and what is wrong with a file. Must not know who listens (documents.py). It runs on a stranger's file, so it writes
nothing and fetches nothing; what it says is JSON, one object a line.
"""

from __future__ import annotations

import io
import json
import lzma
import re
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import IO, Literal, NoReturn

from lxml import etree

from tenderloop.errors import Problem, Problems
from tenderloop.markup import parse_html, parse_xml

try:
    import resource
except ImportError:  # not on Windows: there only time and size are limited
    resource = None  # type: ignore[assignment]

Format = Literal["pdf", "docx", "html", "text"]
Kind = Literal["heading", "paragraph", "item", "row"]

MOST_BYTES = 100 << 20
MOST_PAGES = 5_000
MOST_PART_BYTES = 60 << 20  # one unpacked part of a DOCX


def refuse(code: str, message: str, file: str, hint: str) -> NoReturn:
    """Raise one problem."""
    raise Problems([Problem(code, message, file, hint=hint)])


def _broken(what: str) -> NoReturn:
    refuse("document-broken", what, "", "open it in its own program and save it anew")


def serve(name: str, memory: int, seconds: float) -> None:
    """The child: read the document on standard input and say what it holds, one JSON object a line, on standard output."""
    if resource is not None:
        # Of the limits that are set, none may exceed what the system already allows.
        for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, int(seconds) + 1), (resource.RLIMIT_CORE, 0)):
            with suppress(ValueError, OSError):
                resource.setrlimit(what, (most, most))
    out = sys.stdout
    said = _Voice(out)
    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1)
        found, pages = _read(data, said, name)
        said.end(found, pages)
    except MemoryError:
        said.problem("document-too-heavy", f"reading needs more than {memory >> 20} MB of memory", "split it into parts")
    except Problems as faults:
        for each in faults.problems:
            said.problem(each.code, each.message, each.hint, each.where or (f"line {each.line}" if each.line else ""))
    out.flush()


class _Voice:
    """What the child says."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def _say(self, **what: object) -> None:
        self._out.write(json.dumps(what) + "\n")

    def form(self, form: Format) -> None:
        self._say(format=form)

    def block(self, text: str, kind: Kind, page: int | None) -> None:
        """Say a block; spaces are made single, and what cannot be seen is dropped."""
        words = " ".join(_visible(text).split())
        if any(each.isalnum() for each in words):  # a lone bullet is no block
            self._say(text=words, kind=kind, page=page)

    def problem(self, code: str, message: str, hint: str, where: str = "") -> None:
        self._say(code=code, message=message, hint=hint, where=where)

    def done(self, done: int, of: int) -> None:
        self._say(done=done, of=of)
        self._out.flush()

    def end(self, form: Format, pages: int | None) -> None:
        self._say(format=form)
        self._say(ended=True, pages=pages)


_UNSEEN = {ord("\u00ad"): None, ord("\ufeff"): None, ord("\u200b"): None, ord("\u200e"): None, ord("\u200f"): None}


def _visible(text: str) -> str:
    clean = text.translate(_UNSEEN)
    return (
        "".join(" " if unicodedata.category(each) in ("Cc", "Cs", "Co") else each for each in clean) if not clean.isprintable() else clean
    )


def _read(data: bytes, said: _Voice, name: str) -> tuple[Format, int | None]:
    form = recognise(data, name)
    said.form(form)
    if form == "pdf":
        return form, _pdf(data, said)
    if form == "docx":
        return form, _docx(data, said)
    if form == "html":
        _html(data, said)
        said.problem("pages-not-recorded", "HTML has no pages: paragraphs are numbered instead", "cite the paragraph, or give the PDF")
        return form, None
    return form, _plain(data, said)


def recognise(data: bytes, name: str = "") -> Format:
    """What a file is, from its content. Raises ``Problems`` for formats that are not read, with what to do.

    >>> recognise(b"%PDF-1.7 ..."), recognise("Les pièces".encode()), recognise(b"<!doctype html><p>Hello")
    ('pdf', 'text', 'html')
    """
    if not data.strip():
        refuse("document-empty", "the file is empty", name, "fetch it again")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            refuse("document-encrypted", "the document is protected by a password", name, "take the password off and save it again")
        refuse("unknown-format", "this is an old Office file (.doc, .xls)", name, "save it as DOCX or PDF")
    if data.startswith(b"{\\rtf"):
        refuse("unknown-format", "this is an RTF file", name, "save it as DOCX or PDF")
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF8")):
        refuse("unknown-format", "this is a picture and holds no text", name, "run text recognition (OCR) and give its PDF")
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if re.match(
        rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|p|div|h[1-6]|table|article|section|ul)\b", head, re.S
    ):
        return "html"
    if head.startswith(b"<?xml"):
        refuse("unknown-format", "this is XML, not a document", name, "a notice is read by 'tenderloop read'")
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not wide and (b"\0" in data[:65536] or sum(byte < 9 or 13 < byte < 27 for byte in data[:4096]) > len(data[:4096]) // 100):
        refuse("unknown-format", "this is neither PDF, DOCX, HTML nor plain text", name, "save it as PDF")
    return "text"


def _zipped(data: bytes, name: str) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        _broken(f"the file is a damaged archive: {error}")
    if "word/document.xml" in names:
        return "docx"
    what = "an Excel workbook" if "xl/workbook.xml" in names else "an archive"
    refuse("unknown-format", f"this is {what}, no text document", name, "give the DOCX or PDF itself")


# ---------------------------------------------------------------------------------------------------------------------------- PDF


def _pdf(data: bytes, said: _Voice) -> int:
    import pypdfium2  # type: ignore[import-untyped]

    try:
        paper = pypdfium2.PdfDocument(data)
        count = len(paper)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            refuse("document-encrypted", "the document is protected by a password", "", "take the password off and save it again")
        _broken("the PDF is damaged and cannot be opened")
    pictures: list[int] = []
    for index in range(min(count, MOST_PAGES)):
        try:
            page = paper[index]
            text = page.get_textpage().get_text_bounded()
        except pypdfium2.PdfiumError:
            said.problem(
                "document-broken", f"page {index + 1} is damaged", "open the PDF in a PDF program and save it anew", f"page {index + 1}"
            )
            continue
        if text.strip():
            for kind, words in lines_to_blocks(_joined(text)):
                said.block(words, kind, index + 1)
        elif any(each.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE for each in page.get_objects(max_depth=3)):
            pictures.append(index + 1)
        page.close()
        said.done(index + 1, count)
    for first, last in _runs(pictures):
        many = first != last
        where = f"pages {first} to {last}" if many else f"page {first}"
        said.problem(
            "page-without-text",
            f"{where} {'have' if many else 'has'} no text; needs OCR",
            "run text recognition over the scan and give the result",
            where,
        )
    if count > MOST_PAGES:
        said.problem("document-too-long", f"only the first {MOST_PAGES:,} of {count:,} pages are read", "split it into parts")
    return count


def _joined(text: str) -> str:
    """The reader marks a hyphen at the end of a line; the word is put together again."""
    return re.sub("[\x02\ufffe]\\s*", "", text.replace("\r\n", "\n").replace("\r", "\n"))


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    for _, group in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        yield run[0], run[-1]


_BULLET = re.compile(r"\s*(?:[-–—•▪◦●■□➢✓*·]\s+|\(?(?:\d{1,2}|[a-zA-Zа-яА-Я]|[ivx]{1,4})[.)]\s+(?=\S))")
_NUMBERED_HEADING = re.compile(r"\s*(?:\d{1,2}\.){1,4}\d{0,2}\s+\S")
_SENTENCE_ENDS = (".", "!", "?", ":", ";", "…", ".”", ".»", ".)")


def lines_to_blocks(text: str) -> Iterator[tuple[Kind, str]]:
    """Printed lines put together into paragraphs: a blank line, a bullet, or a short line that ends a sentence ends one.

    >>> list(lines_to_blocks("1.2 Warranty\\nIt lasts at least\\nfive years.\\n- spare parts\\n- repair"))
    [('heading', '1.2 Warranty'), ('paragraph', 'It lasts at least five years.'), ('item', '- spare parts'), ('item', '- repair')]
    """
    lines = text.split("\n")
    widths = sorted(len(line.strip()) for line in lines if line.strip())
    full = widths[len(widths) * 4 // 5] if widths else 0
    kind: Kind = "paragraph"
    held: list[str] = []

    def flush() -> Iterator[tuple[Kind, str]]:
        if held:
            yield kind, " ".join(held)
            held.clear()

    for line in lines:
        words = line.strip()
        if not words:
            yield from flush()
            kind = "paragraph"
            continue
        if _heading(words):
            yield from flush()
            yield "heading", words
            kind = "paragraph"
            continue
        if _BULLET.match(line):
            yield from flush()
            kind = "item"
        held.append(words)
        if words.endswith(_SENTENCE_ENDS) and len(words) < full * 0.85:
            yield from flush()
            kind = "paragraph"
    yield from flush()


def _heading(line: str) -> bool:
    """A numbered title, or a short line in capitals."""
    if len(line) > 90 or line.endswith((".", ";", ",")):
        return False
    if _NUMBERED_HEADING.match(line) and len(line.split()) <= 10:
        return True
    letters = [each for each in line if each.isalpha()]
    return len(letters) >= 6 and len(line.split()) <= 10 and all(each.isupper() for each in letters)


# --------------------------------------------------------------------------------------------------------------------------- DOCX

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING_STYLE = re.compile(
    r"(?i)(?:heading|title|titre|titolo|título|titulo|überschrift|ueberschrift|berschrift|nagłówek|nagwek|заголовок)"
)


def _docx(data: bytes, said: _Voice) -> int | None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = parse_xml(_part(archive, "word/document.xml"), blanks=True)
        notes = parse_xml(_part(archive, "word/footnotes.xml"), blanks=True) if "word/footnotes.xml" in archive.namelist() else None
        total = _page_total(archive)
    breaks = sum(1 for _ in body.iter(f"{_W}lastRenderedPageBreak"))
    recorded = breaks > 0 or total == 1
    walk = _Word(said, recorded)
    walk.body(body)
    if notes is not None:
        walk.page = None
        walk.recorded = False
        walk.body(notes)
    if not recorded:
        said.problem(
            "pages-not-recorded",
            "the document does not record where its pages end: paragraphs are numbered instead",
            "save it as PDF to cite pages",
        )
        return None
    return breaks + 1


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        info = archive.getinfo(name)
        if info.flag_bits & 1:
            refuse("document-encrypted", "the document is protected by a password", "", "take the password off and save it again")
        with archive.open(info) as part:
            data = part.read(MOST_PART_BYTES + 1)
    except (KeyError, zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        _broken(f"the part {name} is damaged: {error}")
    if len(data) > MOST_PART_BYTES:
        refuse(
            "document-too-large",
            f"the part {name} unpacks to more than {MOST_PART_BYTES:,} bytes",
            "",
            "no document needs that; do not open it",
        )
    return data


def _page_total(archive: zipfile.ZipFile) -> int | None:
    if "docProps/app.xml" not in archive.namelist():
        return None
    with suppress(Problems):
        for each in parse_xml(_part(archive, "docProps/app.xml")):
            if etree.QName(each).localname == "Pages" and (each.text or "").strip().isdecimal():
                return int((each.text or "").strip())
    return None


class _Word:
    """One walk through a body: paragraphs, tables and text boxes in the order of reading."""

    def __init__(self, said: _Voice, recorded: bool) -> None:
        self.said = said
        self.recorded = recorded
        self.page: int | None = 1 if recorded else None

    def body(self, root: etree._Element) -> None:
        for each in root:
            if each.tag == f"{_W}p":
                self._paragraph(each)
            elif each.tag == f"{_W}tbl":
                self._table(each)
            elif isinstance(each.tag, str) and each.tag != _FALLBACK:
                self.body(each)

    def _paragraph(self, node: etree._Element) -> None:
        boxes: list[etree._Element] = []
        start = self.page
        text = self._text(node, boxes)
        said = text.lstrip("\n")
        # A paragraph belongs to the page on which its words begin.
        page = start if said == text else self.page
        self.said.block(said, _word_kind(node), page)
        for box in boxes:
            self.body(box)

    def _table(self, node: etree._Element) -> None:
        for row in node.iter(f"{_W}tr"):
            if next(row.iterancestors(f"{_W}tbl")) is not node:
                continue
            page = self.page
            cells: list[str] = []
            boxes: list[etree._Element] = []
            for cell in row.iter(f"{_W}tc"):
                if next(cell.iterancestors(f"{_W}tr")) is row:
                    cells.append(" ".join(self._text(cell, boxes).split()))
            self.said.block(" | ".join(cell for cell in cells if cell), "row", page)

    def _text(self, node: etree._Element, boxes: list[etree._Element]) -> str:
        pieces: list[str] = []
        begun = False
        stack = [node]
        while stack:
            each = stack.pop()
            if not isinstance(each.tag, str) or each.tag == _FALLBACK:
                continue
            name = each.tag.removeprefix(_W)
            if name == "txbxContent":
                boxes.append(each)
                continue
            if name == "t":
                pieces.append(each.text or "")
                begun = begun or bool((each.text or "").strip())
            elif name in ("tab", "cr", "br", "ptab"):
                pieces.append(" ")
            elif name == "noBreakHyphen":
                pieces.append("-")
            elif name == "lastRenderedPageBreak" and self.recorded and self.page is not None:
                self.page += 1
                if not begun:
                    pieces.append("\n")
            elif name == "p" and each is not node:
                pieces.append(" ")
            if name not in ("pPr", "rPr", "instrText", "delText", "tabs"):
                stack += reversed(each)
        text = "".join(pieces)
        return ("\n" if not begun and "\n" in text else "") + text if not text.startswith("\n") else text


def _word_kind(node: etree._Element) -> Kind:
    settings = node.find(f"{_W}pPr")
    if settings is None:
        return "paragraph"
    style = settings.find(f"{_W}pStyle")
    if settings.find(f"{_W}outlineLvl") is not None or (style is not None and _HEADING_STYLE.match(style.get(f"{_W}val", ""))):
        return "heading"
    if settings.find(f"{_W}numPr") is not None or (style is not None and style.get(f"{_W}val", "").lower().startswith("list")):
        return "item"
    return "paragraph"


# --------------------------------------------------------------------------------------------------------------------------- HTML

_SILENT = frozenset({"script", "style", "noscript", "template", "head", "svg", "math", "iframe", "object", "select", "textarea", "button"})
_INLINE = frozenset(
    [
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins", "kbd"),
        *(
            "label",
            "mark",
            "q",
            "rp",
            "rt",
            "ruby",
            "s",
            "samp",
            "small",
            "span",
            "strike",
            "strong",
            "sub",
            "sup",
            "time",
            "tt",
            "u",
            "var",
        ),
    ]
)


def _html(data: bytes, said: _Voice) -> None:
    held: list[str] = []

    def flush(kind: Kind) -> None:
        if held:
            said.block("".join(held), kind, None)
            held.clear()

    # An explicit stack: nesting is the stranger's choice.
    root = parse_html(data)
    work: list[tuple[str, etree._Element, Kind]] = [("open", root, "paragraph")]
    while work:
        what, node, outer = work.pop()
        if what == "tail":
            held.append(node.tail or "")
            continue
        if what == "close":
            flush(outer)
            continue
        name = node.tag if isinstance(node.tag, str) else ""
        if not name or name in _SILENT:
            continue
        if name == "tr":
            flush(outer)
            cells = [" ".join("".join(map(str, cell.itertext())).split()) for cell in node if cell.tag in ("td", "th")]
            # A table made for layout holds whole pages in its cells: read its parts.
            if not any(len(cell) > 1500 for cell in cells):
                said.block(" | ".join(cell for cell in cells if cell), "row", None)
                continue
        if name == "br":
            held.append(" ")
            continue
        kind: Kind = "heading" if re.fullmatch(r"h[1-6]", name) else "item" if name in ("li", "dd", "dt") else outer
        if name not in _INLINE:
            flush(outer)
            work.append(("close", node, kind))
        held.append(node.text or "")
        for child in reversed(node):
            work.append(("tail", child, kind))
            work.append(("open", child, kind))
    flush("paragraph")


# --------------------------------------------------------------------------------------------------------------------- plain text

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Letters that are common in texts of each encoding's languages; the decoding with most of them wins.
_TELLING = {
    "cp1252": "àâäçèéêëíîïñóôöùúûüßÀÉÈÖÜÄ«»’–€",
    "cp1250": "ąćęłńóśźżĄĆĘŁŚŻčďěňřšťůýžáéíőűăşţ„”–",
    "cp1251": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфОЕАИНТСРВЛКМДП",
    "koi8-r": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфОЕАИНТСРВЛКМДП",
}


def decoded(data: bytes) -> tuple[str, str]:
    """A plain text and the encoding that was guessed, empty when it is certain (a mark, or valid UTF-8).

    >>> decoded("pièces détachées".encode()), decoded("запасные части".encode("cp1251"))
    (('pièces détachées', ''), ('запасные части', 'cp1251'))
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").lstrip("\ufeff"), ""
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8"), ""
    sample = bytes(each for each in data[:200_000] if each > 127)
    best = max(_TELLING, key=lambda encoding: (_told(sample, encoding), encoding == "cp1252"))
    return data.decode(best, "replace"), best


def _told(sample: bytes, encoding: str) -> float:
    """Points for letters that tell, and against small letters of one word turned into capitals, as KOI8-R read as 1251 has."""
    text = sample.decode(encoding, "replace")
    letters = _TELLING[encoding]
    good = sum(each in letters for each in text)
    small = sum(each.islower() for each in text)
    return (good + small / 2 - 2 * text.count("\ufffd")) / (len(text) or 1)


def _plain(data: bytes, said: _Voice) -> int | None:
    text, guessed = decoded(data)
    if guessed:
        said.problem("encoding-guessed", f"the text does not say its encoding; it was read as {guessed}", "save it as UTF-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    pages = text.split("\f")
    recorded = len(pages) > 1
    for number, page in enumerate(pages, 1):
        for kind, words in lines_to_blocks(page):
            said.block(words, kind, number if recorded else None)
    if not recorded:
        said.problem(
            "pages-not-recorded", "plain text has no pages: paragraphs are numbered instead", "cite the paragraph, or give the PDF"
        )
        return None
    return len(pages)
