"""Publishers' JSON as it really is: exact numbers, known dirt repaired and said so, and where it is broken.

Knows JSON text, numbers, dates and the ways publishers get them wrong. Must not know any standard's fields.

Numbers are ``int`` or ``Decimal``, never float. ``load_json`` gives plain dicts and lists; ``View`` reads them without ever raising: a
value of the wrong shape is unknown and noted, with its JSON pointer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from tenderloop.errors import Problem, Problems
from tenderloop.notice import Amount
from tenderloop.readers.containers import utf8

CODES: dict[str, str] = {
    "json-syntax": "the text is not JSON",
    "json-constant": "NaN or Infinity stands where a number belongs",
    "json-control-character": "a text holds a bare line break, tab or other control character",
    "json-surrogate": "a text holds half of a character",
    "repeated-key": "a key is written twice in one object",
    "too-deep": "more levels are nested than can be read",
    "number-too-long": "a number has more than 40 digits, or is beyond 10^30",
    "wrong-type": "a list, text, number or object stands where another belongs",
    "object-for-list": "one object stands where a list belongs",
    "list-for-object": "a list stands where one object belongs",
    "text-for-list": "one text stands where a list belongs",
    "number-as-text": "a number is written as text",
    "database-number": "a number is written as a database export ({'$numberLong': '1'})",
    "bad-number": "a text that should be a number is none",
    "amount-without-object": "an amount is a bare number without currency",
    "bad-currency": "a currency is not a three-letter code",
    "bad-flag": "a value that should be true or false is neither",
    "flag-as-text": "true or false is written as text",
    "date-in-words": "a date is followed by words",
    "bad-date": "a date is not written year-month-day",
    "too-many-faults": "the list of faults was cut",
}

MOST_DIGITS: Final = 40
MOST_EXPONENT: Final = 30
MOST_NOTES: Final = 200
MOST_VALUES: Final = 4_000_000  # of one document: what is written in three bytes takes a hundred in memory
LARGE: Final = 8 << 20  # bytes from which on they are counted
_LONG_DIGITS: Final = 4000

_EXACT = msgspec.json.Decoder(float_hook=Decimal)
decode: Callable[[bytes], Any] = _EXACT.decode
"""One JSON text with exact numbers, as fast as can be; raises for what ``load_json`` explains."""

_AT_BYTE = re.compile(r"\(byte (\d+)\)")
_TRAILING = "trailing characters"
_BEFORE = re.compile("[ \t\r\n\x1e\ufeff]*")  # what may stand before a value, and
_BETWEEN = re.compile("[ \t\r\n\x1e]*")  # what between two: RFC 7464 has a record separator there
_BLANK = re.compile(r"\s*")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def load_json(data: bytes, file: str = "", line: int | None = None) -> tuple[list[Any], tuple[Problem, ...]]:
    """The JSON values of one text, in order (more than one when they follow each other), and what had to be repaired.

    Raises ``Problems`` when nothing can be read, or there are more than four million values. A fault after the first whole value is a
    problem beside the values before it. ``line`` is the line of the file on which the text starts.

    >>> load_json(b'{"amount": 0.10}')
    ([{'amount': Decimal('0.10')}], ())
    >>> load_json(b'{"a": 1} {"a": 2}')[0]
    [{'a': 1}, {'a': 2}]
    >>> load_json(b'{"a": tru}', "release.json")
    Traceback (most recent call last):
    tenderloop.errors.Problems: release.json:1: json-syntax: this is not JSON: ... at byte 6 (check the quotes, commas and brackets)
    """
    text, problems = utf8(data, file, line)
    if len(text) > LARGE and text.count(b",") + text.count(b"[") + text.count(b"{") > MOST_VALUES:
        message, hint = f"one document holds more than {MOST_VALUES:,} values", "publish it as JSON Lines or in parts"
        raise Problems([*problems, Problem("document-too-large", message, file, line, hint=hint)])
    values: list[Any] = []
    notes = Notes(file, line)
    start = 0
    view = memoryview(text)
    while start < len(text):
        rest = view[start:]
        try:
            values.append(_EXACT.decode(rest))
            break
        except msgspec.DecodeError as error:
            at = _AT_BYTE.search(str(error))
            if _TRAILING in str(error) and at and int(at[1]):
                end = int(at[1]) - 1  # the byte named is the one after the first character that is too many
                try:
                    values.append(_EXACT.decode(rest[:end]))
                    start += end
                    continue
                except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, InvalidOperation):
                    pass
        except (RecursionError, UnicodeDecodeError, InvalidOperation):
            pass
        fault = _dirty_rest(text, start, values, notes)
        if fault is not None and not values:
            raise Problems([*problems, *notes.problems, fault])
        if fault is not None:
            notes.problems.append(fault)
        break
    return values, (*problems, *notes.problems)


class _NotJSONError(Exception):
    def __init__(self, code: str, message: str, at: int, hint: str) -> None:
        self.code, self.message, self.at, self.hint = code, message, at, hint
        super().__init__(message)


def _dirty_rest(text: bytes, start: int, values: list[Any], notes: Notes) -> Problem | None:
    """Adds the values from a dirty one on, and gives the fault that ends them. The text is made characters once, not for every value."""
    rest = text[start:].decode()
    at = 0
    while at < len(rest):
        try:
            value, at = _tolerant(rest, at, notes)
        except _NotJSONError as wrong:
            at_byte = start + len(rest[: wrong.at].encode("utf-8", "surrogatepass"))
            at_line = text.count(b"\n", 0, at_byte) + (notes.line or 1)
            after = f"after {len(values)} values" if values else ""
            return Problem(wrong.code, f"{wrong.message} at byte {at_byte}", notes.file, at_line, after, wrong.hint)
        values.append(value)
        at = _end(_BETWEEN, rest, at)
    return None


def _tolerant(text: str, start: int, notes: Notes) -> tuple[Any, int]:
    """The value from a place on as the standard library reads it, what it forgives noted, and where it ends. Only for what is dirty."""
    noted: dict[str, int] = {}

    def constant(name: str) -> None:
        noted["json-constant"] = noted.get("json-constant", 0) + 1

    def whole(digits: str) -> int | None:
        if len(digits) > _LONG_DIGITS:
            noted["number-too-long"] = noted.get("number-too-long", 0) + 1
            return None
        return int(digits)

    def exact(digits: str) -> Decimal | None:
        try:
            return Decimal(digits)
        except InvalidOperation:  # an exponent of twenty digits
            noted["number-too-long"] = noted.get("number-too-long", 0) + 1
            return None

    begin = _end(_BEFORE, text, start)
    reader = json.JSONDecoder(parse_float=exact, parse_int=whole, parse_constant=constant, strict=False)
    try:
        value, end = reader.raw_decode(text, begin)
    except json.JSONDecodeError as error:
        message = f"this is not JSON: {_plainer(error.msg)}"
        raise _NotJSONError("json-syntax", message, error.pos, "check the quotes, commas and brackets") from None
    except RecursionError:
        raise _NotJSONError("too-deep", "more levels are nested than can be read", start, "close the brackets") from None
    if _HALF.search(text, begin, end):
        value = _without_halves(value, noted)
    if _has_control_characters(text[begin:end]):
        noted["json-control-character"] = 1
    words = {
        "json-constant": ("NaN or Infinity is no JSON; it was read as unknown", "leave the value out"),
        "number-too-long": ("a number is too long; it was read as unknown", "write at most 40 digits"),
        "json-surrogate": ("half of a character was replaced by a question mark", "write the text as UTF-8"),
        "json-control-character": ("a bare line break or control character stands in a text", "write it as \\n"),
    }
    for code, count in noted.items():
        message, hint = words[code]
        notes.add(code, message if count == 1 else f"{message} ({count} times)", hint=hint)
    return value, end


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where a stretch ends that may be empty."""
    found = pattern.match(text, at)
    return found.end() if found else at


def _plainer(message: str) -> str:
    return message[:1].lower() + message[1:]


def _has_control_characters(text: str) -> bool:
    """Whether a text value holds a bare control character; line breaks between values are none."""
    try:
        json.JSONDecoder(parse_float=str, parse_int=str).raw_decode(text)
    except json.JSONDecodeError as error:
        return "control character" in error.msg
    return False


def _without_halves(value: Any, noted: dict[str, int]) -> Any:
    """The same with lone surrogates replaced; a level at a time, without recursion."""

    def cleaned(text: str) -> str:
        try:
            text.encode()
        except UnicodeEncodeError:
            noted["json-surrogate"] = noted.get("json-surrogate", 0) + 1
            return text.encode("utf-8", "replace").decode()
        return text

    if isinstance(value, str):
        return cleaned(value)
    waiting = [value]
    while waiting:
        held = waiting.pop()
        if isinstance(held, dict):
            for key in list(held):
                inner = held.pop(key)
                held[cleaned(key)] = cleaned(inner) if isinstance(inner, str) else inner
                waiting.append(inner)
        elif isinstance(held, list):
            held[:] = [cleaned(inner) if isinstance(inner, str) else inner for inner in held]
            waiting += held
    return value


def repeated_keys(data: bytes, values: Sequence[Any], file: str = "", line: int | None = None) -> tuple[Problem, ...]:
    """A problem for each object in which a key is written twice: the last one counts, and the reader must say so.

    The keys of the text are counted first; only a text that has more than the values is read again.

    >>> repeated_keys(b'{"a": {"b": 1, "b": 2}}', [{"a": {"b": 2}}])[0].where
    '/a/b'
    """
    written = data.count(b'":') + data.count(b'" :')
    keys = 0
    waiting = list(values)
    while waiting:
        held = waiting.pop()
        if isinstance(held, dict):
            keys += len(held)
            waiting += [each for each in held.values() if type(each) is dict or type(each) is list]
        elif isinstance(held, list):
            waiting += [each for each in held if type(each) is dict or type(each) is list]
    if written <= keys:
        return ()
    notes = Notes(file, line)
    text, _ = utf8(data)
    reader = json.JSONDecoder(object_pairs_hook=_Twice.of, parse_float=str, parse_int=str, strict=False)
    rest = text.decode()
    at = _end(_BLANK, rest, 0)
    try:
        while at < len(rest):
            value, end = reader.raw_decode(rest, at)
            for where, key in _twice(value):
                notes.add(
                    "repeated-key", f"the key '{key[:60]}' is written twice in one object; the last one counts", where, "keep one of them"
                )
            at = _end(_BLANK, rest, end)
    except (json.JSONDecodeError, RecursionError):
        pass  # what cannot be read was said when the text was read
    return tuple(notes.problems)


class _Twice(dict[str, Any]):
    """An object that remembers which of its keys were written twice."""

    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        marked = cls(made)
        seen: set[str] = set()
        marked.names = tuple(dict.fromkeys(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
        return marked


def _twice(value: Any) -> Iterator[tuple[str, str]]:
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        where, held = waiting.pop()
        if isinstance(held, _Twice):
            yield from ((f"{where}/{escaped(name)}", name) for name in held.names)
        if isinstance(held, dict):
            waiting += [(f"{where}/{escaped(key)}", each) for key, each in held.items() if isinstance(each, dict | list)]
        elif isinstance(held, list):
            waiting += [(f"{where}/{at}", each) for at, each in enumerate(held) if isinstance(each, dict | list)]


def escaped(key: str) -> str:
    """A key as part of a JSON pointer (RFC 6901).

    >>> escaped("tender/items")
    'tender~1items'
    """
    return key.replace("~", "~0").replace("/", "~1") if "/" in key or "~" in key else key


class Notes:
    """The problems of one document or record, in order; cut at 200."""

    __slots__ = ("_cut", "file", "line", "problems")

    def __init__(self, file: str = "", line: int | None = None) -> None:
        self.file, self.line = file, line
        self.problems: list[Problem] = []
        self._cut = False

    def add(self, code: str, message: str, where: str = "", hint: str = "") -> None:
        """Note one fault at a place of the document."""
        if len(self.problems) < MOST_NOTES:
            self.problems.append(Problem(code, message, self.file, self.line, where, hint))
        elif not self._cut:
            self._cut = True
            self.problems.append(
                Problem(
                    "too-many-faults",
                    f"more than {MOST_NOTES} faults; the rest is not listed",
                    self.file,
                    self.line,
                    "",
                    "mend these first",
                )
            )


_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?", re.ASCII)
_GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(?:([ ,\u00a0\u202f'])\d{3})(?:\1\d{3})*(\.\d{1,40})?", re.ASCII)
_DATABASE = ("$numberLong", "$numberInt", "$numberDecimal", "$numberDouble")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
_TRUE = frozenset({"true", "yes", "oui", "si", "sí", "1", "да", "так", "ja"})
_FALSE = frozenset({"false", "no", "non", "0", "нет", "ні", "nein"})
_LANGUAGE_TAIL = re.compile(r"_([a-z]{2})(?:[-_][A-Za-z]{2,4})?$", re.ASCII)

Source = tuple[str, Any]


class View:
    """One object of a JSON document with its pointer; reads its values and notes what is wrong with them.

    Nothing raises: a missing or wrong value is unknown (``None``, empty text, empty tuple, empty view). A view is true when its object has
    a value. ``sources`` are the objects of earlier documents from which a merged object comes, newest first: places are then those of the
    newest one that says the same.

    >>> notes = Notes("release.json")
    >>> tender = View({"title": " Desks ", "value": {"amount": {"$numberLong": "12"}, "currency": "COP"}}, "/tender", notes)
    >>> tender.words("title"), tender.amount("value")
    ('Desks', Amount(value=Decimal('12'), currency='COP', where='/tender/value/amount'))
    >>> notes.problems[0].code
    'database-number'
    """

    __slots__ = ("notes", "sources", "value", "where")

    def __init__(self, value: dict[str, Any], where: str, notes: Notes, sources: Sequence[Source] = ()) -> None:
        self.value, self.where, self.notes, self.sources = value, where, notes, sources

    def __bool__(self) -> bool:
        return bool(self.value)

    def __contains__(self, key: str) -> bool:
        return self.value.get(key) is not None

    def _sources(self, key: str) -> tuple[Source, ...]:
        if not self.sources:
            return ()
        tail = "/" + escaped(key)
        return tuple((where + tail, held[key]) for where, held in self.sources if isinstance(held, dict) and key in held)

    def place(self, key: str) -> str:
        """The pointer of a value."""
        if self.sources:
            return _place(self.value.get(key), self._sources(key), f"{self.where}/{escaped(key)}")
        return f"{self.where}/{escaped(key)}"

    def _note(self, code: str, message: str, key: str, hint: str = "") -> None:
        self.notes.add(code, message, self.place(key), hint)

    def object(self, key: str) -> View:
        """The object of that key; empty when there is none."""
        value = self.value.get(key)
        sources = self._sources(key)
        where = _place(value, sources, f"{self.where}/{escaped(key)}") if sources else f"{self.where}/{escaped(key)}"
        if isinstance(value, dict):
            return View(value, where, self.notes, sources)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
            self._note("list-for-object", f"a list stands where {key} is one object; its only entry was read", key, "write the object")
            return View(value[0], f"{where}/0", self.notes)
        if value is not None and value != "" and value != []:
            self._note("wrong-type", f"{key} is {_kind(value)} where an object belongs", key, "write {…}")
        return View({}, where, self.notes)

    def each(self, key: str) -> list[View]:
        """The objects of the list of that key, in order. One object is read as a list of one."""
        value = self.value.get(key)
        if value is None or value == [] or value == "" or value == {}:
            return []
        where = f"{self.where}/{escaped(key)}"
        sources = self._sources(key)
        if isinstance(value, dict):
            if all(name.isdigit() and isinstance(each, dict) for name, each in value.items()):
                self._note("object-for-list", f"{key} is an object with numbers as keys; its values were read as a list", key, "write […]")
                return [View(each, f"{where}/{escaped(name)}", self.notes) for name, each in value.items()]
            self._note("object-for-list", f"{key} is one object where a list belongs; it was read as its only entry", key, "write […]")
            return [View(value, _place(value, sources, where), self.notes, sources)]
        if not isinstance(value, list):
            self._note("wrong-type", f"{key} is {_kind(value)} where a list belongs", key, "write […]")
            return []
        found = []
        members = _members(sources) if sources else {}
        for at, each in enumerate(value):
            if isinstance(each, dict):
                if sources:
                    origins = tuple(members.get(_sameness(each), ()))
                    found.append(View(each, _place(each, origins, f"{where}/{at}"), self.notes, origins))
                else:
                    found.append(View(each, f"{where}/{at}", self.notes))
            elif each is not None:
                self.notes.add("wrong-type", f"{_kind(each)} stands where an object belongs", f"{where}/{at}", "write {…}")
        return found

    def words(self, key: str) -> str:
        """A text without the spaces around it; numbers (ids are often such) as written."""
        value = self.value.get(key)
        if type(value) is str:
            return value.strip()
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | Decimal):
            return _written(value)
        if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
            self._note("wrong-type", f"{key} is a list of texts where one text belongs; they were joined", key, "write one text")
            return "; ".join(each.strip() for each in value)
        if value not in ([], {}):
            self._note("wrong-type", f"{key} is {_kind(value)} where a text belongs", key, 'write "…"')
        return ""

    def several(self, key: str) -> list[tuple[str, str]]:
        """The texts of a list with the pointer of each; one text is read as a list of one."""
        value = self.value.get(key)
        if value is None or value == "":
            return []
        where = self.place(key)
        if isinstance(value, str | int | Decimal):
            self._note("text-for-list", f"{key} is one text where a list belongs; it was read as its only entry", key, "write […]")
            return [(self.words(key), where)]
        if not isinstance(value, list):
            self._note("wrong-type", f"{key} is {_kind(value)} where a list of texts belongs", key, 'write ["…"]')
            return []
        found = []
        for at, each in enumerate(value):
            if isinstance(each, str):
                if each.strip():
                    found.append((each.strip(), f"{where}/{at}"))
            elif isinstance(each, int | Decimal) and not isinstance(each, bool):
                found.append((_written(each), f"{where}/{at}"))
            elif each is not None:
                self.notes.add("wrong-type", f"{_kind(each)} stands where a text belongs", f"{where}/{at}", 'write "…"')
        return found

    def translations(self, key: str) -> list[tuple[str, str, str]]:
        """The text of a key and its translations beside it (``title``, ``title_ru``): words, language (empty for the first), pointer."""
        found = []
        if key in self.value:
            words = self.words(key)
            if words:
                found.append((words, "", self.place(key)))
        head = key + "_"
        for name in self.value:
            if name.startswith(head) and type(name) is str:
                tail = _LANGUAGE_TAIL.fullmatch(name, len(key))
                if tail and (words := self.words(name)):
                    found.append((words, tail[1], self.place(name)))
        return found

    def number(self, key: str, *, text_is_fine: bool = False) -> Decimal | None:
        """An exact number; one written as a database export, or as text where the standard does not allow that, is read and noted."""
        value = self.value.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, dict):
            for name in _DATABASE:
                if len(value) == 1 and isinstance(value.get(name), str | int | Decimal):
                    self._note("database-number", f"{key} is a database export ({name}); its number was read", key, "write a plain number")
                    value = value[name]
                    break
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            self._note("wrong-type", f"{key} is {_kind(value)} where a number belongs", key, "write a number")
            return None
        if isinstance(value, str):
            text = value.strip()
            if not text:
                return None
            grouped = _GROUPED_NUMBER.fullmatch(text)
            plain = _PLAIN_NUMBER.fullmatch(text)
            # "1,234" may be a thousand or a decimal comma: only several groups, a decimal point, or another sign settle it
            if grouped and (grouped[1] != "," or grouped[2] or text.count(",") > 1):
                text = text.replace(grouped[1], "")
            elif not plain:
                self._note("bad-number", f"'{text[:40]}' is no number", key, "write a plain decimal")
                return None
            if self.value.get(key) is value and not text_is_fine:
                self._note("number-as-text", f"{key} is a number written as text", key, "write it without quotes")
            value = text
        return self._bounded(value, key)

    def _bounded(self, value: int | Decimal | str, key: str) -> Decimal | None:
        number = Decimal(value)
        exponent = number.as_tuple().exponent
        if (
            not number.is_finite()
            or (number and abs(number.adjusted()) > MOST_EXPONENT)
            or (isinstance(exponent, int) and abs(exponent) > MOST_DIGITS)
            or len(number.as_tuple().digits) > MOST_DIGITS
        ):
            self._note("number-too-long", f"{key} is too long or too large a number", key, "write at most 40 digits")
            return None
        return number

    def amount(self, key: str) -> Amount | None:
        """Money: an object with ``amount`` and ``currency``. An amount of nothing is unknown; the currency is kept as written."""
        value = self.value.get(key)
        if value is None or value == "" or value == {}:
            return None
        if not isinstance(value, dict) or value.keys() & set(_DATABASE):
            number = self.number(key)
            if number is None:
                return None
            self._note("amount-without-object", f"{key} is a bare number without currency", key, "write {amount, currency}")
            return Amount(number, "", self.place(key))
        held = self.object(key)
        number = held.number("amount")
        if number is None:
            return None
        currency = held.words("currency")
        if currency and not _CURRENCY.fullmatch(currency):
            if _CURRENCY.fullmatch(currency.upper()):
                currency = currency.upper()
            else:
                held._note(
                    "bad-currency", f"'{currency[:20]}' is no three-letter code of a currency", "currency", "write a code of ISO 4217"
                )
        return Amount(number, currency, held.place("amount"))

    def flag(self, key: str) -> bool | None:
        """True, false or unknown; words for it are read and noted."""
        value = self.value.get(key)
        if isinstance(value, bool) or value is None or value == "":
            return value if isinstance(value, bool) else None
        word = str(value).strip().lower() if isinstance(value, str | int) else ""
        if word in _TRUE or word in _FALSE:
            self._note("flag-as-text", f"{key} is '{word}' where true or false belongs", key, "write true or false")
            return word in _TRUE
        self._note("bad-flag", f"{key} is neither true nor false", key, "write true or false")
        return None

    def date(self, key: str) -> str:
        """A date or time as ISO 8601. Words after it are left out and noted; what is no date is unknown and noted, word for word."""
        value = self.value.get(key)
        if value is None or value == "":
            return ""
        if isinstance(value, dict) and len(value) == 1 and "$date" in value:
            inner = value["$date"]
            if isinstance(inner, int) and abs(inner) < 10**14:
                moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=inner)
                return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            value = inner
        if not isinstance(value, str):
            self._note("bad-date", f"{key} is {_kind(value)} where a date belongs", key, "write 2024-05-31")
            return ""
        text = value.strip()
        found = _ISO.match(text)
        if not found or not _is_day(found):
            self._note("bad-date", f"'{text[:60]}' is no date that can be read without doubt", key, "write 2024-05-31")
            return ""
        if found.end() == len(text):
            return text
        self._note("date-in-words", f"'{text[:60]}' is read as {found[0].strip()}", key, "write 2024-05-31T14:00:00-04:00")
        return found[0].strip()


def _is_day(found: re.Match[str]) -> bool:
    try:
        date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return False
    return True


def _written(value: int | Decimal) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}" if abs(value.adjusted()) <= MOST_EXPONENT else str(value)
    return str(value) if abs(value).bit_length() < _LONG_DIGITS else "(a number of thousands of digits)"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    return {dict: "an object", list: "a list", str: "a text", int: "a number", Decimal: "a number"}.get(type(value), "nothing")


def _place(value: Any, sources: Sequence[Source], otherwise: str) -> str:
    """Where the newest document says this; the newest that says anything, if none says the same."""
    try:
        for where, held in sources:
            if held == value:
                return where
    except RecursionError:
        pass  # nested too deeply to compare; the newest is named
    return sources[0][0] if sources else otherwise


def _members(sources: Sequence[Source]) -> dict[Any, list[Source]]:
    """The entries of earlier lists, by what tells them apart; of several in one list the first. Looked up, not searched for each entry."""
    found: dict[Any, list[Source]] = {}
    for where, held in sources:
        if isinstance(held, list):
            seen: set[Any] = set()
            for index, each in enumerate(held):
                if isinstance(each, dict) and (name := _sameness(each)) not in seen:
                    seen.add(name)
                    found.setdefault(name, []).append((f"{where}/{index}", each))
    return found


def _sameness(entry: dict[str, Any]) -> Any:
    """Equal for two entries of which one was merged into the other: the same id, or without one the same content."""
    name = entry.get("id")
    if isinstance(name, str | int | Decimal):
        return name
    return (repr(entry if name is None else name),)
