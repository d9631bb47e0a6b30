"""Joins readers, term base and a pack's signals: a published notice becomes a case, every answer with the words or code it rests on.

Knows how what was read answers a pack's facts, and with which grade. Must not know how a file is parsed, how words are matched, or a score.
Only what is found becomes a fact: what a notice does not say stays unknown, never "no".
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

from tenderloop.case import Answer, Case, Document, Evidence, FactValue
from tenderloop.errors import Problem, Problems
from tenderloop.evidence.duties import duty
from tenderloop.evidence.terms import Hit, find_concepts, measured, shipped_languages
from tenderloop.notice import AwardCriterion, Lot, Notice, Text
from tenderloop.notice_fields import FIELDS, field_value
from tenderloop.pack import CodeSignal, Fact, Pack, TextSignal
from tenderloop.quantity import parse_unit
from tenderloop.readers.cases import AUTO, fit_packs
from tenderloop.readers.notices import Record, read_records
from tenderloop.readers.packs import load_pack, profile_for
from tenderloop.readers.passports import Passport, passport_facts
from tenderloop.readers.tables import table_cases

Strength = Literal["said", "declared", "asked", "bound", "measured", "field"]

# What each way of being stated is worth as evidence (docs/reading-tenders.md section 2), and how it is called beside the quote.
GRADE: dict[str, int] = {"said": 0, "declared": 1, "asked": 1, "bound": 3, "measured": 3, "field": 3}
KIND: dict[str, str] = {
    "said": "said, not bound",
    "declared": "code declared by the buyer",
    "asked": "worded as a duty in a description; binds once it stands in the specification",
    "bound": "bound: criterion, specification or clause",
    "measured": "bound, with something to check it by",
    "field": "field of the notice",
}
_ORDER: dict[str, int] = {"said": 0, "declared": 1, "asked": 2, "bound": 3, "measured": 4, "field": 5}
# Texts in which buyers also write what they require; a wish in them is said, a duty is asked.
WORDED: frozenset[str] = frozenset({"description", "note", "sustainability", "item"})
PAPERS_SHOWN = 3
MOST_NAMED = 5  # notices that a message names
QUOTE_AROUND = 140  # characters kept on each side of the words that were found


@dataclass(frozen=True)
class Finding:
    """One answer that a notice gives to a fact: how strongly, in which words or code, and where they stand.

    ``concept`` and ``term`` are empty for codes and fields; ``lot`` is empty for the whole procedure.
    """

    fact: str
    value: FactValue
    strength: Strength
    where: str
    quote: str
    language: str = ""
    lot: str = ""
    role: str = ""
    concept: str = ""
    term: str = ""

    @property
    def grade(self) -> int:
        """The evidence grade that this finding carries."""
        return GRADE[self.strength]


@dataclass(frozen=True)
class Subject:
    """What an award criterion is about: the concepts in its name, and those that only its description mentions."""

    criterion: AwardCriterion
    named: tuple[str, ...]
    mentioned: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A notice as a case, with every finding, also those that a stronger one outdid; ``problems`` are remarks, nothing was lost for them.

    ``negated`` are words that were found beside a "no" or "without": they answer nothing, a person may look at them.
    """

    notice: Notice
    case: Case
    findings: tuple[Finding, ...]
    negated: tuple[Finding, ...]
    subjects: tuple[Subject, ...]
    problems: tuple[Problem, ...]
    lot: str = ""

    def best(self, fact: str) -> Finding | None:
        """The finding that decided a fact."""
        return next((finding for finding in self.findings if finding.fact == fact), None)


def notice_at(path: str | Path, record: str = "") -> Notice | None:
    """The one notice in a file, or the one whose id, procedure or publication number is ``record``; None when the file holds a case.

    Raises ``Problems``: what could not be read, several notices and none named, or nothing that a tender pack can rate.
    """
    found = Path(path)
    if found.is_dir() or found.suffix.lower() in (".yaml", ".yml"):
        return None
    return notice_in(found, record)


def notice_in(source: Path | bytes, record: str = "", *, file: str = "") -> Notice | None:
    """As notice_at, of a file or of bytes; ``file`` is the name in messages."""
    shown = file or (str(source) if isinstance(source, Path) else "")
    unread: list[Problem] = []
    first: list[Record] = []
    kinds: set[str] = set()
    for each in read_records(source, file=file, unread=unread):
        kinds.add(each.kind)
        if each.kind != "notice":
            continue
        if record:
            notice = each.notice
            if record in (each.id, notice.id, notice.procedure, notice.publication):
                return notice
        first.append(each)
        if len(first) > MOST_NAMED and not record:
            break
    if len(first) == 1 and not record:
        return first[0].notice
    if not first and kinds & {"case", "table"}:
        return None
    if first:
        names = ", ".join(each.id or "(no id)" for each in first[:MOST_NAMED]) + (", …" if len(first) > MOST_NAMED else "")
        what = f"no notice '{record}'" if record else "more than one notice"
        raise Problems([Problem("which-notice", f"the file holds {what}", shown, hint=f"name one with --record: {names}"), *unread])
    nothing = Problem("nothing-to-rate", f"the file holds no notice, but: {', '.join(sorted(kinds)) or 'nothing readable'}", shown)
    raise Problems(unread or [nothing])


def read_cases(
    path: str | Path,
    packs: Iterable[Pack | str] = ("circular_tender",),
    *,
    by_lot: bool = False,
    date: str = "",
    profile: str = "",
    unread: list[Problem] | None = None,
) -> Iterator[Case]:
    """Every notice of a file or folder as a case, in order; ``by_lot`` gives a case for each lot of a notice with several.

    The bids of a table (``date`` is its reference date) and product passports become cases of packs that rate bids. What cannot be read
    or made a case is appended to ``unread`` when given, else raised as ``Problems`` after the last case: nothing valid is lost. Other
    records (projects, documents) are named among the problems.

    >>> lines = '{"ocid": "ocds-1", "date": "2026-01-31", "tender": {"title": "Chairs with spare parts"}}'
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "all.jsonl"
    ...     _ = file.write_text(lines)
    ...     [case.title for case in read_cases(file)]
    ['Chairs with spare parts']
    """
    asked = [load_pack(pack) if isinstance(pack, str) else pack for pack in packs]
    faults: list[Problem] = [] if unread is None else unread
    for record in read_records(path, unread=faults):
        if record.kind in ("table", "passport") and (date or record.kind == "passport"):
            yield from _of_bids(record, asked, date, faults)
            continue
        if record.kind != "notice":
            message = f"a {record.kind} ({record.format}) is no notice"
            hint = "give the reference date: --date 2026-01-31" if record.kind == "table" else "read it with 'tenderloop read'"
            faults.append(Problem("not-a-notice", message, record.file, record.line, record.where, hint=hint))
            continue
        try:
            notice = record.notice
            lots = [lot.id for lot in notice.lots if lot.kind != "LotsGroup"]
            fitted, group, _ = fit_to_notice(asked, notice, profile)
            for lot in lots if by_lot and len(lots) > 1 else [""]:
                yield read_notice(notice, fitted, lot=lot, date=date, profile=group).case
        except Problems as refused:
            faults += [replace(problem, file=problem.file or record.file, line=problem.line or record.line) for problem in refused.problems]
    if unread is None and faults:
        raise Problems(faults)


def _of_bids(record: Record, packs: Sequence[Pack], date: str, faults: list[Problem]) -> Iterator[Case]:
    """The cases of a bid table, or the one of a passport; what could not be used is added to the faults."""
    try:
        if record.kind == "table":
            found = table_cases(record.content, packs, date=date, kind=packs[0].kinds[0])
            faults += found.problems
            yield from found.cases
        else:
            yield _of_passport(record.content, packs, date, faults)
    except Problems as refused:
        faults += refused.problems


def _of_passport(passport: Passport, packs: Sequence[Pack], date: str, faults: list[Problem]) -> Case:
    day = _day(date) or _day(passport.valid_from)
    if day is None:
        raise Problems([Problem("notice-date", "the passport states no date", passport.file, where=passport.where, hint="give --date")])
    read = passport_facts(passport, dt.date.fromisoformat(day))
    declared = {fact.id for pack in packs for fact in pack.facts}
    faults += read.problems
    left = sorted(read.facts.keys() - declared)
    if left:
        hint = "give circular_bid and value_chain_traceability"
        faults.append(
            Problem("fact-not-asked", f"no pack given asks for {', '.join(left)}", passport.file, where=passport.where, hint=hint)
        )
    return Case(
        id=_slug("passport", passport.product_name or passport.id),
        title=passport.product_name or passport.id,
        kind="bid",
        stage="tender",
        date=day,
        packs=tuple(pack.id for pack in packs),
        notes=f"Read from a product passport of {passport.issuer_name or passport.issuer}. Its signature was not checked.",
        documents=dict(read.documents),
        facts={name: answer for name, answer in read.facts.items() if name in declared},
    )


def fit_to_notice(packs: Sequence[Pack], notice: Notice, profile: str = "") -> tuple[list[Pack], str, tuple[Problem, ...]]:
    """The packs fitted to the notice's product group, the group's name, and why there is none where its CPV codes fit several.

    ``profile`` names the group instead of the CPV codes. A group that no pack has raises ``Problems``.
    """
    if profile and profile != AUTO:
        return fit_packs(packs, profile), profile, ()
    remarks: list[Problem] = []
    for pack in packs:
        try:
            found = profile_for(pack.folder, _cpv(notice))
        except Problems as tie:
            remarks += tie.problems
            continue
        if found is not None:
            return fit_packs(packs, found), found, tuple(remarks)
    return list(packs), "", tuple(remarks)


def read_notice(notice: Notice, packs: Sequence[Pack], *, lot: str = "", date: str = "", profile: str = "") -> Reading:
    """The case that a notice makes under these packs; of one lot where ``lot`` is given, else of the whole procedure.

    Of several lots the strongest finding counts and its evidence names the lot. ``date`` stands in for a date that the notice does not
    give. ``profile`` is the product group to which the packs were fitted (``fit_to_notice``). Raises ``Problems``: an unknown lot, or no
    date at all.

    >>> from tenderloop import load_pack
    >>> text = Text("The supplier keeps spare parts for 10 years.", "clause", "/ContractNotice/x", "en")
    >>> notice = Notice("eforms", "eforms-sdk-1.10", "n-1", "p-1", "tender", date="2026-01-31", texts=(text,))
    >>> found = read_notice(notice, [load_pack("circular_tender")]).findings
    >>> [(each.concept, each.strength, each.grade) for each in found if each.concept == "spare_parts"]
    [('spare_parts', 'measured', 3)]
    """
    known = [each.id for each in notice.lots]
    if lot and lot not in known:
        raise Problems(
            [Problem("unknown-lot", f"the notice has no lot '{lot}'", notice.where, hint="its lots: " + (", ".join(known) or "none"))]
        )
    day = _day(notice.date) or _day(date)
    if day is None:
        message = f"the notice {notice.publication or notice.id} has no date that can be read: '{notice.date}'"
        raise Problems([Problem("notice-date", message, notice.where, hint="give the reference date: --date 2026-01-31")])
    facts = {fact.id: fact for pack in packs for fact in pack.facts}
    part = _of_lot(notice, lot) if lot else notice
    words = list(_words(part))
    found = [finding for pack in packs for finding in _found(part, pack, facts, words)]
    findings = tuple(sorted((each for each, negated in found if not negated), key=_strongest_first))
    case = Case(
        id=_identifier(notice, lot),
        title=_title(part) or notice.publication or notice.id,
        kind="tender",
        stage="preparation" if notice.stage == "planning" else "tender",
        date=day,
        currency=_currency(part),
        cpv=_cpv(part),
        profile=profile,
        packs=tuple(pack.id for pack in packs),
        notes=_notes(notice, lot),
        documents={"notice": Document(title=_document_title(notice), date=day)},
        facts={name: _answer(facts[name], findings, day) for name in dict.fromkeys(finding.fact for finding in findings)},
    )
    return Reading(
        notice=notice,
        case=case,
        findings=findings,
        negated=tuple(each for each, negated in found if negated),
        subjects=tuple(_subject(criterion) for criterion in (*part.criteria, *(one for each in part.lots for one in each.criteria))),
        problems=(*notice.problems, *_unread_languages(notice, words)),
        lot=lot,
    )


# ------------------------------------------------------------------------------------------------------------------ from words to facts


def _words(notice: Notice) -> Iterator[tuple[Text, Hit]]:
    """Every concept found, in the order of the texts; a text repeated in lots or languages is searched once."""
    searched: dict[tuple[str, str], tuple[Hit, ...]] = {}
    for text in notice.every_text():
        key = (text.value, text.language)
        if key not in searched:
            searched[key] = find_concepts(text.value, text.language)
        for hit in searched[key]:
            yield text, hit


def _found(notice: Notice, pack: Pack, facts: dict[str, Fact], words: Sequence[tuple[Text, Hit]]) -> Iterator[tuple[Finding, bool]]:
    by_code: dict[tuple[str, str], list[CodeSignal]] = {}
    for coded in pack.code_signals:
        by_code.setdefault((coded.list, coded.code), []).append(coded)
    for code in notice.every_code():
        for coded in by_code.get((code.list, code.value), ()):
            value = _coded(facts[coded.fact], coded)
            yield Finding(coded.fact, value, "declared", code.where, f"{code.list}: {code.value}", lot=code.lot), False
    by_concept: dict[str, list[TextSignal]] = {}
    for each in pack.text_signals:
        by_concept.setdefault(each.concept, []).append(each)
    for text, hit in words:
        for text_signal in by_concept.get(hit.concept, ()):
            yield _said(text_signal, text, hit), hit.negated
    for field_signal in pack.field_signals:
        read = field_value(notice, field_signal.field)
        if read is not None:
            fact, field = facts[field_signal.fact], FIELDS[field_signal.field]
            stated: FactValue = read.value
            if isinstance(stated, Fraction) and not isinstance(stated, bool):
                stated = stated * parse_unit(field.unit).factor / parse_unit(fact.unit).factor
            yield Finding(fact.id, stated, "field", read.where, read.quote), False


def _said(signal: TextSignal, text: Text, hit: Hit) -> Finding:
    strength: Strength = "said"
    level = signal.said
    binds = text.role in signal.roles
    if binds or (text.role in WORDED and duty(text.value, hit.start, hit.end, text.language or hit.language)):
        checkable = measured(text.value, hit.start, hit.end)
        strength = ("measured" if checkable else "bound") if binds else "asked"
        level = signal.measured if checkable else signal.bound
    quote = _around(text.value, hit.start, hit.end)
    return Finding(
        signal.fact, Fraction(level), strength, text.where, quote, text.language or hit.language, text.lot, text.role, hit.concept, hit.term
    )


def _coded(fact: Fact, signal: CodeSignal) -> FactValue:
    value = signal.value
    if isinstance(value, bool) or fact.kind in ("choice", "text"):
        return value if isinstance(value, bool) else str(value)
    return Fraction(str(value))


def _strongest_first(finding: Finding) -> tuple[object, ...]:
    """By fact; of one fact the highest value, then the strongest, then the first place: the same in any order of reading."""
    value = finding.value
    size = Fraction(value) if isinstance(value, bool | Fraction) else Fraction(0)
    return (finding.fact, -size, -_ORDER[finding.strength], finding.where, finding.quote)


def _answer(fact: Fact, findings: Sequence[Finding], day: str) -> Answer:
    ours = [finding for finding in findings if finding.fact == fact.id]
    best = ours[0]
    shown = [each for each in ours if each.value == best.value][:PAPERS_SHOWN]
    evidence = tuple(
        Evidence(kind=KIND[each.strength], document="notice", page=each.where, quote=each.quote, date=day, grade=each.grade)
        for each in shown
    )
    return Answer(kind=fact.kind, value=best.value, unit=fact.unit, evidence=evidence)


def _around(text: str, start: int, end: int) -> str:
    """The words found with what stands beside them, cut at spaces."""
    left, right = max(0, start - QUOTE_AROUND), min(len(text), end + QUOTE_AROUND)
    if left > 0:
        left = text.find(" ", left, start) + 1 or left
    if right < len(text):
        right = text.rfind(" ", end, right) if " " in text[end:right] else right
    cut = " ".join(text[left:right].split())
    return ("… " if left > 0 else "") + cut + (" …" if right < len(text) else "")


def _subject(criterion: AwardCriterion) -> Subject:
    named = _concepts(criterion.names) or _concepts(criterion.descriptions[:1] if not criterion.names else ())
    return Subject(criterion, named, tuple(each for each in _concepts(criterion.descriptions) if each not in named))


def _concepts(texts: Iterable[Text]) -> tuple[str, ...]:
    hits = [hit for text in texts for hit in find_concepts(text.value, text.language)]
    return tuple(dict.fromkeys(hit.concept for hit in hits if not hit.negated))


# --------------------------------------------------------------------------------------------------------------- the case around them


def _of_lot(notice: Notice, lot: str) -> Notice:
    kept: tuple[Lot, ...] = tuple(each for each in notice.lots if each.id == lot)
    return replace(notice, lots=kept)


def _cpv(notice: Notice) -> tuple[str, ...]:
    """CPV codes of eight digits, each once; a check digit is cut off."""
    return tuple(dict.fromkeys(code[:8] for code in notice.coded("cpv") if re.fullmatch(r"\d{8}(-\d)?", code, re.ASCII)))


def _day(text: str) -> str | None:
    try:
        return dt.date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None


def _identifier(notice: Notice, lot: str) -> str:
    return _slug("notice", f"{notice.publication or notice.id or notice.procedure} {lot}")


def _slug(kind: str, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return (f"{kind}_" + re.sub(r"[^a-z0-9]+", "_", plain).strip("_"))[:60].rstrip("_")


def _title(notice: Notice) -> str:
    titles = [text for text in (*notice.texts, *(text for lot in notice.lots for text in lot.texts)) if text.role == "title"]
    first = next((text for text in titles if text.language == "en"), titles[0] if titles else None)
    return " ".join(first.value.split())[:300] if first is not None else ""


def _currency(notice: Notice) -> str | None:
    amounts = [notice.value, *(lot.value for lot in notice.lots)]
    return next((amount.currency for amount in amounts if amount is not None and re.fullmatch("[A-Z]{3}", amount.currency)), None)


def _document_title(notice: Notice) -> str:
    return f"Notice {notice.publication or notice.id} ({notice.format} {notice.version})".replace(" )", ")")


def _notes(notice: Notice, lot: str) -> str:
    what = (
        f"lot {lot} of {len(notice.lots)}"
        if lot
        else f"the whole procedure, {len(notice.lots)} lots"
        if len(notice.lots) > 1
        else "one lot"
    )
    return (
        f"Read from the published notice ({what}), procedure {notice.procedure or 'not stated'}. What the notice does not say is unknown; "
        "the procurement documents may say it. Of several lots the strongest finding counts; the evidence names its place."
    )


def _unread_languages(notice: Notice, words: Sequence[tuple[Text, Hit]]) -> Iterator[Problem]:
    known = shipped_languages()
    unread = dict.fromkeys(text.language for text in notice.every_text() if text.language and text.language not in known)
    for language in unread:
        yield Problem(
            "language-not-in-term-base",
            f"texts in '{language}' were searched only for words of other languages",
            notice.where,
            hint="languages of the term base: " + ", ".join(sorted(known)),
        )
