"""Papers as text with places: PDF, DOCX, HTML and plain text become blocks with page or paragraph numbers.

Knows the child process that opens a paper (formats.py), its limits of time, memory and size, and how its end is told. Must not know
formats, passages, packs or notices. A paper is a stranger's file: a bomb, an endless or a broken one ends as a ``Problem``, never a hang.
"""

from __future__ import annotations

import hashlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Literal

from tenderloop.errors import Problem, Problems
from tenderloop.evidence.formats import MOST_BYTES, Format, Kind, refuse

MOST_MEMORY = 1 << 30  # bytes of address space of the child
MOST_SECONDS = 120.0
MOST_CHARACTERS = 20_000_000

CODES: Mapping[str, str] = {
    "file-missing": "there is no such file, or it cannot be read",
    "document-too-large": "a document is larger than 100 MB, or a part of it unpacks to more than 60 MB",
    "document-too-long": "a document has more pages or characters than are read",
    "document-too-slow": "reading a document took longer than allowed",
    "document-too-heavy": "reading a document needed more memory than allowed",
    "document-crashed": "the program that reads the format stopped on this document",
    "document-encrypted": "a document is protected by a password",
    "document-broken": "a document is damaged",
    "document-empty": "a document holds no words",
    "document-cancelled": "a person stopped the reading",
    "unknown-format": "a file is neither PDF, DOCX, HTML nor plain text",
    "page-without-text": "a page is a picture",
    "pages-not-recorded": "a document does not say where its pages end",
    "encoding-guessed": "a text does not say in which encoding it is",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item or table row.

    ``page`` is 1 for the first page, None where the format records none; ``number`` counts the blocks of the document from 1.
    """

    text: str
    kind: Kind
    number: int
    page: int | None = None


@dataclass(frozen=True)
class Document:
    """A paper that was read. ``problems`` say what could not be read; what could stands in ``blocks``."""

    name: str
    format: Format
    sha256: str
    blocks: tuple[Block, ...]
    pages: int | None = None
    language: str = ""
    problems: tuple[Problem, ...] = field(default=())

    @property
    def counted(self) -> Literal["pages", "paragraphs"]:
        """What places are numbered by: pages where the format records them, else paragraphs."""
        return "paragraphs" if self.pages is None else "pages"

    @cached_property
    def text(self) -> str:
        """All blocks, one a line; offsets of passages count in it."""
        return "\n".join(block.text for block in self.blocks)

    def place(self, block: Block) -> str:
        """Where a block stands, as a reader would cite it.

        >>> paper = Document("a.txt", "text", "", (Block("One.", "paragraph", 1),))
        >>> paper.place(paper.blocks[0])
        'paragraph 1'
        """
        return f"paragraph {block.number}" if block.page is None else str(block.page)


def read_document(
    path: str | Path,
    *,
    seconds: float = MOST_SECONDS,
    memory: int = MOST_MEMORY,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Document:
    """The text of a file with its places; the format is recognised from the content.

    ``seconds`` and ``memory`` (bytes) bound the child that opens the file; ``progress`` is told how many of how many pages are read,
    ``cancelled`` is asked several times a second. Raises ``Problems`` when nothing can be read (see ``CODES``); a page that is only a
    picture, or a missing page count, is a problem of the document and the rest is read.
    """
    found = Path(path)
    try:
        size = found.stat().st_size
        if size > MOST_BYTES:
            refuse("document-too-large", f"the file has {size:,} bytes, at most {MOST_BYTES:,} are read", found.name, "split it into parts")
        with found.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            said = _Child(file, found.name, seconds, memory, progress, cancelled).run()
    except OSError as error:
        refuse("file-missing", f"the file cannot be read: {error.strerror}", str(path), "check the name and the rights")
    blocks = tuple(said.blocks)
    if not blocks:
        telling = [each for each in said.problems if each.code not in ("pages-not-recorded", "encoding-guessed")]
        raise Problems(
            telling or [Problem("document-empty", "the document holds no words", found.name, hint="check that it is the right file")]
        )
    return Document(found.name, said.format, digest, blocks, said.pages, _language(blocks), tuple(said.problems))


def _language(blocks: Sequence[Block]) -> str:
    """The language whose common words lead at the beginning of the paper, empty when none does."""
    from tenderloop.evidence.terms import load_terms

    text: list[str] = []
    length = 0
    for block in blocks:
        if len(block.text.split()) >= 5:
            text.append(block.text)
            length += len(block.text)
        if length > 5000:
            break
    return load_terms().guessed("\n".join(text))


# ------------------------------------------------------------------------------------------------- the parent's side of the child


@dataclass
class _Said:
    format: Format = "text"
    pages: int | None = None
    blocks: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ended: bool = False


class _Child:
    """One reading: starts the child, takes what it says line by line, ends it at a limit."""

    def __init__(
        self,
        file: IO[bytes],
        name: str,
        seconds: float,
        memory: int,
        progress: Callable[[int, int], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.file, self.name, self.seconds, self.memory = file, name, seconds, memory
        self.progress, self.cancelled = progress, cancelled
        self.said = _Said()
        self.characters = 0

    def run(self) -> _Said:
        program = "import sys; from tenderloop.evidence.formats import serve; serve(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))"
        child = subprocess.Popen(  # noqa: S603  our own program; the stranger's bytes come on its input
            [sys.executable, "-c", program, self.name, str(self.memory), str(self.seconds)],
            stdin=self.file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us, and we end it
        )
        assert child.stdout is not None
        stopped = ""
        try:
            stopped = self._listen(child.stdout)
        finally:
            # Once it has ended its report, or we have stopped listening, nothing it could still do matters.
            if stopped or self.said.ended or sys.exc_info()[0] is not None:
                child.kill()
            child.stdout.close()
            child.wait()
        if stopped:
            self._stopped(stopped)
        elif not self.said.ended:
            self._fell(child.returncode)
        return self.said

    def _listen(self, pipe: IO[bytes]) -> str:
        """Take lines until the child ends; why it must be stopped, else an empty text."""
        deadline = time.monotonic() + self.seconds
        waiting = selectors.DefaultSelector()
        waiting.register(pipe, selectors.EVENT_READ)
        rest = b""
        try:
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    return "slow"
                if self.cancelled is not None and self.cancelled():
                    return "cancelled"
                if not waiting.select(min(left, 0.2)):
                    continue
                piece = os.read(pipe.fileno(), 1 << 16)
                if not piece:
                    return ""
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    self._take(json.loads(line))
                    if self.characters > MOST_CHARACTERS:
                        return "long"
        finally:
            waiting.close()

    def _take(self, line: dict[str, object]) -> None:
        said = self.said
        if "text" in line:
            text = str(line["text"])
            self.characters += len(text)
            page = line["page"]
            kind: Kind = line["kind"]  # type: ignore[assignment]
            said.blocks.append(Block(text, kind, len(said.blocks) + 1, page if isinstance(page, int) else None))
        elif "code" in line:
            said.problems.append(
                Problem(str(line["code"]), str(line["message"]), self.name, where=str(line["where"]), hint=str(line["hint"]))
            )
        elif "done" in line and self.progress is not None:
            self.progress(int(str(line["done"])), int(str(line["of"])))
        elif "format" in line:
            said.format = line["format"]  # type: ignore[assignment]
        elif "ended" in line:
            said.ended = True
            pages = line["pages"]
            said.pages = pages if isinstance(pages, int) else None

    def _stopped(self, why: str) -> None:
        if why == "cancelled":
            refuse("document-cancelled", "the reading was stopped by a person", self.name, "start it again when you wish")
        if why == "slow":
            refuse(
                "document-too-slow", f"reading took longer than {self.seconds:g} seconds", self.name, "save it anew, or split it into parts"
            )
        # What was read stays: a person may work with the beginning of a book.
        self.said.pages = max((block.page or 0 for block in self.said.blocks), default=0) or None
        self.said.problems.append(
            Problem("document-too-long", f"only the first {MOST_CHARACTERS:,} characters are read", self.name, hint="split it into parts")
        )

    def _fell(self, code: int) -> None:
        if any(each.code != "page-without-text" for each in self.said.problems):
            raise Problems(self.said.problems)
        if code < 0 and -code in (getattr(signal, "SIGXCPU", 0), getattr(signal, "SIGKILL", 0)):
            refuse(
                "document-too-slow", f"reading took longer than {self.seconds:g} seconds", self.name, "save it anew, or split it into parts"
            )
        refuse(
            "document-crashed",
            "the program that reads this format stopped on the document",
            self.name,
            "it is damaged or unfolds to more than fits; open it in its own program and save it anew",
        )
