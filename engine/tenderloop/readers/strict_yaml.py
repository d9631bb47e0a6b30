"""The YAML dialect of docs/pack-format.md section 1: text, plain decimals, ``true``, ``false``, empty; nothing clever.

Knows text, lines, numbers and limits. Must not know what a pack or a case is. PyYAML gives only the events; its constructors, which
turn ``no`` into false and ``12:30`` into 750, never run.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Union

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from tenderloop.readers.faults import Faults

try:
    from yaml._yaml import CParser
except ImportError:  # a machine without libyaml: PyYAML's own parser gives the same events, slower
    CParser = None  # type: ignore[assignment, misc]

MOST_BYTES = 2_000_000
MOST_LINE_BYTES = 100_000
MOST_DEPTH = 40
MOST_NODES = 200_000
MOST_DIGITS = 40

DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
# Line feeds are text; everything else below is invisible, or (the last two ranges) turns the order of reading around.
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
# A number with or without a unit, in any script's digits or signs.
NUMBER_LIKE = re.compile(r"[-+−–]?[\d.,٫٬  ']*\d[\d.,٫٬  ']*(?: ?[^\s\d]{1,24})?")


class Number(Fraction):
    """An exact number that remembers how it was written, so that a text such as ``2018`` can still be text.

    >>> Number.read("0.10"), Number.read("0.10").written
    (Number(1, 10), '0.10')
    """

    written: str

    @classmethod
    def read(cls, text: str) -> Number:
        """From a plain decimal; ``ValueError`` when it is not one."""
        if not DECIMAL.fullmatch(text):
            raise ValueError(text)
        number = cls(text)
        number.written = text
        return number


class Mapping(dict[str, "Value"]):
    """Keys are always text. ``line`` is where it begins, ``lines[key]`` where each key stands (1 for the first line; 0 when unknown).

    Files without lines give places instead: a JSON path or a cell address, in ``place`` and ``places[key]``.
    """

    def __init__(self, line: int = 0, place: str = "") -> None:
        super().__init__()
        self.line = line
        self.place = place
        self.lines: dict[str, int] = {}
        self.places: dict[str, str] = {}

    def put(self, key: str, value: Value, place: str) -> None:
        """Set a value that was read at a place."""
        self[key] = value
        self.places[key] = place


class Sequence(list["Value"]):
    """``line`` is where the list begins, ``lines[i]`` where each item begins; ``place`` and ``places[i]`` likewise."""

    def __init__(self, line: int = 0, place: str = "") -> None:
        super().__init__()
        self.line = line
        self.place = place
        self.lines: list[int] = []
        self.places: list[str] = []


Value = Union[Mapping, Sequence, str, Number, bool, None]  # noqa: UP007  (the names are not defined yet at run time with |)


def read_yaml(data: str | bytes, file: str = "") -> Value:
    """One document as plain values: ``Mapping``, ``Sequence``, ``str``, ``Number``, ``bool`` or None.

    Raises ``Problems`` with every fault found, each with its line. Limits (2 MB, 100 kB a line, 40 levels, 200 000 values) are
    checked first or while reading, so a hostile file costs less than a second.

    >>> tree = read_yaml("lot: 010\\nstart: 12:30\\nopen: no\\nshare: 0.10\\nbinding: true\\nnote:\\n")
    >>> dict(tree)
    {'lot': '010', 'start': '12:30', 'open': 'no', 'share': Number(1, 10), 'binding': True, 'note': None}
    >>> tree.lines["share"]
    4
    """
    faults = Faults(file)
    text = checked_text(data, faults)
    faults.raise_if_any()
    value = _Builder(faults).build(text)
    faults.raise_if_any()
    return value


def checked_text(data: str | bytes, faults: Faults, *, most_bytes: int = MOST_BYTES, json: bool = False) -> str:
    """The text of a file within the cheap limits: size, line length, encoding, invisible characters. Faults go into ``faults``.

    ``json`` allows tabs and long lines, which JSON may have. Returns an empty text when there is a fault.

    >>> checked_text(b"\\xef\\xbb\\xbfid: x\\r\\n", Faults())
    'id: x\\n'
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > most_bytes:
        faults.add(
            "file-too-large",
            f"the file has {len(raw):,} bytes, at most {most_bytes:,} are read",
            line=1,
            hint="split it into several files",
        )
        return ""
    start = 0
    number = 1
    while True:
        end = raw.find(b"\n", start)
        length = (len(raw) if end < 0 else end) - start
        if length > MOST_LINE_BYTES and not json:
            faults.add(
                "line-too-long", f"the line has {length:,} bytes, at most {MOST_LINE_BYTES:,} are read", line=number, hint="break the line"
            )
            return ""
        if end < 0:
            break
        start, number = end + 1, number + 1
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        faults.add("not-utf8", f"byte {raw[error.start]:#04x} is not UTF-8", line=line, hint="save the file as UTF-8")
        return ""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if not text.strip():
        faults.add("empty-file", "nothing is written here", line=1, hint="see docs/pack-format.md for what belongs here")
        return ""
    before = len(faults.problems)
    for found in CONTROL.finditer(text):
        character = found.group()
        if character == "\t" and json:
            continue
        line = text.count("\n", 0, found.start()) + 1
        if character == "\t":
            faults.add("tab", "a tab is written here", line=line, hint="write spaces instead")
        else:
            faults.add("control-character", f"character U+{ord(character):04X} cannot be seen", line=line, hint="delete it")
        if len(faults.problems) - before >= 20:
            break
    return "" if len(faults.problems) > before else text


class _Stop(Exception):  # noqa: N818  (it ends the reading; the fault is already noted)
    """A limit was passed: what follows is not read."""


class _PythonParser(Reader, Scanner, Parser):
    """PyYAML's own parser, for machines without libyaml."""

    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)


def _events(text: str) -> Iterator[Any]:
    parser: Any = _PythonParser(text) if CParser is None else CParser(text)
    while parser.check_event():
        yield parser.get_event()


class _Builder:
    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.nodes = 0
        self.documents = 0

    def build(self, text: str) -> Value:
        root: Value = None
        stack: list[Mapping | Sequence] = []
        keys: list[str | None] = []  # for each open mapping: the key that waits for its value
        skipped = 0  # depth inside a key that is not text, which is reported and passed over

        try:
            for event in _events(text):
                line = event.start_mark.line + 1
                if isinstance(event, yaml.DocumentStartEvent):
                    self.documents += 1
                    if event.version or event.tags:
                        self.faults.add(
                            "yaml-directive", "a directive is written here", line=line, hint="delete the line that starts with %"
                        )
                    if self.documents > 1:
                        self.faults.add(
                            "several-documents", "a second document begins here", line=line, hint="write one document a file; delete '---'"
                        )
                        raise _Stop
                    continue
                if isinstance(event, yaml.AliasEvent):
                    self.faults.add(
                        "alias", f"'*{event.anchor}' repeats another part of the file", line=line, hint="write the text out, or quote it"
                    )
                    value: Value = None
                elif isinstance(event, yaml.ScalarEvent):
                    self._refuse_marks(event, line)
                    value = self._scalar(
                        event, line, is_key=bool(stack) and not skipped and isinstance(stack[-1], Mapping) and keys[-1] is None
                    )
                elif isinstance(event, yaml.MappingStartEvent):
                    self._refuse_marks(event, line)
                    value = Mapping(line)
                elif isinstance(event, yaml.SequenceStartEvent):
                    self._refuse_marks(event, line)
                    value = Sequence(line)
                elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                    if skipped:
                        skipped -= 1
                    else:
                        stack.pop()
                        keys.pop()
                    continue
                else:
                    continue

                self.nodes += 1
                if self.nodes > MOST_NODES:
                    self.faults.add("too-many-nodes", f"more than {MOST_NODES:,} values are written", line=line, hint="split the file")
                    raise _Stop
                opens = isinstance(value, Mapping | Sequence)
                if opens and len(stack) + skipped >= MOST_DEPTH:
                    self.faults.add(
                        "too-deep",
                        f"more than {MOST_DEPTH} levels are nested here",
                        line=line,
                        hint="close the brackets, or mend the indentation",
                    )
                    raise _Stop
                if skipped:
                    skipped += opens
                    continue
                if not stack:
                    root = value
                elif isinstance(parent := stack[-1], Sequence):
                    parent.append(value)
                    parent.lines.append(line)
                elif (key := keys[-1]) is None:
                    if isinstance(value, str):
                        if value in parent.lines:
                            self.faults.add(
                                "repeated-key",
                                f"'{value}' is already written in line {parent.lines[value]}",
                                line=line,
                                hint="keep one of the two",
                            )
                        parent.lines.setdefault(value, line)
                        keys[-1] = value
                    else:
                        self.faults.add("key-not-text", "a key must be one word or text", line=line, hint="write 'name: value'")
                        keys[-1] = ""
                        if opens:
                            skipped = 1
                    continue
                else:
                    parent.setdefault(key, value)
                    keys[-1] = None
                if isinstance(value, Mapping | Sequence):
                    stack.append(value)
                    keys.append(None)
        except _Stop:
            pass
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            said = " ".join(part for part in (error.context, error.problem) if part)
            self.faults.add("yaml-syntax", f"this is not YAML: {said}", line=mark.line + 1 if mark else 1, hint=_hint(said))
        except yaml.YAMLError as error:
            self.faults.add("yaml-syntax", f"this is not YAML: {error}", line=1, hint="check the quotes and the indentation")
        if not self.faults.problems and root is None:
            self.faults.add("empty-file", "nothing is written here", line=1, hint="see docs/pack-format.md for what belongs here")
        return root

    def _refuse_marks(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self.faults.add("anchor", f"'&{event.anchor}' names a part of the file", line=line, hint="write the text out, or quote it")
        if event.tag is not None:
            self.faults.add("tag", f"'{event.tag}' is a tag", line=line, hint="delete it, or quote the text that starts with !")

    def _scalar(self, event: Any, line: int, *, is_key: bool) -> Value:
        text: str = event.value
        plain = event.style is None or event.style == ""
        if CONTROL.search(text):
            self.faults.add("control-character", "the text holds a character that cannot be seen", line=line, hint="delete the escape")
        if foreign_digits(text):
            self.faults.add(
                "foreign-digits",
                f"'{text[:40]}' is not written with the digits 0 to 9",
                line=line,
                hint=f"write '{ascii_digits(text)[:40]}'",
            )
        if is_key:
            if text == "" and plain:
                self.faults.add("key-not-text", "a key is empty", line=line, hint="write 'name: value'")
            return unicodedata.normalize("NFC", text)
        if not plain:
            return text
        if text == "":
            return None
        if text in ("true", "false"):
            return text == "true"
        if DECIMAL.fullmatch(text):
            if len(text) > MOST_DIGITS:
                self.faults.add("number-too-long", f"the number has {len(text)} characters", line=line, hint=f"write at most {MOST_DIGITS}")
                return None
            return Number.read(text)
        return text


def foreign_digits(text: str) -> bool:
    """Whether the whole text reads as a number but is not written with ASCII digits, sign and point.

    >>> foreign_digits("１２ t"), foreign_digits("−5"), foreign_digits("Lot １２ is closed"), foreign_digits("12 m²")
    (True, True, False, False)
    """
    if text.isascii() or len(text) > 80 or not NUMBER_LIKE.fullmatch(text):
        return False
    return text[0] in "−–" or any(character.isdecimal() and not character.isascii() for character in text)


def ascii_digits(text: str) -> str:
    """The same with ASCII digits and minus.

    >>> ascii_digits("−１２.５")
    '-12.5'
    """
    return "".join(
        str(unicodedata.decimal(character))
        if character.isdecimal()
        else "-"
        if character in "−–"
        else "."
        if character in "．٫"
        else character
        for character in text
    )


def _hint(said: str) -> str:
    if "mapping values are not allowed" in said:
        return "quote a text that contains ': ', and check the indentation"
    if "cannot start any token" in said:
        return "quote a text that starts with %, @ or `"
    if "expected <block end>" in said or "did not find expected" in said:
        return "check the indentation and that every quote and bracket is closed"
    return "check the quotes, the brackets and the indentation"
