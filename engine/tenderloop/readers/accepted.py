"""A file of suggestions that a person has marked, and the case that it makes richer.

Knows the keys of suggestions.yaml and how an accepted suggestion becomes evidence of a fact. Must not know how a suggestion was found, and
accepts nothing itself: what is not marked yes, with a value and a grade, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tenderloop.case import Answer, Case, Document, Evidence, FactValue, plain
from tenderloop.errors import Problem, Problems
from tenderloop.pack import Fact, Pack
from tenderloop.readers.answers import item_spot, key_spot, read_value, shown_kind
from tenderloop.readers.cases import declared_facts, read_case
from tenderloop.readers.faults import Faults, Spot, nearest
from tenderloop.readers.packs import load_pack
from tenderloop.readers.strict_yaml import Mapping, Number, Sequence, Value, read_yaml

_KEYS = ("packs", "documents", "suggestions")
_ENTRY_KEYS = (
    "indicator", "asks", "fact", "answer", "document", "page", "language", "quote", "score", "why", "checkable", "accept", "value", "grade",
)  # fmt: skip
_DOCUMENT_KEYS = ("title", "sha256", "url", "date", "author")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The case with what was accepted, and how many suggestions a person accepted, rejected and left unmarked (those change nothing)."""

    case: Case
    packs: tuple[Pack, ...]
    accepted: int
    rejected: int
    unmarked: int


def accept_suggestions(path: str | Path, case: str | Path | Case, packs: Iterable[Pack | str] = ()) -> Accepted:
    """Turn the suggestions marked ``accept: yes`` into evidence of facts of a case.

    Each needs ``value`` and ``grade``, which the person chooses. Raises ``Problems`` with every fault of the file at once: a mark that is
    neither yes nor no, a missing value or grade, a value that the fact cannot have, two values for one fact, a value that differs from the
    case's, or a file in which nothing is marked. The case that was given is not changed.
    """
    found = Path(path)
    try:
        data = found.read_bytes()
    except OSError as error:
        problem = Problem("file-missing", f"the file cannot be read: {error.strerror}", str(found), 1, hint="check the name and the rights")
        raise Problems([problem]) from error
    faults = Faults(str(found))
    tree = read_yaml(data, str(found))
    spot = faults.at(1)
    if not isinstance(tree, Mapping):
        spot.add(
            "wrong-type", f"suggestions are written as keys with values, {shown_kind(tree)} is written", "give the file that was written"
        )
        faults.raise_if_any()
        raise AssertionError
    named = [str(each) for each in _items(tree, "packs", spot)]
    loaded = {pack.id: pack for pack in (each if isinstance(each, Pack) else load_pack(each) for each in (*packs, *named))}
    base = case if isinstance(case, Case) else read_case(case, tuple(loaded.values()))
    return _Accepting(tree, spot, faults, base, tuple(loaded.values())).accepted()


def _items(tree: Mapping, key: str, spot: Spot) -> Sequence:
    raw = tree.get(key)
    if isinstance(raw, Sequence):
        return raw
    if raw is not None:
        key_spot(tree, key, spot).add("wrong-type", f"'{key}' is {shown_kind(raw)}", f"write {key}: and a list")
    return Sequence()


class _Accepting:
    """One file of suggestions being turned into evidence."""

    def __init__(self, tree: Mapping, spot: Spot, faults: Faults, case: Case, packs: tuple[Pack, ...]) -> None:
        self.tree, self.spot, self.faults, self.case, self.packs = tree, spot, faults, case, packs
        self.facts = declared_facts(packs, spot)
        self.documents: dict[str, Document] = dict(case.documents)
        self.names: dict[str, str] = {}
        self.answers: dict[str, Answer] = dict(case.facts)
        self.new: dict[str, tuple[FactValue, int]] = {}
        self.counts = {"yes": 0, "no": 0, "": 0}

    def accepted(self) -> Accepted:
        self._keys(self.tree, _KEYS, self.spot, "a file of suggestions")
        declared = self._declared()
        entries = _items(self.tree, "suggestions", self.spot)
        at = key_spot(self.tree, "suggestions", self.spot)
        for index, entry in enumerate(entries):
            here = item_spot(entries, index, at)
            if not isinstance(entry, Mapping):
                here.add("wrong-type", f"a suggestion is {shown_kind(entry)}", "restore it from the file that was written, or delete it")
                continue
            self._keys(entry, _ENTRY_KEYS, here, "a suggestion")
            mark = self._mark(entry, here)
            if mark is None:
                continue
            self.counts[mark] += 1
            if mark == "yes":
                self._take(entry, here, declared)
        if not self.faults.problems and not self.counts["yes"] and not self.counts["no"]:
            at.add("missing-key", "no suggestion is marked", "write accept: yes or accept: no at those that you have read")
        self.faults.raise_if_any()
        used = {each.document for answer in self.answers.values() for each in answer.evidence}
        owners = [pack.id for pack in self.packs if any(fact.id in self.new for fact in pack.facts)]
        update = {
            "documents": {name: each for name, each in self.documents.items() if name in self.case.documents or name in used},
            "facts": self.answers,
            # A case names the packs that ask for its facts, or it could not be read again.
            "packs": tuple(dict.fromkeys((*self.case.packs, *owners))),
        }
        return Accepted(self.case.model_copy(update=update), self.packs, self.counts["yes"], self.counts["no"], self.counts[""])

    def _keys(self, tree: Mapping, known: tuple[str, ...], spot: Spot, what: str) -> None:
        for key in tree:
            if key not in known:
                near = nearest(key, known)
                hint = f"did you mean '{near}'?" if near else "its keys are " + ", ".join(known)
                key_spot(tree, key, spot).add("unknown-key", f"'{key[:60]}' is not a key of {what}", hint)

    def _mark(self, entry: Mapping, spot: Spot) -> str | None:
        raw = entry.get("accept")
        if raw is None:
            if entry.get("value") is not None or entry.get("grade") is not None:
                key_spot(entry, "accept", spot).add(
                    "missing-key", "a value or grade is written and no mark", "write accept: yes or accept: no"
                )
                return None
            return ""
        if isinstance(raw, bool):
            return "yes" if raw else "no"
        if isinstance(raw, str) and raw.strip().lower() in ("yes", "no"):
            return raw.strip().lower()
        key_spot(entry, "accept", spot).add("unknown-value", f"'accept' is {shown_kind(raw)}", "write yes or no")
        return None

    def _declared(self) -> dict[str, Document]:
        raw = self.tree.get("documents")
        found: dict[str, Document] = {}
        if not isinstance(raw, Mapping):
            return found
        for name, item in raw.items():
            spot = key_spot(raw, name, key_spot(self.tree, "documents", self.spot))
            if not isinstance(item, Mapping) or not isinstance(item.get("title"), str):
                spot.add("missing-key", f"document '{name}' has no title", "write title: and the name on its cover")
                continue
            self._keys(item, _DOCUMENT_KEYS, spot, f"document '{name}'")
            title = str(item["title"])
            digest = item.get("sha256")
            # The checksum travels in the title: it says which file was read, whatever it is called later.
            shown = f"{title} (SHA-256 {digest})" if isinstance(digest, str) and digest else title
            found[name] = Document(title=shown, url=str(item.get("url") or ""), author=str(item.get("author") or ""))
        return found

    def _document(self, name: str, declared: dict[str, Document]) -> str:
        """The document's id in the case: its own, or another when the case uses it for another paper."""
        if name not in self.names:
            made, number = name, 2
            while made in self.documents and self.documents[made] != declared[name]:
                made, number = f"{name}_{number}", number + 1
            self.documents[made] = declared[name]
            self.names[name] = made
        return self.names[name]

    def _take(self, entry: Mapping, spot: Spot, declared: dict[str, Document]) -> None:
        name = entry.get("fact")
        fact = self.facts.get(name) if isinstance(name, str) else None
        if fact is None:
            near = nearest(str(name), self.facts)
            hint = f"did you mean '{near}'?" if near else "name a fact of the packs"
            key_spot(entry, "fact", spot).add("unknown-fact", f"no pack asks for '{str(name)[:60]}'", hint)
            return
        document = entry.get("document")
        if not isinstance(document, str) or document not in declared:
            key_spot(entry, "document", spot).add("unknown-document", f"'{document}' is not declared under documents:", "restore it")
            return
        raw = entry.get("value")
        if raw is None:
            key_spot(entry, "value", spot).add("missing-key", f"'{fact.id}' is accepted without a value", f"write value: {_form(fact)}")
        grade = self._grade(entry, spot, fact.id)
        value = None if raw is None else read_value(fact, raw, key_spot(entry, "value", spot), self.case.currency)
        if value is None or grade is None:
            return
        evidence = Evidence(
            document=self._document(document, declared), page=_text(entry.get("page")), quote=_text(entry.get("quote")), grade=grade
        )
        self._join(fact, value, evidence, entry, spot)

    def _grade(self, entry: Mapping, spot: Spot, name: str) -> int | None:
        raw = entry.get("grade")
        choose = "write 0 claimed, 1 written, 2 formal study, 3 binding, or 4 verified result"
        if raw is None:
            key_spot(entry, "grade", spot).add("missing-key", f"'{name}' is accepted without a grade", choose)
            return None
        if isinstance(raw, Number) and raw.denominator == 1 and 0 <= raw <= 4:
            return int(raw)
        key_spot(entry, "grade", spot).add("bad-grade", f"the grade of the evidence of '{name}' is {shown_kind(raw)}", choose)
        return None

    def _join(self, fact: Fact, value: FactValue, evidence: Evidence, entry: Mapping, spot: Spot) -> None:
        known = self.answers.get(fact.id)
        if known is None:
            self.answers[fact.id] = Answer(kind=fact.kind, value=value, unit=fact.unit, evidence=(evidence,))
            self.new[fact.id] = value, entry.lines.get("value", 0)
            return
        offered = Answer(kind=fact.kind, value=value, unit=fact.unit)
        if known.base != offered.base:
            where = f"line {self.new[fact.id][1]}" if fact.id in self.new else "the case"
            key_spot(entry, "value", spot).add(
                "bad-value",
                f"'{fact.id}' is {plain(value)} here and {plain(known.value)} in {where}",
                "decide which holds: change one of them, or mark this suggestion no",
            )
            return
        self.new.setdefault(fact.id, (value, entry.lines.get("value", 0)))
        if evidence not in known.evidence:
            self.answers[fact.id] = known.model_copy(update={"evidence": (*known.evidence, evidence)})


def _text(raw: Value) -> str:
    return raw.written if isinstance(raw, Number) else raw if isinstance(raw, str) else ""


def _form(fact: Fact) -> str:
    forms = {"yes_no": "true or false", "level": f"a level from 0 to {len(fact.levels) - 1}", "date": "a date such as 2026-11-21"}
    if fact.kind == "number":
        return "a number" if fact.unit == "1" else f"a number with its unit, such as 12 {fact.unit}"
    return forms.get(fact.kind, "the answer, as the line answer says")
