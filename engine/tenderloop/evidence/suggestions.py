"""Suggestions as text: for a reader on the screen, and as a file in which a person writes yes or no.

Knows how suggestions are laid out and what a person must write beside them. Must not know how they were found; the marked file is read by
readers/accepted.py.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from tenderloop.case import GRADES
from tenderloop.evidence.documents import Document
from tenderloop.evidence.passages import checkable
from tenderloop.evidence.search import Suggestion
from tenderloop.pack import Fact, Indicator, Pack

_HEAD = """\
# Suggested evidence. Nothing here counts until a person accepts it.
# At each suggestion write  accept: yes  or  accept: no  (or delete the suggestion). With yes write also
#   value: the answer to the fact, as its line `answer` says
#   grade: {grades}
# Then: tenderloop evidence --accept THIS_FILE --case case.yaml --out case.yaml
"""
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def document_ids(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """An id for each document that a case can use: lower-case letters, digits and ``_``, a letter first, each once.

    >>> document_ids(["Cahier des charges.pdf", "3 Anlage Ä.docx", "cahier-des-charges.pdf"])
    {'Cahier des charges.pdf': 'cahier_des_charges', '3 Anlage Ä.docx': 'd_3_anlage_a', 'cahier-des-charges.pdf': 'cahier_des_charges_2'}
    """
    used = set(taken)
    found: dict[str, str] = {}
    for name in names:
        if name in found:
            continue
        plain = unicodedata.normalize("NFKD", re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)).encode("ascii", "ignore").decode().lower()
        base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50] or "document"
        if not base[0].isalpha():
            base = f"d_{base}"
        made, number = base, 2
        while made in used:
            made, number = f"{base}_{number}", number + 1
        used.add(made)
        found[name] = made
    return found


def suggestions_yaml(suggestions: Sequence[Suggestion], packs: Sequence[Pack], documents: Sequence[Document] = ()) -> str:
    """The file for a person: every suggestion with its place and reasons, ``accept``, ``value`` and ``grade`` left empty."""
    ids = document_ids(each.document for each in suggestions)
    papers = {each.name: each for each in documents}
    indicators = {each.id: each for pack in packs for each in pack.indicators}
    facts = {each.id: each for pack in packs for each in pack.facts}
    lines = [_HEAD.format(grades=", ".join(f"{number} {words}" for number, words in enumerate(GRADES)))]
    lines.append(f"packs: [{', '.join(pack.id for pack in packs)}]")
    lines.append("documents:" if ids else "documents: {}")
    for name, made in ids.items():
        lines.append(f"  {made}:")
        lines.append(f"    title: {_quoted(name)}")
        if name in papers:
            lines.append(f"    sha256: {_quoted(papers[name].sha256)}")
    lines.append("suggestions:" if suggestions else "suggestions: []")
    for each in suggestions:
        lines += _entry(each, ids[each.document], indicators[each.indicator], facts[each.fact])
    return "\n".join(lines) + "\n"


def _entry(each: Suggestion, document: str, indicator: Indicator, fact: Fact) -> list[str]:
    said = checkable(each.quote)
    return [
        "",
        f"  - indicator: {each.indicator}",
        f"    asks: {_quoted(indicator.question)}",
        f"    fact: {each.fact}",
        f"    answer: {_quoted(answer_form(fact))}",
        f"    document: {document}",
        f"    page: {_quoted(each.page)}",
        *([f"    language: {_quoted(each.passage.language)}"] if each.passage.language else []),
        f"    quote: {_quoted(each.quote)}",
        f"    score: {each.score:.2f}",
        f"    why: {_quoted(each.why)}",
        *([f"    checkable: [{', '.join(_quoted(words) for words in said)}]"] if said else []),
        "    accept:",
        "    value:",
        "    grade:",
    ]


def answer_form(fact: Fact) -> str:
    """What a person may write as the value of a fact.

    >>> answer_form(Fact(id="parts", kind="number", unit="year", question="For how long?"))
    'a number with its unit, such as 12 year'
    """
    if fact.kind == "yes_no":
        return "true or false"
    if fact.kind == "number":
        return "a number" if fact.unit == "1" else f"a number with its unit, such as 12 {fact.unit}"
    if fact.kind == "level":
        return "a level: " + " / ".join(f"{number} {words}" for number, words in enumerate(fact.levels))
    if fact.kind == "choice":
        return "one of: " + "; ".join(f"{name} ({words})" for name, words in fact.options.items())
    if fact.kind == "choices":
        return "a list of: " + "; ".join(f"{name} ({words})" for name, words in fact.options.items())
    if fact.kind == "date":
        return "a date, such as 2026-11-21"
    if fact.kind == "table":
        return "a list of rows with " + ", ".join(column.id for column in fact.columns)
    return "a text"


def _quoted(text: str) -> str:
    return json.dumps(_UNSEEN.sub(" ", text), ensure_ascii=False)


def suggestions_text(suggestions: Sequence[Suggestion], packs: Sequence[Pack], answered: Iterable[str] = ()) -> str:
    """For the screen: indicator by indicator the best passages; then how many indicators have none.

    ``answered`` are the facts that a case already answers.
    """
    known = frozenset(answered)
    by_indicator: dict[str, list[Suggestion]] = {}
    for each in suggestions:
        by_indicator.setdefault(each.indicator, []).append(each)
    lines: list[str] = []
    silent: list[str] = []
    for pack in packs:
        for indicator in pack.indicators:
            found = by_indicator.get(indicator.id)
            if not found:
                silent.append(indicator.id)
                continue
            note = "  (already answered in the case)" if set(indicator.facts) <= known else ""
            lines += [f"{indicator.id}  {indicator.title}{note}", f"  {indicator.question}"]
            for each in found:
                place = f"page {each.page}" if each.page.isdecimal() else each.page
                lines += [
                    f"  {each.score:.2f}  {each.document}, {place}"
                    + (f"  [{each.passage.role}]" if each.passage.role != "document" else ""),
                    f"        “{_shortened(each.quote)}”",
                    f"        {each.why}",
                ]
            lines.append("")
    total = len(by_indicator)
    lines.append(
        f"{len(suggestions)} passages for {total} indicators; none for {len(silent)}."
        " A score says how alike the words are, not whether the passage proves anything: a person accepts."
    )
    if silent:
        lines.append("No passage for: " + ", ".join(silent))
    return "\n".join(lines) + "\n"


def _shortened(text: str, most: int = 300) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else words[: words.rfind(" ", 0, most)] + " …"


def suggestions_json(suggestions: Sequence[Suggestion]) -> str:
    """The same for programs; scores and their parts as text, as everywhere."""
    return json.dumps([_plain(each) for each in suggestions], ensure_ascii=False, indent=1) + "\n"


def _plain(each: Suggestion) -> Mapping[str, object]:
    return {
        "indicator": each.indicator,
        "fact": each.fact,
        "document": each.document,
        "page": each.page,
        "role": each.passage.role,
        "lot": each.passage.lot,
        "language": each.passage.language,
        "quote": each.quote,
        "passage": each.passage.text,
        "start": each.passage.start,
        "end": each.passage.end,
        "score": f"{each.score:.4f}",
        "parts": {name: f"{part:.4f}" for name, part in each.parts._asdict().items()},
        "why": each.why,
        "checkable": list(checkable(each.passage.text)),
    }
