"""Small papers of every format, made for the tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
APP = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"


def paragraph(text: str, settings: str = "", before: str = "") -> str:
    return f'<w:p><w:pPr>{settings}</w:pPr><w:r>{before}<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def docx(body: str, *, pages: int | None = None, more: Sequence[tuple[str, str]] = ()) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<?xml version="1.0"?><w:document {W}><w:body>{body}</w:body></w:document>')
        if pages is not None:
            archive.writestr("docProps/app.xml", f'<Properties xmlns="{APP}"><Pages>{pages}</Pages></Properties>')
        for name, content in more:
            archive.writestr(name, content)
    return held.getvalue()


def pdf(*pages: str | bytes | None, password: bool = False) -> bytes:
    """A PDF with one text a page; None is a page that is only a picture, an empty text a blank page, bytes a content twice deflated."""
    objects: list[bytes] = []

    def add(content: bytes) -> int:
        objects.append(content)
        return len(objects)

    font = add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    picture = add(_stream(b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8", b"\x80"))
    tree = len(objects) + 2 * len(pages) + 1
    kids: list[int] = []
    for page in pages:
        drawn = b"q 500 0 0 700 50 50 cm /I Do Q" if page is None else page if isinstance(page, bytes) else _text(page)
        content = add(_stream(b"<< /Filter [/FlateDecode /FlateDecode]" if isinstance(page, bytes) else b"<<", drawn))
        kids.append(
            add(
                b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F %d 0 R >> "
                b"/XObject << /I %d 0 R >> >> >>" % (tree, content, font, picture)
            )
        )
    assert add(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))) == tree
    root = add(b"<< /Type /Catalog /Pages %d 0 R >>" % tree)
    made = bytearray(b"%PDF-1.4\n")
    places: list[int] = []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer << /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    if not password:
        return bytes(made)
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=io.BytesIO(bytes(made)))
    writer.encrypt("secret", algorithm="RC4-128")
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def _stream(head: bytes, data: bytes) -> bytes:
    return head + b" /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def _text(page: str) -> bytes:
    lines = [line.encode("cp1252").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)") for line in page.split("\n")]
    return b"BT /F 11 Tf 14 TL 60 780 Td " + b" ".join(b"(%s) Tj T*" % line for line in lines) + b" ET"
