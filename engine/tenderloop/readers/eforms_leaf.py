"""Single values of an eForms notice: a text, a code, a number, an amount; what is withheld; where an extension begins.

Knows how one element is read and what is wrong with it. Must not know where in a notice it stands.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from lxml import etree

from tenderloop.errors import Problem
from tenderloop.notice import Amount, Code, Figure, Role, Text
from tenderloop.readers.eforms_names import CODES, EFBC, EFEXT, LANGUAGES, LIST_ALIASES, UNPUBLISHED, WITHHELD_FIELDS

_PLAIN_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})", re.ASCII)
_MOST_PARTS: Final = 8  # of a known code; a text of a thousand dashes is not tried a thousand times
MOST_PROBLEMS: Final = 2000
_MOST_SAID: Final = 300  # characters of a message: it may quote what stands in the file
_EFORMS_EXTENSION: Final = EFEXT + "EformsExtension"
_FIELD: Final = EFBC + "FieldIdentifierCode"
_UNTIL: Final = EFBC + "PublicationDate"
_TO_EXTENSION: Final = "/ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/efext:EformsExtension"


def known_code(value: str, known: frozenset[str]) -> str:
    """The longest known code that an extended one begins with; empty when there is none.

    >>> known_code("quality-nor-env-criteria", CODES["award-criterion-type"])
    'quality'
    """
    parts = value.split("-", _MOST_PARTS)
    beginnings = ("-".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((beginning for beginning in beginnings if beginning in known), "")


def extensions(element: etree._Element, base: str) -> list[tuple[etree._Element, str]]:
    """The eForms extensions inside one ``ext:UBLExtensions``, each with its place. ``base`` is the place of its parent."""
    try:
        inside = element[0][0][0]
        if inside.tag == _EFORMS_EXTENSION and len(element) == 1:
            return [(inside, base + _TO_EXTENSION)]
    except IndexError:
        pass
    found = []
    for number, extension in enumerate(element, 1):
        for content in extension:
            for place, inside in enumerate(content.iterchildren(_EFORMS_EXTENSION), 1):
                where = f"{base}/ext:UBLExtensions/ext:UBLExtension[{number}]/ext:ExtensionContent/efext:EformsExtension[{place}]"
                found.append((inside, where))
    return found


class Leaves:
    """Reads single values of one notice and collects what is wrong with them.

    A value that is absent gives nothing at all; one that is there and unreadable gives a ``Problem`` and nothing else.
    """

    __slots__ = ("file", "problems")

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def problem(self, code: str, message: str, element: etree._Element, where: str, hint: str = "") -> None:
        """Remarks a fault at an element; ``where`` is its XPath."""
        line = element.sourceline
        if len(message) > _MOST_SAID:
            message = message[:_MOST_SAID] + " …"
        self.remark(Problem(code, message, self.file, line if isinstance(line, int) else None, where, hint))

    def remark(self, problem: Problem) -> None:
        """Keeps a fault; of a notice that is nothing but faults the first ones."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
        elif len(self.problems) == MOST_PROBLEMS:
            said = f"more than {MOST_PROBLEMS} faults were found; the others are not listed"
            self.problems.append(Problem("too-many-faults", said, self.file, hint="mend the first ones"))

    def text(self, into: list[Text], element: etree._Element, role: Role, where: str, lot: str = "") -> None:
        """Adds the words of an element, without blanks around them; an empty element adds nothing."""
        value = element.text
        if value:
            value = value.strip()
            if value == UNPUBLISHED:
                self._unpublished(element, where)
            elif value:
                language = element.get("languageID")
                into.append(Text(value, role, where, (LANGUAGES.get(language) or language.lower()) if language else "", lot))

    def code(self, into: list[Code], element: etree._Element, name: str, where: str, lot: str = "") -> str:
        """Adds a code of list ``name`` and returns it; an extended code counts as the longest known one that it begins with."""
        value = element.text
        known = CODES.get(name)
        if known is not None:
            if value in known:  # the common case, as fast as it can be
                into.append(Code(name, value, where, lot))
                return value
        elif value and value != UNPUBLISHED and name not in LIST_ALIASES:
            value = value.strip()
            if value:
                into.append(Code(name, value, where, lot))
                return value
        return self._odd_code(into, element, name, where, lot)

    def _odd_code(self, into: list[Code], element: etree._Element, name: str, where: str, lot: str) -> str:
        """A code with blanks around it, of a misnamed list, extended, unknown, withheld or missing."""
        value = (element.text or "").strip()
        if not value:
            self.problem("code-missing", f"a code of the list {name} is empty", element, where, "write the code or leave the element out")
            return ""
        if value == UNPUBLISHED:
            self._unpublished(element, where)
            return ""
        name = LIST_ALIASES.get(name, name)
        known = CODES.get(name)
        if known is not None and value not in known:
            kept = known_code(value, known)
            if kept:
                into.append(Code(name, kept, where, lot, value))
                return kept
            hint = f"known codes: {', '.join(sorted(known))}"
            self.problem("unknown-code", f"{value!r} is not a code of the list {name}", element, where, hint)
        into.append(Code(name, value, where, lot))
        return value

    def number(self, element: etree._Element, where: str) -> Decimal | None:
        """The exact number of an element, or ``None`` with a Problem."""
        value = (element.text or "").strip()
        if _PLAIN_NUMBER.fullmatch(value):
            return Decimal(value)
        if value == UNPUBLISHED:
            self._unpublished(element, where)
        else:
            message = f"{value[:40]!r} is not a number" if value else "a number is missing"
            self.problem("bad-number", message, element, where, "write digits with a decimal point, such as 1250000.50")
        return None

    def amount(self, element: etree._Element, where: str) -> Amount | None:
        """The exact sum of an element with its currency, or ``None`` with a Problem."""
        value = self.number(element, where)
        if value is None:
            return None
        currency = element.get("currencyID", "")
        if not currency or currency == UNPUBLISHED:
            self.problem("currency-missing", f"{value} is stated without a currency", element, where, 'add currencyID="EUR" or the like')
            currency = ""
        return Amount(value, currency, where)

    def figure(self, into: list[Figure], element: etree._Element, name: str, where: str, unit: str = "") -> None:
        """Adds a named number; the unit is its currency unless given."""
        value = self.number(element, where)
        if value is not None:
            into.append(Figure(name, value, unit or element.get("currencyID", ""), where))

    def date(self, element: etree._Element, where: str) -> str:
        """The day of a date, without its time zone; empty with a Problem when it is none."""
        value = (element.text or "").strip()
        if len(value) >= 10 and value[4] == value[7] == "-" and value[:4].isdigit() and value[5:7].isdigit() and value[8:10].isdigit():
            return value[:10]
        self.problem("bad-date", f"{value[:40]!r} is not a date", element, where, "write it as 2026-01-31")
        return ""

    def withheld(self, privacy: etree._Element, where: str) -> str:
        """The identifier of the field that an ``efac:FieldsPrivacy`` withholds; that it is withheld is remarked."""
        identifier, until = "", ""
        for child in privacy:
            if child.tag == _FIELD:
                identifier = (child.text or "").strip()
            elif child.tag == _UNTIL:
                until = (child.text or "").strip()[:10]
        if identifier in WITHHELD_FIELDS:
            message = f"{WITHHELD_FIELDS[identifier]} is withheld" + (f" until {until}" if until else "") + "; it is read as not stated"
            self.problem("withheld", message, privacy, where)
        elif not identifier.islower():  # not even the form of an identifier; a lower-case one is of a field that is not read here
            self.problem("withheld-unknown", f"{identifier!r} does not say which field is withheld", privacy, where, "name the field")
        return identifier

    def _unpublished(self, element: etree._Element, where: str) -> None:
        self.problem("unpublished", "the value is not published; it is read as not stated", element, where)
