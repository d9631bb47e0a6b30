"""What a file holds: plain text, gzip, tar or zip, JSON Lines or one document; handed on as single documents, each with its place.

Knows compression, archives, lines, encodings and how much of each is too much. Must not know what stands in a document.
"""

from __future__ import annotations

import codecs
import io
import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from tenderloop.errors import Problem

CODES: dict[str, str] = {
    "cannot-open": "the file is missing, is a folder, or may not be read",
    "empty-file": "nothing is written in the file",
    "broken-gzip": "the compressed file is damaged or cut off",
    "broken-archive": "the tar or zip archive is damaged or cut off",
    "encrypted-member": "a file in a zip archive needs a password",
    "nested-archive": "an archive lies in an archive",
    "not-a-plain-member": "a link or device lies in an archive",
    "archive-bomb": "the file unpacks to far more than it holds, or to more files than can be read",
    "document-too-large": "one document is larger than can be read at once",
    "unknown-container": "the file is packed in a way that is not read here",
    "not-utf8": "the text is not UTF-8 and was read as Windows-1252",
    "utf16": "the text is UTF-16 and not UTF-8",
}

_CHUNK = 1 << 18
_PIECE = 1 << 20
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OTHER = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7-Zip", b"Rar!": "RAR", b"\x28\xb5\x2f\xfd": "zstd"}
# zip files of these hold one document, not many
_OFFICE = ("[Content_Types].xml", "mimetype")
_UTF8_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read. Sizes in bytes.

    ``document`` is one document in memory; ``total`` everything unpacked; ``ratio`` unpacked to packed, once more than ``free`` is unpacked
    (real JSON packs at most thirty to one, a bomb a thousand to one); ``members`` files in one archive; ``header`` what stands between two
    files of a tar archive.
    """

    document: int = 256 << 20
    total: int = 64 << 30
    ratio: int = 200
    free: int = 32 << 20
    members: int = 1_000_000
    header: int = 64 << 10


LIMITS = Limits()


class Document:
    """One document: its bytes, the file (``archive.zip!member.json`` for a member), and the line and byte where it starts.

    ``line`` is ``None`` when the document is the whole file.
    """

    __slots__ = ("byte", "data", "file", "line")

    def __init__(self, data: bytes, file: str = "", line: int | None = None, byte: int = 0) -> None:
        self.data, self.file, self.line, self.byte = data, file, line, byte


class _TooMuchError(Exception):
    """A limit was met; the problem says which."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def documents(source: Path | bytes, file: str = "", limits: Limits = LIMITS) -> Iterator[Document | Problem]:
    """Every document of a file in order, and a ``Problem`` in the place of each that cannot be had. Nothing is raised.

    gzip (several members too) and tar are read as a stream; JSON Lines are handed on line by line; everything else is one document, also
    several JSON texts one after another, which only a JSON reader can tell apart. An archive in an archive is refused, a compressed file
    in an archive is read.

    >>> [(one.line, one.data) for one in documents(b'{"a": 1}\\n\\n{"a": 2}\\n') if isinstance(one, Document)]
    [(1, b'{"a": 1}'), (3, b'{"a": 2}')]
    """
    name = file or ("" if isinstance(source, bytes) else str(source))
    try:
        if isinstance(source, bytes):
            yield from _stream(io.BytesIO(source), name, limits, archive=True, packed=True)
            return
        with source.open("rb") as raw:
            yield from _stream(raw, name, limits, archive=True, packed=True)
    except _TooMuchError as met:
        yield met.problem
    except OSError as error:
        yield Problem("cannot-open", f"the file cannot be read: {error.strerror or error}", name, hint="check the path and the rights")


def _stream(raw: IO[bytes], file: str, limits: Limits, *, archive: bool, packed: bool) -> Iterator[Document | Problem]:
    """The documents of one stream. ``archive`` and ``packed`` say whether it may still be one."""
    start = _peek(raw, 512)
    for magic, name in _OTHER.items():
        if start.startswith(magic):
            yield Problem("unknown-container", f"{name} files are not read", file, hint="unpack it, or pack it as gzip, tar or zip")
            return
    if start.startswith(_GZIP):
        if not packed:
            yield Problem("nested-archive", "a compressed file in a compressed file is not read", file, hint="unpack it once")
            return
        unpacked = _Unpacked(raw, file, limits)
        yield from _stream(io.BufferedReader(unpacked, _CHUNK), file, limits, archive=archive, packed=False)
        if unpacked.problem:
            yield unpacked.problem
    elif start.startswith(_ZIP):
        yield from _zip(raw, file, limits, archive=archive)
    elif start[257:262] == b"ustar":
        if archive:
            yield from _tar(raw, file, limits)
        else:
            yield Problem("nested-archive", "an archive in an archive is not read", file, hint="unpack the outer one first")
    else:
        yield from _plain(raw, file, limits)


def _peek(raw: IO[bytes], size: int) -> bytes:
    if isinstance(raw, io.BufferedReader):
        return raw.peek(size)[:size]
    start = raw.read(size)
    raw.seek(-len(start), io.SEEK_CUR)
    return start


class _Unpacked(io.RawIOBase):
    """A gzip stream, member after member; damage ends it early and is kept as a problem, so that what came before is not lost."""

    def __init__(self, packed: IO[bytes], file: str, limits: Limits) -> None:
        self._packed, self._file, self._limits = packed, file, limits
        self._inflate: Any = zlib.decompressobj(31)
        self._waiting = b""
        self._ended = False
        self.read_bytes = self.made_bytes = 0
        self.problem: Problem | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        room = memoryview(target).cast("B")
        while not self._ended:
            if not self._waiting:
                self._waiting = self._packed.read(_CHUNK)
                self.read_bytes += len(self._waiting)
            made = self._inflated(len(room))
            if made:
                self.made_bytes += len(made)
                self._check()
                room[: len(made)] = made
                return len(made)
        return 0

    def _inflated(self, most: int) -> bytes:
        if not self._waiting:
            self._ended = True
            if not self._inflate.eof:
                self._broken("the compressed file is cut off")
            return b""
        if self._inflate.eof:
            # padding of zeros after the last member is allowed; anything but a new member is noise
            rest = self._waiting.lstrip(b"\0")
            if not rest:
                self._waiting = b""
                return b""
            if not rest.startswith(_GZIP[: len(rest)]):
                self._ended = True
                self._broken("something that is not compressed follows the compressed data")
                return b""
            self._waiting, self._inflate = rest, zlib.decompressobj(31)
        try:
            made: bytes = self._inflate.decompress(self._waiting, most)
        except zlib.error as error:
            self._ended = True
            self._broken(f"the compressed file is damaged: {error}")
            return b""
        self._waiting = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
        return made

    def _check(self) -> None:
        made, packed, limits = self.made_bytes, max(1, self.read_bytes - len(self._waiting)), self._limits
        if made > limits.total or (made > limits.free and made > packed * limits.ratio):
            raise _TooMuchError(
                Problem("archive-bomb", f"{packed} bytes unpack to more than {made}", self._file, hint="unpack it and look what it holds")
            )

    def _broken(self, message: str) -> None:
        place = f"byte {self.read_bytes - len(self._waiting)}"
        self.problem = Problem("broken-gzip", f"{message}; what came before was read", self._file, where=place, hint="fetch the file again")


class _Counted(io.RawIOBase):
    """A stream that stops when more is read between two files of an archive than a header can need."""

    def __init__(self, raw: IO[bytes], file: str, header: int) -> None:
        self._raw, self._file = raw, file
        self.left: int | None = header

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(size)
        if self.left is not None:
            self.left -= len(data)
            # tarfile looks for a word after digits in a way that takes the square of their number
            if self.left < 0 or data.isdigit():
                raise _TooMuchError(
                    Problem("archive-bomb", "a header of the archive is far too long", self._file, hint="pack the files again")
                )
        return data


def _tar(raw: IO[bytes], file: str, limits: Limits) -> Iterator[Document | Problem]:
    counted = _Counted(raw, file, limits.header)
    read = 0
    try:
        with tarfile.open(fileobj=counted, mode="r|", bufsize=tarfile.BLOCKSIZE) as archive:
            while True:
                counted.left = limits.header
                member = archive.next()
                counted.left = None
                if member is None:
                    break
                archive.members = []  # type: ignore[attr-defined]  # tarfile keeps all it has seen
                read += 1
                place = f"{file}!{member.name}"
                if read > limits.members:
                    yield Problem("archive-bomb", f"more than {limits.members} files in one archive", file, hint="split the archive")
                    return
                if member.isdir():
                    continue
                if not member.isreg():
                    yield Problem("not-a-plain-member", "a link or device in an archive is not read", place, hint="pack the file itself")
                    continue
                held = archive.extractfile(member)
                if held is None:
                    continue
                if member.size > limits.document:
                    while held.read(_CHUNK):
                        pass  # read past it here, where no header is expected
                    yield _too_large(place, limits)
                    continue
                data = held.read()
                yield from _member(data, place, limits)
    except (tarfile.TarError, EOFError, ValueError) as error:
        message = f"the archive is damaged after {read} files: {error}"
        yield Problem("broken-archive", message, file, hint="fetch it again; what came before was read")


def _zip(raw: IO[bytes], file: str, limits: Limits, *, archive: bool) -> Iterator[Document | Problem]:
    if not raw.seekable():
        data = raw.read(limits.document + 1)
        if len(data) > limits.document:
            yield _too_large(file, limits)
            return
        raw = io.BytesIO(data)
    try:
        with zipfile.ZipFile(raw) as held:
            members = held.infolist()
            if any(member.filename in _OFFICE for member in members):
                raw.seek(0)
                yield from _whole(raw.read(limits.document + 1), file, limits)
                return
            if not archive:
                yield Problem("nested-archive", "an archive in an archive is not read", file, hint="unpack the outer one first")
                return
            if len(members) > limits.members:
                yield Problem("archive-bomb", f"more than {limits.members} files in one archive", file, hint="split the archive")
                return
            if not members:
                yield Problem("empty-file", "there is no file in the archive", file, hint="choose another file")
            total, size = 0, raw.seek(0, io.SEEK_END)
            for member in members:
                if member.is_dir():
                    continue
                place = f"{file}!{member.filename}"
                if member.flag_bits & 1:
                    yield Problem("encrypted-member", "this file of the archive needs a password", place, hint="pack it without one")
                    continue
                try:
                    with held.open(member) as opened:
                        data = opened.read(limits.document + 1)
                except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
                    yield Problem("broken-archive", f"this file of the archive is damaged: {error}", place, hint="fetch it again")
                    continue
                total += len(data)
                packed = max(1, member.compress_size)
                # the sum too: many members may lie on the same bytes of the archive
                beyond = total > limits.total or (total > limits.free and total > size * limits.ratio)
                if beyond or (len(data) > limits.free and len(data) > packed * limits.ratio):
                    said = f"{size} bytes unpack to more than {total}" if beyond else f"{packed} bytes unpack to {len(data)}"
                    yield Problem("archive-bomb", said, place, hint="unpack it and look what it holds")
                    return
                yield from _member(data, place, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, KeyError) as error:
        yield Problem("broken-archive", f"the archive is damaged: {error}", file, hint="fetch it again")


def _member(data: bytes, place: str, limits: Limits) -> Iterator[Document | Problem]:
    try:
        # each member of many may unpack to little only, before it must be as dense as real data
        yield from _stream(io.BytesIO(data), place, replace(limits, free=min(limits.free, _PIECE)), archive=False, packed=True)
    except _TooMuchError as met:
        yield met.problem


def _too_large(file: str, limits: Limits) -> Problem:
    size = limits.document >> 20
    return Problem("document-too-large", f"one document is larger than {size} MB", file, hint="publish it as JSON Lines or in parts")


def _whole(data: bytes, file: str, limits: Limits, line: int | None = None, byte: int = 0) -> Iterator[Document | Problem]:
    if len(data) > limits.document:
        yield _too_large(file, limits)
    elif not data.strip(b" \t\r\n\0"):
        yield Problem("empty-file", "nothing is written in the file", file, hint="fetch it again")
    else:
        yield Document(data, file, line, byte)


def _plain(raw: IO[bytes], file: str, limits: Limits) -> Iterator[Document | Problem]:
    """JSON Lines line by line, anything else whole."""
    head: list[bytes] = []  # up to the third line that is not blank
    size = written = 0
    while written < 3 and size <= limits.document and (text := raw.readline(limits.document + 1)):
        head.append(text)
        size += len(text)
        written += bool(text.strip())
    if not _are_lines([each for each in head if each.strip()]):
        rest = raw.read(limits.document + 1 - size) if size <= limits.document else b""
        yield from _whole(b"".join(head) + rest, file, limits)
        return
    line, byte = 1, 0
    following = iter(head)
    text = next(following)
    while text:
        size = len(text)
        if size > limits.document:
            yield Problem("document-too-large", "this line is too long", file, line, hint="write one release a line")
            while not text.endswith(b"\n") and (text := raw.readline(_PIECE)):
                size += len(text)
        elif bare := text.strip():
            yield Document(bare, file, line, byte)
        line, byte = line + 1, byte + size
        text = next(following, b"") or raw.readline(limits.document + 1)


def _are_lines(first: list[bytes]) -> bool:
    """Whether the first three written lines are those of JSON Lines, even when one of them is broken.

    A document may be written over several lines, and documents that follow each other too.
    """
    if len(first) < 2:
        return False
    second = first[1].strip()
    if _may_be_a_line(first[0]) and second not in (b"{", b"[") and (second.startswith((b"{", b"[")) or _is_whole(first[0])):
        return True
    # of no document can the second line be whole and the third begin another: the first is the broken one
    return second.startswith(b"{") and (len(first) < 3 or first[2].lstrip().startswith(b"{")) and _is_whole(second)


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _may_be_a_line(first: bytes) -> bool:
    """Whether the first line can be a whole JSON object. A pretty-printed one ends its first line inside the object."""
    bare = first.removeprefix(_UTF8_BOM).strip()
    return first.endswith(b"\n") and bare.startswith(b"{") and not bare.endswith((b"{", b"[", b",", b":"))


_DECLARED = re.compile(rb"""^[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


def utf8(data: bytes, file: str = "", line: int | None = None) -> tuple[bytes, tuple[Problem, ...]]:
    """The same text as UTF-8 without a byte order mark, with a problem when it was written otherwise.

    UTF-16 is known by its mark, or by its zeros; what is no UTF-8 is read as Windows-1252, in which every ISO-8859-1 text reads the same,
    and said so: the words may be wrong then.

    >>> utf8(b"caf\\xe9")[0].decode()
    'café'
    >>> utf8(b"caf\\xe9", "release.json")[1][0].code
    'not-utf8'
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or (len(data) > 3 and (data[:1] == b"\0") != (data[1:2] == b"\0")):
        name = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-16-be" if data[:1] == b"\0" else "utf-16-le")
        text = data.decode(name, errors="replace")
        return text.encode(), (Problem("utf16", "the text is UTF-16", file, line, hint="publish it as UTF-8"),)
    data = data.removeprefix(_UTF8_BOM)
    wrong = _not_utf8(data)
    if wrong is not None:
        at = data.count(b"\n", 0, wrong) + (line or 1)
        message = "the text is not UTF-8; it was read as Windows-1252 (ISO-8859-1), so letters with accents may be wrong"
        text = "".join(_cp1252(data))
        return text.encode(), (Problem("not-utf8", message, file, at, f"byte {wrong}", "publish it as UTF-8"),)
    return data, ()


def _not_utf8(data: bytes) -> int | None:
    """The first byte that is no UTF-8. Looked at piece by piece: a long text would take four times its size as characters."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), _PIECE):
        kept = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + _PIECE], start + _PIECE >= len(data))
        except UnicodeDecodeError as error:
            return start - kept + error.start
    return None


def _cp1252(data: bytes) -> Iterator[str]:
    # five bytes have no meaning in Windows-1252; there ISO-8859-1 says what they are
    try:
        yield data.decode("cp1252")
    except UnicodeDecodeError:
        yield data.decode("latin-1")


def declared_encoding(data: bytes) -> str:
    """The encoding that an XML or HTML document declares in its first line, in lower case; empty when it declares none.

    >>> declared_encoding(b'<?xml version="1.0" encoding="ISO-8859-1"?><marches/>')
    'iso-8859-1'
    """
    found = _DECLARED.match(data[:300])
    return found[1].decode().lower() if found else ""
