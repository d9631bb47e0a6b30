"""From the fields of a page to answers, and back: the same names both ways, so that a page shows again what was typed.

Knows field names and how people type. Must not know which packs are rated, nor how a page looks. What a value means is read by the
engine's own reader.

Fields: ``f.FACT`` an answer (``f.FACT.ROW.COLUMN`` in a table), ``e.FACT.N.PART`` evidence, ``n.INDICATOR`` and ``r.INDICATOR`` a mark
"not applicable" and its reason, ``j.CHECK`` a justification.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tenderloop.pack import Fact, Indicator, TableColumn
from tenderloop.readers.answers import read_value
from tenderloop.readers.cases import SHORTEST_REASON
from tenderloop.readers.faults import Faults
from tenderloop.readers.strict_yaml import CONTROL, ascii_digits, foreign_digits
from tenderloop_web.draft import MOST_TEXT, Draft, Plain, value_of
from tenderloop_web.wording import _

NONE_OF_THEM = "-none-"
MOST_ROWS = 300
MOST_PAPERS = 30
PARTS = ("document", "page", "quote", "grade", "kind", "date")
TYPED = ("document", "page", "quote", "grade")
_BLANKS = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_UNSEEN = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
_GROUPED = re.compile(r"(-?[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+)?)(?![0-9])(.*)", re.ASCII | re.DOTALL)
_BARE = re.compile(r"[-+]?[0-9.,/ ]+", re.ASCII)
_AMBIGUOUS = re.compile(r"-?([0-9]{1,3}),([0-9]{3})(?: .*)?", re.ASCII)
_MONEY = re.compile(r"\bmoney\b")

Entries = Mapping[str, list[str]]


@dataclass(frozen=True)
class Fault:
    """What is wrong in a field, in the words that stand beside it and in the summary."""

    field: str
    text: str


class Page:
    """The fields of one page: what was typed, or what the draft holds, by name."""

    def __init__(self, entries: Entries) -> None:
        self.entries = entries

    def one(self, name: str) -> str:
        """The last value sent under a name, empty where there is none."""
        values = self.entries.get(name, [])
        return values[-1] if values else ""

    def all(self, name: str) -> list[str]:
        """Every value sent under a name."""
        return list(self.entries.get(name, []))

    def chosen(self, name: str, value: str) -> bool:
        """Whether that value was sent under that name."""
        return value in self.entries.get(name, [])

    def rows(self, prefix: str) -> int:
        """How many rows have fields ``prefix.ROW.…``: one more than the highest number."""
        ends = (name.removeprefix(f"{prefix}.").split(".")[0] for name in self.entries if name.startswith(f"{prefix}."))
        return max((int(end) + 1 for end in ends if re.fullmatch("[0-9]{1,6}", end, re.ASCII)), default=0)


def tidy(text: str) -> str:
    """What a person typed, without what nobody sees: line ends, blanks of other kinds, blanks around it.

    >>> tidy("  1\\u202f200 t/day\\r\\n")
    '1 200 t/day'
    """
    plain = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return unicodedata.normalize("NFC", _BLANKS.sub(" ", plain)).strip()


def text_fault(text: str) -> str:
    """Why a text cannot be taken; empty when it can."""
    if len(text) > MOST_TEXT:
        return _("The text has %(size)s characters: shorten it to %(most)s.", size=len(text), most=MOST_TEXT)
    found = CONTROL.search(text)
    if found:
        return _("The text holds a character that cannot be seen (U+%(code)s): delete it.", code=f"{ord(found.group()):04X}")
    if foreign_digits(text):
        return _("Write numbers with the digits 0 to 9: %(plain)s.", plain=ascii_digits(text)[:40])
    return ""


# ------------------------------------------------------------------------------------------------------------------- draft to fields


def entries_of(draft: Draft, facts: Iterable[Fact], absent: Iterable[Indicator]) -> dict[str, list[str]]:
    """The fields of a page as a browser would send them if nothing were changed."""
    entries: dict[str, list[str]] = {}
    for fact in facts:
        entries.update(fact_entries(draft, fact))
        for number, each in enumerate(draft.evidence(fact.id)):
            for part in PARTS:
                if part in each:
                    text = str(each[part])
                    entries[f"e.{fact.id}.{number}.{part}"] = [draft.document_title(text) if part == "document" else text]
    for indicator in absent:
        reason = draft.part("not_applicable").get(indicator.id)
        if isinstance(reason, str):
            entries[f"n.{indicator.id}"] = ["yes"]
            entries[f"r.{indicator.id}"] = [reason]
    return entries


def fact_entries(draft: Draft, fact: Fact) -> dict[str, list[str]]:
    """The fields of one answer."""
    value = draft.answer(fact.id)
    name = f"f.{fact.id}"
    if value is None:
        return {}
    if fact.kind == "table":
        entries: dict[str, list[str]] = {}
        rows = value if isinstance(value, list) else []
        for number, row in enumerate(rows):
            if isinstance(row, dict):
                for column in fact.columns:
                    entries[f"{name}.{number}.{column.id}"] = [_shown(row.get(column.id, ""), column.unit, draft.currency)]
        return entries
    if fact.kind == "choices":
        return {name: [str(each) for each in value] or [NONE_OF_THEM]} if isinstance(value, list) else {name: [str(value)]}
    if isinstance(value, bool):
        return {name: ["yes" if value else "no"]}
    return {name: [_shown(value, fact.unit if fact.kind == "number" else "1", draft.currency)]}


def _shown(value: Plain, unit: str, currency: str | None) -> str:
    text = str(value)
    return text.removesuffix(f" {unit_shown(unit, currency)}") if unit != "1" else text


def unit_shown(unit: str, currency: str | None) -> str:
    """A unit as it stands beside a field.

    >>> unit_shown("money/t", "INR"), unit_shown("1", None)
    ('INR/t', '')
    """
    if unit == "1":
        return ""
    return _MONEY.sub(currency, unit) if currency else unit


# ------------------------------------------------------------------------------------------------------------------- fields to draft


def read_page(draft: Draft, page: Page, facts: Iterable[Fact], absent: Iterable[Indicator]) -> list[Fault]:
    """Take the fields of a page into the draft. Faults name their field; a faulty answer leaves the draft's own as it was."""
    faults: list[Fault] = []
    for fact in facts:
        value, found = read_answer(page, fact, draft.currency)
        faults += found
        evidence, unsound = _evidence(draft, page, fact)
        faults += unsound
        if found or unsound:
            continue
        if value is None and evidence:
            faults.append(Fault(first_field(fact), _("A paper is named and the question is not answered: answer it, or clear the paper.")))
            continue
        draft.set_answer(fact.id, value, evidence)
    for indicator in absent:
        faults += _absent(draft, page, indicator)
    return faults


def first_field(fact: Fact) -> str:
    """The id of the element to which a link from the summary leads: the first field of an answer."""
    name = f"f.{fact.id}"
    if fact.kind == "table":
        return f"{name}.0.{fact.columns[0].id}"
    return f"{name}-0" if fact.kind in ("yes_no", "choice", "choices", "level") else name


def read_answer(page: Page, fact: Fact, currency: str | None) -> tuple[Plain | None, list[Fault]]:
    """One answer as the draft holds it, None while it is unknown; faults beside it."""
    name = f"f.{fact.id}"
    where = first_field(fact)
    raw: Plain
    if fact.kind == "table":
        return _table(page, fact, currency)
    if fact.kind == "choices":
        chosen = [each for each in page.all(name) if each]
        if NONE_OF_THEM in chosen and len(chosen) > 1:
            return None, [Fault(where, _("“None of these” is ticked together with others: keep one or the other."))]
        if not chosen:
            return None, []
        raw = [] if chosen == [NONE_OF_THEM] else list(chosen)
        return _typed(fact, raw, currency, where)
    text = tidy(page.one(name))
    if not text:
        return None, []
    if fact.kind == "yes_no":
        if text not in ("yes", "no"):
            return None, [Fault(where, _("Choose yes, no, or not known yet."))]
        return text == "yes", []
    fault = text_fault(text)
    if fault:
        return None, [Fault(where, fault)]
    if fact.kind == "level":
        raw = int(text) if re.fullmatch(r"[0-9]{1,2}", text, re.ASCII) else text
    elif fact.kind == "number":
        unclear = _unclear(text)
        if unclear:
            return None, [Fault(where, unclear)]
        raw = with_unit(text, fact.unit, currency)
    else:
        raw = text
    return _typed(fact, raw, currency, where)


def with_unit(text: str, unit: str, currency: str | None) -> str:
    """A number as typed, blanks between thousands taken out, with the unit beside the field where none was typed.

    >>> with_unit("1 200", "t/day", None), with_unit("19800 kW", "MW", None), with_unit("0.5", "1", None)
    ('1200 t/day', '19800 kW', '0.5')
    """
    grouped = _GROUPED.fullmatch(text)
    if grouped:
        text = grouped[1].replace(" ", "") + grouped[2]
    text = text.replace("\u2212", "-")
    return f"{text} {unit_shown(unit, currency)}" if unit != "1" and _BARE.fullmatch(text) else text


def _unclear(text: str) -> str:
    found = _AMBIGUOUS.fullmatch(text)
    if not found:
        return ""
    return _(
        "“%(text)s” can be read as %(whole)s or as %(decimal)s: write one of the two.",
        text=text[:20],
        whole=found[1] + found[2],
        decimal=f"{found[1]}.{found[2]}",
    )


def _typed(fact: Fact, raw: Plain, currency: str | None, where: str) -> tuple[Plain | None, list[Fault]]:
    collected = Faults()
    if read_value(fact, value_of(raw), collected.at(), currency) is None:
        return None, [Fault(where, in_words(fact, problem.message, problem.hint)) for problem in collected.problems]
    return raw, []


def in_words(fact: Fact, message: str, hint: str) -> str:
    """The reader's message for somebody who sees the question, not its id."""
    said = re.sub(rf"'{re.escape(fact.id)}'", _("the answer"), message)
    for column in fact.columns:
        said = said.replace(f"'{fact.id}.{column.id}'", f"“{column.title or column.id}”").replace(
            f"'{column.id}'", f"“{column.title or column.id}”"
        )
    said = said[:1].upper() + said[1:]
    return f"{said}: {hint}." if hint else f"{said}."


def _table(page: Page, fact: Fact, currency: str | None) -> tuple[Plain | None, list[Fault]]:
    name = f"f.{fact.id}"
    if page.rows(name) > MOST_ROWS:
        return None, [Fault(first_field(fact), _("The table has more than %(most)s rows.", most=MOST_ROWS))]
    rows: list[Plain] = []
    numbers: list[int] = []
    faults: list[Fault] = []
    for number in range(page.rows(name)):
        cells: dict[str, Plain] = {}
        for column in fact.columns:
            text = tidy(page.one(f"{name}.{number}.{column.id}"))
            if not text:
                continue
            wrong = text_fault(text) or (_unclear(text) if column.kind == "number" else "")
            if wrong:
                faults.append(Fault(f"{name}.{number}.{column.id}", wrong))
            cells[column.id] = with_unit(text, column.unit, currency) if column.kind == "number" else text
        if cells:
            rows.append(cells)
            numbers.append(number)
    if faults:
        return None, faults
    if not rows:
        return None, []
    for at, row in enumerate(rows):
        assert isinstance(row, dict)
        faults += _row_faults(fact, row, f"{name}.{numbers[at]}", currency)
    if faults:
        return None, faults
    return _typed(fact, rows, currency, f"{name}.{numbers[0]}.{fact.columns[0].id}")


def _row_faults(fact: Fact, row: dict[str, Plain], name: str, currency: str | None) -> Iterator[Fault]:
    for column in fact.columns:
        where = f"{name}.{column.id}"
        if column.id not in row:
            yield Fault(
                where,
                _(
                    "Row %(row)s lacks “%(column)s”: fill it in, or clear the row.",
                    row=int(name.rsplit(".", 1)[1]) + 1,
                    column=column.title or column.id,
                ),
            )
        else:
            yield from _cell_faults(fact, column, row[column.id], where, currency)


def _cell_faults(fact: Fact, column: TableColumn, cell: Plain, where: str, currency: str | None) -> Iterator[Fault]:
    kind = "number" if column.kind == "number" else ("choice" if column.options else "text")
    options = {option: option for option in column.options}
    if kind == "choice" and len(options) < 2:
        return
    alone = Fact.model_validate(
        {
            "id": fact.id,
            "kind": kind,
            "unit": column.unit if kind == "number" else "1",
            "question": fact.question,
            "options": options if kind == "choice" else {},
        }
    )
    collected = Faults()
    if read_value(alone, value_of(cell), collected.at(), currency) is None:
        yield from (Fault(where, in_words(fact, problem.message, problem.hint)) for problem in collected.problems)


def _evidence(draft: Draft, page: Page, fact: Fact) -> tuple[list[dict[str, Plain]], list[Fault]]:
    prefix = f"e.{fact.id}"
    found: list[dict[str, Plain]] = []
    faults: list[Fault] = []
    if page.rows(prefix) > MOST_PAPERS:
        return [], [Fault(first_field(fact), _("More than %(most)s papers are named for one answer.", most=MOST_PAPERS))]
    for number in range(page.rows(prefix)):
        typed = {part: tidy(page.one(f"{prefix}.{number}.{part}")) for part in PARTS}
        if not any(typed[part] for part in TYPED):
            continue
        unsound = [Fault(f"{prefix}.{number}.{part}", wrong) for part, text in typed.items() if (wrong := text_fault(text))]
        if typed["grade"] not in ("", "0", "1", "2", "3", "4"):
            unsound.append(Fault(f"{prefix}.{number}.grade", _("Choose how strong the paper is, from 0 to 4.")))
        elif not typed["grade"]:
            unsound.append(Fault(f"{prefix}.{number}.grade", _("A paper is named: choose how strong it is.")))
        if typed["grade"] in ("1", "2", "3", "4") and not typed["document"] and not typed["kind"]:
            unsound.append(Fault(f"{prefix}.{number}.document", _("Name the paper; what no paper shows is only claimed, grade 0.")))
        if typed["date"] and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed["date"], re.ASCII):
            unsound.append(Fault(f"{prefix}.{number}.document", _("The date of the paper is not written year-month-day.")))
        if unsound:
            faults += unsound
            continue
        entry: dict[str, Plain] = {part: text for part, text in typed.items() if text and part != "grade"}
        if typed["document"]:
            entry["document"] = draft.document(typed["document"])
        entry["grade"] = int(typed["grade"])
        found.append(entry)
    return found, faults


def _absent(draft: Draft, page: Page, indicator: Indicator) -> list[Fault]:
    marked, reason = page.chosen(f"n.{indicator.id}", "yes"), tidy(page.one(f"r.{indicator.id}"))
    where = f"r.{indicator.id}"
    wrong = text_fault(reason)
    if wrong:
        return [Fault(where, wrong)]
    if marked and len(reason) < SHORTEST_REASON:
        return [
            Fault(
                where, _("Write why it does not apply, with the paper and page, in at least %(least)s characters.", least=SHORTEST_REASON)
            )
        ]
    if reason and not marked:
        return [Fault(f"n.{indicator.id}", _("A reason is written and “does not apply” is not ticked: tick it, or clear the reason."))]
    if marked:
        draft.part("not_applicable")[indicator.id] = reason
    else:
        draft.part("not_applicable").pop(indicator.id, None)
    return []


def read_reasons(draft: Draft, page: Page, checks: Iterable[str]) -> list[Fault]:
    """Take the justifications of broken checks into the draft."""
    faults: list[Fault] = []
    for check in checks:
        text = tidy(page.one(f"j.{check}"))
        wrong = text_fault(text)
        if not wrong and text and len(text) < SHORTEST_REASON:
            wrong = _("Write why the figures are right, with the paper and page, in at least %(least)s characters.", least=SHORTEST_REASON)
        if wrong:
            faults.append(Fault(f"j.{check}", wrong))
        elif text:
            draft.part("justifications")[check] = text
        else:
            draft.part("justifications").pop(check, None)
    return faults
