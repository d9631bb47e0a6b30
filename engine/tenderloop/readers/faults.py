"""Every fault a reader or the lint can find, with its code and meaning, and the list in which one reading collects them.

Knows the catalogue of codes. Must not know YAML, JSON, workbooks, packs or cases.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from tenderloop.errors import Problem, Problems

# One line a code. The bad files under tests/ show each of them; a test proves that none is missing.
CODES: dict[str, str] = {
    # strict_yaml: the text itself
    "file-missing": "there is no such file or folder, or it cannot be read",
    "empty-file": "nothing is written in the file",
    "file-too-large": "the file is larger than 2 MB",
    "line-too-long": "a line is longer than 100 000 bytes",
    "not-utf8": "the file is not UTF-8 text",
    "tab": "a tab character",
    "control-character": "a character that cannot be seen, or that changes the order of reading",
    "yaml-syntax": "the text is not YAML",
    "several-documents": "more than one document in a file",
    "yaml-directive": "a line that starts with %",
    "anchor": "an anchor (&name)",
    "alias": "an alias (*name)",
    "tag": "a tag (!name)",
    "repeated-key": "a key is written twice in one mapping",
    "key-not-text": "a key is not plain text",
    "too-deep": "more than 40 levels of nesting",
    "too-many-nodes": "more than 200 000 values in a file",
    "number-too-long": "a number of more than 40 digits",
    "foreign-digits": "a number is not written with the digits 0 to 9",
    "too-many-faults": "the list of faults was cut",
    # strict_json
    "json-syntax": "the text is not JSON",
    # numbers and units, as quantity.py names them
    "bad-number": "a number is not written as a plain decimal",
    "not-finite": "NaN or infinity stands where a number belongs",
    "unknown-unit": "a unit is not in the list",
    "bad-unit": "a unit is malformed",
    "unit-missing": "a number has no unit and its fact has one",
    "unit-mismatch": "two units measure different things",
    "wrong-currency": "an amount is not in the currency of the case",
    "currency-missing": "an amount of money, and the case names no currency",
    # answers
    "wrong-kind": "a value, or what a rule gives, is of another kind than declared",
    "wrong-type": "a list, text, number or mapping stands where another belongs",
    "out-of-range": "a number lies outside what is declared or possible",
    "unknown-option": "a word is not one of the declared options",
    "repeated-option": "an option is chosen twice",
    "level-out-of-range": "a level that the fact does not have",
    "bad-date": "a date is not written year-month-day, or is no day of the calendar",
    "empty-table": "a table has no rows",
    "unknown-column": "a table row has a column that the fact does not declare",
    "missing-cell": "a table row lacks a column",
    "repeated-row": "two rows have the same key",
    # records of a pack
    "missing-key": "a key that is needed is not written",
    "unknown-key": "a key that has no meaning here",
    "unknown-value": "a word that is not one of those allowed",
    "bad-id": "an id is not made of lower-case letters, digits and _",
    "bad-value": "a record contradicts itself",
    "text-too-short": "a text is too short to say anything",
    "text-too-long": "a text is longer than a page or cell can show",
    "too-few": "a list has too few entries",
    # files and parts of a pack
    "unknown-pack": "there is no pack of that name",
    "unexpected-file": "a file has no place in a pack",
    "too-many-files": "a pack of more than 500 files",
    "repeated-id": "two things have the same id or name",
    "reserved-name": "a name is a unit or a word of the rule language",
    "unknown-source": "a source is not declared in sources.yaml",
    "unknown-fact": "a fact is not declared",
    "unknown-field": "a notice has no field of that name",
    "unknown-concept": "the term base has no concept of that name",
    "unknown-criterion": "a criterion is not declared in pack.yaml",
    "unknown-outcome": "an outcome is not declared in pack.yaml",
    "unknown-stage": "a stage is not one of the pack's",
    "unknown-rating": "a rating is not on the ladder",
    "bad-version": "a version is not three numbers",
    "bad-weight": "a weight is not above 0",
    "fact-not-listed": "a rule reads a fact that its indicator or gate does not list",
    # rules, derived values and curves; other faults of the rule language have the codes of expression.py
    "unknown-name": "a rule reads a name that is not declared",
    "circular-value": "derived values read each other",
    "unknown-method": "a method has no such name",
    "unknown-input": "a method has no such input",
    "unknown-output": "a method gives no such output",
    "missing-input": "a method lacks an input that it needs",
    "missing-column": "a table lacks a column that a method needs",
    "bad-curve": "a curve is out of order, out of 0 to 100, or decides nothing",
    "checklist-not-100": "the points of a checklist do not sum to 100",
    "level-count": "there are more or fewer scores than levels",
    "stage-level-missing": "a stage has no level, or needs one that the fact does not have",
    "option-without-score": "an option has no score",
    "bad-expectation": "an example expects what cannot come out",
    "na-not-allowed": "marked not applicable where that is never allowed",
    # profiles and thresholds
    "unknown-profile": "a pack has no profile of that name",
    "unknown-parameter": "a threshold fills a parameter that the pack does not declare",
    "parameter-not-open": "a threshold fills a parameter that has a value of its own",
    "prefix-twice": "two profiles are suggested for the same CPV codes",
    "profile-tie": "two profiles fit the CPV codes equally well",
    "no-profile-fits": "no profile fits the CPV codes",
    "bad-cpv": "a CPV code is not eight digits",
    "unknown-threshold": "a confirmation names no threshold that waits for one",
    "value-missing": "a threshold without a printed value is confirmed without a value",
    # cases
    "unknown-format": "a file whose kind holds no case",
    "bad-currency": "a currency is not a three-letter code",
    "bad-grade": "an evidence grade is not 0 to 4",
    "kind-not-rated": "a pack does not rate such a case",
    "stage-not-rated": "a pack asks nothing at that stage",
    "document-missing": "evidence of grade 1 or more names neither a document nor its kind",
    "unknown-document": "evidence names a document that is not declared",
    "unknown-indicator": "something is said of an indicator that does not exist",
    "unknown-check": "a justification is given for something that is no check",
    "reason-missing": "a mark or justification has no reason",
    "fact-declared-differently": "two packs mean different things by one fact",
    # workbooks
    "not-a-workbook": "the file is no .xlsx workbook, or is damaged or encrypted",
    "workbook-too-large": "the file is larger than 20 MB",
    "zip-bomb": "the file unpacks to far more than a questionnaire needs",
    "too-many-cells": "the workbook has more than 200 000 cells",
    "xml-entities": "a part of the workbook declares entities or is not UTF-8",
    "external-link": "the workbook links to other files or data",
    "embedded-object": "the workbook holds an embedded object",
    "macro": "the workbook holds macros or controls",
    "sheet-missing": "a sheet was deleted or renamed",
    "column-changed": "a column was moved, renamed or deleted",
    "merged-cells": "cells are merged",
    "cell-changed": "a locked cell was changed",
    "row-without-id": "something stands in a row that has no id",
    "row-missing": "the row of a question was deleted",
    "question-changed": "the question, unit or allowed answers differ from the pack's",
    "formula-cell": "a formula stands where a value belongs",
    "error-cell": "a cell holds an error value",
    "mark-missing": "a reason is given and 'not applicable' is not marked",
    # lint: sound packs that could be better
    "unused-fact": "no rule, gate or check reads a fact",
    "unused-source": "nothing names a source",
    "unused-parameter": "no rule reads a parameter",
    "unused-derived": "no rule reads a derived value",
    "fact-not-read": "an indicator or gate lists a fact that none of its rules reads",
    "example-missing": "a kind of example is missing",
    "example-failed": "an example does not give what it expects",
    "unreachable-score": "part of a curve lies outside what the fact can be",
    "caps-not-monotone": "better evidence is capped lower",
    "hint-too-short": "a hint says nothing that could be done",
    "status-too-strong": "a reference claims more than its source",
    "repeated-question": "two indicators ask the same",
    "repeated-title": "two indicators have the same title",
    "empty-outcome": "an outcome or criterion has no indicators",
    "confirmation-required": "a number that nobody has compared with its original would decide",
    "changelog-missing": "the pack's CHANGELOG.md does not name its version",
}

MOST_FAULTS = 200


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like ``word``, or an empty text.

    >>> nearest("tittle", ["title", "licence"])
    'title'
    """
    found = difflib.get_close_matches(word[:80], list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


@dataclass
class Faults:
    """The faults of one reading, in the order of finding. ``file`` is the name shown in front of each.

    >>> faults = Faults("case.yaml")
    >>> faults.add("tab", "a tab is written", line=3, hint="write spaces")
    >>> print(faults.problems[0])
    case.yaml:3: tab: a tab is written (write spaces)
    """

    file: str = ""
    problems: list[Problem] = field(default_factory=list)
    cut: bool = False

    def add(self, code: str, message: str, *, line: int | None = None, where: str = "", hint: str = "", file: str | None = None) -> None:
        """Note one fault. The same fault at the same place is noted once; after 200 the list is cut, and says so."""
        if len(self.problems) >= MOST_FAULTS:
            if not self.cut:
                self.cut = True
                said = f"the first {MOST_FAULTS} faults are listed, there are more"
                self.problems.append(Problem("too-many-faults", said, self.file, line, where, "mend these and read again"))
            return
        found = Problem(code, message, self.file if file is None else file, line, where, hint)
        if found not in self.problems:
            self.problems.append(found)

    def at(self, line: int | None = None, where: str = "") -> Spot:
        """A place in the file at which faults can be noted."""
        return Spot(self, line or None, where)

    def raise_if_any(self) -> None:
        """Raise all faults at once as ``Problems``; do nothing when there are none."""
        if self.problems:
            raise Problems(in_order(self.problems))


@dataclass(frozen=True)
class Spot:
    """A place in one file: a line, or a JSON path or cell address where there are no lines."""

    faults: Faults
    line: int | None = None
    where: str = ""

    def add(self, code: str, message: str, hint: str) -> None:
        """Note a fault here."""
        self.faults.add(code, message, line=self.line, where=self.where, hint=hint)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file, then line, then order of finding.

    >>> [p.line for p in in_order([Problem("tab", "", "b", 1), Problem("tab", "", "a", 9), Problem("tab", "", "a", 2)])]
    [2, 9, 1]
    """
    return sorted(problems, key=lambda problem: (problem.file, problem.line or 0))
