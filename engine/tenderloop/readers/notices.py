"""One front for every format: the records of any file, each with what is wrong with it, and the problems of what could not be read.

Knows which reader reads which format, and how a record is built only when it is asked for. Must not know how any format is read, or packs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tenderloop.errors import Problem, Problems
from tenderloop.notice import Notice
from tenderloop.readers.containers import LIMITS, Document, Limits, documents, utf8
from tenderloop.readers.loose_json import LARGE, Notes, decode, load_json, repeated_keys
from tenderloop.readers.recognise import KINDS, Found, Kind, recognise_bytes, recognise_json, recognise_root

if TYPE_CHECKING:
    from tenderloop.project import Project

CODES: dict[str, str] = {
    "no-records": "a package holds no records",
    "too-many-faults": "the list of what could not be read was cut",
}

MOST_UNREAD: Final = 200
# Read as more than one release: these need a closer look than a line of JSON Lines.
_PACKAGES: Final = ("releases", "records", "compiledRelease", "versionedRelease")
# Faults that say a part of the document could not be had, not that something in it was repaired.
_FATAL: Final = frozenset({"json-syntax", "too-deep", "not-a-release", "not-a-project"})


class Record:
    """One notice, project, passport, table, document or case of a file, known by its identity; its content is built when asked for.

    ``file`` names the member of an archive too (``all.zip!a.json``), ``line`` the line of JSON Lines, ``where`` is a JSON pointer or XPath
    into the document. ``problems`` are those of the document itself (its encoding, repairs of its text); those of the content are with it,
    and ``every_problem()`` has both.
    """

    __slots__ = ("_build", "_built", "file", "format", "id", "kind", "line", "problems", "version", "where")

    def __init__(
        self,
        format: str,
        kind: Kind,
        id: str,
        build: Callable[[], Any],
        *,
        version: str = "",
        file: str = "",
        line: int | None = None,
        where: str = "",
        problems: tuple[Problem, ...] = (),
    ) -> None:
        self.format, self.kind, self.id, self.version = format, kind, id, version
        self.file, self.line, self.where, self.problems = file, line, where, problems
        self._build: Callable[[], Any] | None = build
        self._built: Any = None

    def __repr__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        return f"<{self.format} {self.kind} {self.id or '(no id)'} {place}{self.where}>"

    @property
    def content(self) -> Any:
        """What the record holds, built once: a ``Notice``, ``Project``, passport or table; of documents and cases the bytes.

        Raises ``Problems`` when nothing of it can be read: a damaged workbook, a credential that is no passport.
        """
        if self._build is not None:
            try:
                self._built = self._build()
            except MemoryError:
                raise Problems([_too_heavy(self.file, self.line, self.where)]) from None
            self._build = None
        return self._built

    @property
    def notice(self) -> Notice:
        """The notice. Raises ``TypeError`` when the record is something else, see ``kind``."""
        if self.kind != "notice":
            raise TypeError(f"the record is a {self.kind} and no notice; read .content")
        found: Notice = self.content
        return found

    @property
    def project(self) -> Project:
        """The project. Raises ``TypeError`` when the record is something else, see ``kind``."""
        if self.kind != "project":
            raise TypeError(f"the record is a {self.kind} and no project; read .content")
        found: Project = self.content
        return found

    def every_problem(self) -> tuple[Problem, ...]:
        """The problems of the document, then those of the content, each once. Builds the content."""
        more: tuple[Problem, ...] = getattr(self.content, "problems", ())
        return tuple(dict.fromkeys((*self.problems, *more)))


def read_records(
    source: Path | str | bytes, *, file: str = "", unread: list[Problem] | None = None, limits: Limits = LIMITS
) -> Iterator[Record]:
    """Every record of a file, of a folder's files in the order of their names, or of bytes; as a stream, in constant memory for JSON Lines.

    What cannot be read is appended to ``unread`` when that is given; otherwise ``Problems`` is raised after the last record: nothing valid
    is lost either way.

    >>> lines = b'{"ocid": "ocds-1", "tender": {"title": "Chairs"}}\\n{"ocid": tru}\\n{"ocid": "ocds-2"}\\n'
    >>> unread = []
    >>> [(record.id, record.line) for record in read_records(lines, file="all.jsonl", unread=unread)]
    [('ocds-1', 1), ('ocds-2', 3)]
    >>> print(unread[0])
    all.jsonl:2: json-syntax: this is not JSON: ... at byte 9 (check the quotes, commas and brackets)
    """
    faults = _Unread(unread)
    if isinstance(source, bytes):
        yield from _of(documents(source, file, limits), faults)
    else:
        path = Path(source)
        for each in files_of([path]):
            yield from _of(documents(each, file if each == path else "", limits), faults)
    faults.finish()


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files of these paths: a folder is every file in it and below, in the order of their names.

    >>> files_of([Path("notice.xml")])
    [PosixPath('notice.xml')]
    """
    found: list[Path] = []
    for path in paths:
        found += sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    return found


class _Unread:
    """What could not be read; cut at 200 so that a file of a million bad lines does not fill the memory."""

    def __init__(self, target: list[Problem] | None) -> None:
        self._raised = target is None
        self._target: list[Problem] = [] if target is None else target
        self._count = 0

    def add(self, problem: Problem) -> None:
        self._count += 1
        if self._count <= MOST_UNREAD:
            self._target.append(problem)

    def finish(self) -> None:
        if self._count > MOST_UNREAD:
            message = f"{self._count - MOST_UNREAD} more parts could not be read"
            self._target.append(Problem("too-many-faults", message, self._target[-1].file, hint="mend the first ones"))
        if self._raised and self._target:
            raise Problems(self._target)


def _of(found: Iterator[Document | Problem], faults: _Unread) -> Iterator[Record]:
    for document in found:
        if isinstance(document, Problem):
            faults.add(document)
            continue
        if document.line is not None:
            # the hot path of registries: one release a line, in UTF-8, with nothing wrong with its text
            try:
                value = decode(document.data) if len(document.data) < LARGE else None
            except (ValueError, RecursionError, ArithmeticError):
                value = None
            if type(value) is dict and type(value.get("ocid")) is str and not any(key in value for key in _PACKAGES):
                yield _release_line(value, document)
                continue
        try:
            yield from _document(document, faults)
        except Problems as broken:
            for problem in broken.problems:
                faults.add(problem)
        except MemoryError:
            faults.add(_too_heavy(document.file, document.line))


def _too_heavy(file: str, line: int | None, where: str = "") -> Problem:
    message, hint = "it takes more memory than there is", "publish it as JSON Lines or in parts"
    return Problem("document-too-large", message, file, line, where, hint)


def _release_line(value: dict[str, Any], document: Document) -> Record:
    def build() -> Notice:
        from tenderloop.readers.ocds import read_ocds

        # looked for only when the notice is wanted: it takes longer than reading the line
        twice = repeated_keys(document.data, [value], document.file, document.line)
        return read_ocds(value, document.file, line=document.line, already=twice)

    name = value.get("id")
    return Record("ocds", "notice", name if type(name) is str and name else value["ocid"], build, file=document.file, line=document.line)


def _document(document: Document, faults: _Unread) -> Iterator[Record]:
    # a line of JSON Lines is JSON, or broken; never a text of one line
    found = recognise_bytes(document.data) if document.line is None else "json"
    if isinstance(found, Problem):
        faults.add(_placed(found, document))
    elif found == "json":
        yield from _json(document, faults)
    elif found == "xml":
        yield from _xml(document, faults)
    else:
        yield _whole(found, document)


def _placed(problem: Problem, document: Document, where: str = "") -> Problem:
    return Problem(problem.code, problem.message, document.file, problem.line or document.line, where or problem.where, problem.hint)


def _whole(found: Found, document: Document) -> Record:
    """A table, document or case: one record for the whole file."""
    data, file = document.data, document.file

    def build() -> Any:
        if found.kind != "table":
            return data
        from tenderloop.readers.grids import read_table

        return read_table(data, file)

    return Record(found.format, found.kind, Path(file.rpartition("!")[2]).name, build, file=file)


def _json(document: Document, faults: _Unread) -> Iterator[Record]:
    values, problems = load_json(document.data, document.file, document.line)
    twice = repeated_keys(document.data, values, document.file, document.line)
    waiting: list[Problem] = []
    for problem in (*problems, *twice):
        if problem.code in _FATAL:
            faults.add(problem)
        else:
            waiting.append(problem)
    several = len(values) > 1
    for at, value in enumerate(values):
        found = recognise_json(value)
        if isinstance(found, Problem):
            faults.add(_placed(found, document, f"value {at + 1}" if several else ""))
            continue
        notes = Notes(document.file, document.line)
        records = _json_records(found, value, document, notes)
        count = 0
        for record in records:
            count += 1
            for problem in notes.problems:
                if problem.code in _FATAL:
                    faults.add(problem)
                else:
                    waiting.append(problem)
            notes.problems.clear()
            record.problems = (*waiting, *record.problems)
            waiting = []
            yield record
        for problem in notes.problems:
            faults.add(problem)
        if not count and not notes.problems:
            message = f"the {found.format} {found.shape or 'document'} holds no records"
            faults.add(Problem("no-records", message, document.file, document.line, hint="choose another file"))
    for problem in waiting:
        faults.add(problem)


def _json_records(found: Found, value: Any, document: Document, notes: Notes) -> Iterator[Record]:
    file, line = document.file, document.line
    if found.format == "ocds":
        yield from _ocds(value, file, line, notes)
    elif found.format == "oc4ids":
        yield from _oc4ids(value, file, line, notes)
    elif found.format == "decp":
        yield from _decp(value, file, line)
    elif found.format in ("prozorro", "prozorro-criteria"):
        yield from _prozorro(value, file, line)
    elif found.format == "untp-passport":
        yield from _passports(value, file, line)
    else:
        data = document.data
        yield Record(found.format, found.kind, _text(value, "case"), lambda: data, file=file, line=line)


def _text(value: Any, *keys: str) -> str:
    """The first of these keys that holds a text or whole number."""
    for key in keys:
        held = value.get(key) if isinstance(value, dict) else None
        if isinstance(held, str) and held.strip():
            return held.strip()
        if isinstance(held, int) and not isinstance(held, bool) and held.bit_length() < 200:
            return str(held)
    return ""


def _ocds(value: Any, file: str, line: int | None, notes: Notes) -> Iterator[Record]:
    from tenderloop.readers import ocds

    for part in ocds.parts(value, notes):

        def build(part: ocds.Part = part) -> Notice:
            return ocds.read_ocds(part.value, file, part.where, version=part.version, line=line, sources=part.sources)

        name = ocds.identity(part.value)
        yield Record("ocds", "notice", name, build, version=part.version, file=file, line=line, where=part.where)


def _oc4ids(value: Any, file: str, line: int | None, notes: Notes) -> Iterator[Record]:
    from tenderloop.readers import oc4ids

    for part in oc4ids.parts(value, notes):

        def build(part: oc4ids.Part = part) -> Project:
            return oc4ids.read_oc4ids(part.value, file, part.where, version=part.version, line=line)

        name = _text(part.value, "id")
        yield Record("oc4ids", "project", name, build, version=part.version, file=file, line=line, where=part.where)


def _decp(value: Any, file: str, line: int | None) -> Iterator[Record]:
    from tenderloop.readers import decp

    for part in decp.parts(value):

        def build(part: decp.Part = part) -> Notice:
            return decp.read_decp(part.value, file, part.where, line=line)

        yield Record("decp", "notice", decp.identity(part.value), build, file=file, line=line, where=part.where)


def _prozorro(value: Any, file: str, line: int | None, where: str = "") -> Iterator[Record]:
    from tenderloop.readers import prozorro

    if isinstance(value, list):
        for at, each in enumerate(value):
            yield from _prozorro(each, file, line, f"{where}/{at}")
        return
    if not isinstance(value, dict):
        return
    inner = value.get("data")
    if isinstance(inner, list):
        yield from _prozorro(inner, file, line, f"{where}/data")
    elif "requirementGroups" in value:
        name = _text(value.get("classification"), "id") or _text(value, "id")

        def criterion() -> Notice:
            return prozorro.read_prozorro_criteria(value, file, where, line=line)

        yield Record("prozorro-criteria", "notice", name, criterion, file=file, line=line, where=where)
    else:

        def tender() -> Notice:
            return prozorro.read_prozorro(value, file, where, line=line)

        held = inner if isinstance(inner, dict) else value
        yield Record("prozorro", "notice", _text(held, "id", "tenderID"), tender, file=file, line=line, where=where)


def _passports(value: Any, file: str, line: int | None) -> Iterator[Record]:
    for at, each in enumerate(value if isinstance(value, list) else [value]):
        where = f"/{at}" if isinstance(value, list) else ""
        if not isinstance(each, dict) or "credentialSubject" not in each:
            continue

        def build(each: dict[str, Any] = each, where: str = where) -> Any:
            from tenderloop.readers.passports import read_passport

            return read_passport(each, file, where, line=line)

        yield Record("untp-passport", "passport", _text(each, "id"), build, file=file, line=line, where=where)


def _xml(document: Document, faults: _Unread) -> Iterator[Record]:
    from tenderloop.markup import parse_xml

    problems: tuple[Problem, ...] = ()
    try:
        root = parse_xml(document.data, document.file)
    except Problems as broken:
        # a document that declares no encoding and is no UTF-8 can still be read as the publisher wrote it
        text, problems = utf8(document.data, document.file)
        if not problems or b"encoding" in document.data[:200]:
            raise
        try:
            root = parse_xml(text, document.file)
        except Problems:
            raise broken from None
    found = recognise_root(str(root.tag))
    file = document.file
    if isinstance(found, Problem):
        faults.add(_placed(found, document))
        return
    if found.format == "decp":
        count = 0
        for record in _decp(root, file, None):
            count += 1
            record.problems, problems = problems, ()
            yield record
        if not count:
            faults.add(Problem("no-records", "<marches> holds no contract", file, hint="choose another file"))
        return
    if found.format == "html":
        yield _whole(found, document)
        return

    def build() -> Notice:
        if found.format == "eforms":
            from tenderloop.readers.eforms import read_eforms

            return read_eforms(root, file)
        from tenderloop.readers.ted_export import read_ted_export

        return read_ted_export(root, file)

    name, version = _xml_identity(root)
    yield Record(found.format, KINDS[found.format], name, build, version=version, file=file, problems=problems)


def _xml_identity(root: Any) -> tuple[str, str]:
    """The notice's id and version, as far as its first level tells."""
    name, version = root.get("DOC_ID") or "", root.get("VERSION") or ""
    for child in root:
        if not isinstance(child.tag, str):
            continue
        local = child.tag.rpartition("}")[2]
        if local == "ID" and (child.get("schemeName") == "notice-id" or not name):
            name = (child.text or "").strip()
        elif local == "CustomizationID":
            version = (child.text or "").strip()
    return name, version
