"""A case from a file: case.yaml, the same as JSON, or a filled questionnaire; every answer typed by the packs that ask for it.

Knows the keys of a case and which pack declares which fact. Must not judge: what an answer is worth is for evaluate to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, get_args

from tenderloop.case import Answer, Case, Confirmation, Document, Evidence
from tenderloop.errors import Problem, Problems
from tenderloop.pack import STAGES, CaseKind, Fact, Pack
from tenderloop.readers.answers import item_spot, key_spot, read_date, read_value, shown_kind
from tenderloop.readers.case_text import case_as_json, case_as_yaml
from tenderloop.readers.confirmations import find_threshold, read_amount
from tenderloop.readers.faults import Faults, Spot, nearest
from tenderloop.readers.packs import list_profiles, load_pack, profile_for
from tenderloop.readers.profiles import of_codes
from tenderloop.readers.strict_json import read_json
from tenderloop.readers.strict_yaml import Mapping, Number, Value, read_yaml
from tenderloop.readers.strict_yaml import Sequence as Items
from tenderloop.thresholds import has_value

KEYS = (
    "case",
    "title",
    "kind",
    "stage",
    "date",
    "currency",
    "rated_by",
    "packs",
    "notes",
    "documents",
    "facts",
    "not_applicable",
    "justifications",
    "cpv",
    "profile",
    "confirmed",
)
KINDS: tuple[CaseKind, ...] = get_args(CaseKind)
RATED_BY = ("self", "assisted", "third_party")
_ANSWER_KEYS = ("value", "evidence")
_EVIDENCE_KEYS = ("kind", "document", "page", "quote", "date", "grade")
_DOCUMENT_KEYS = ("title", "url", "date", "author")
_CONFIRMED_KEYS = ("value", "document", "page", "by", "date")
AUTO = "auto"
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def read_case(path: str | Path, packs: Iterable[Pack | str] | None = None, *, profile: str = "") -> Case:
    """The case in a file, or in a folder that holds case.yaml.

    ``profile`` is the product group for which its packs are loaded, instead of the case's own; ``auto`` chooses it by the CPV codes.

    Answers are typed by the packs named under ``packs:`` and by those given here, as packs or by name. Everything that is wrong is
    raised at once as ``Problems``, with file and line (JSON: path; workbook: cell). A fact left out or left empty is unknown.
    """
    found = Path(path)
    if found.is_dir():
        held = [found / name for name in ("case.yaml", "case.json", "case.xlsx") if (found / name).is_file()]
        if not held:
            raise Problems([Problem("file-missing", "the folder holds no case.yaml", str(path), 1, hint="name the file, or add case.yaml")])
        found = held[0]
    suffix = found.suffix.lower()
    if suffix in (".xlsx", ".xlsm", ".xls"):
        from tenderloop.readers.questionnaire import read_questionnaire

        return read_questionnaire(found, packs, profile=profile)
    if suffix not in (".yaml", ".yml", ".json") and found.exists():
        raise Problems([Problem("unknown-format", f"'{suffix}' files hold no case", str(path), 1, hint="give case.yaml, .json or .xlsx")])
    try:
        data = found.read_bytes()
    except OSError as error:
        problem = Problem("file-missing", f"the file cannot be read: {error.strerror}", str(found), 1, hint="check the name and the rights")
        raise Problems([problem]) from error
    return case_of_text(data, str(found), packs, json=suffix == ".json", profile=profile)


def case_of_text(
    data: str | bytes, file: str = "", packs: Iterable[Pack | str] | None = None, *, json: bool = False, profile: str = ""
) -> Case:
    """As read_case, from the text itself; ``file`` is the name in messages."""
    tree = read_json(data, file) if json else read_yaml(data, file)
    return case_of_tree(tree, Faults(file), packs, profile=profile)


def case_of_tree(tree: Value, faults: Faults, packs: Iterable[Pack | str] | None = None, *, profile: str = "") -> Case:
    """As read_case, from a tree with lines or places. Faults already in ``faults`` are raised with those found here."""
    spot = faults.at(1 if not isinstance(tree, Mapping) or not tree.place else None, tree.place if isinstance(tree, Mapping) else "")
    if not isinstance(tree, Mapping):
        spot.add("wrong-type", f"a case is written as keys with values, {shown_kind(tree)} is written", "begin with case: and its id")
        faults.raise_if_any()
        raise AssertionError
    case = _Reading(tree, spot, faults, tuple(packs or ()), profile).case()
    faults.raise_if_any()
    assert case is not None
    return case


def write_case(case: Case, form: Literal["yaml", "json"] = "yaml", packs: Iterable[Pack | str] | None = None) -> str:
    """The case as text that reads back to an equal case (same hash). Packs are needed only for the units of table columns.

    >>> case = Case(id="demo", title="A demonstration", kind="project", stage="tender", date="2026-11-21", packs=("circular_ppp",))
    >>> print(write_case(case))
    case: demo
    title: A demonstration
    kind: project
    stage: tender
    date: 2026-11-21
    rated_by: self
    packs: [circular_ppp]
    <BLANKLINE>
    >>> case_of_text(write_case(case)).hash == case.hash
    True
    """
    declared: dict[str, Fact] = {}
    if any(answer.kind == "table" for answer in case.facts.values()):
        for each in _all_packs(case.packs, tuple(packs or ())):
            declared.update({fact.id: fact for fact in each.facts})
    return case_as_yaml(case, declared) if form == "yaml" else case_as_json(case, declared)


def _all_packs(named: Iterable[str], given: Sequence[Pack | str]) -> list[Pack]:
    found = {pack.id: pack for pack in given if isinstance(pack, Pack)}
    for name in (*(each for each in given if isinstance(each, str)), *named):
        if name not in found:
            pack = load_pack(name)
            found.setdefault(pack.id, pack)
    return list(found.values())


def declared_facts(packs: Iterable[Pack], spot: Spot) -> dict[str, Fact]:
    """Every fact of the packs by id. One that two packs declare differently is a fault, and left out.

    Where two packs bound a number differently, both bounds hold.
    """
    found: dict[str, Fact] = {}
    owner: dict[str, Pack] = {}
    differing: set[str] = set()
    for pack in packs:
        for fact in pack.facts:
            known = found.get(fact.id)
            if known is None:
                found[fact.id], owner[fact.id] = fact, pack
            elif known.meaning != fact.meaning:
                differing.add(fact.id)
                spot.add(
                    "fact-declared-differently",
                    f"'{fact.id}' is not the same fact in {owner[fact.id].id} and in {pack.id}",
                    "rename it in one of the packs, or rate with one pack at a time",
                )
            elif known.kind == "number":
                least = [each for each in (known.min, fact.min) if each is not None]
                most = [each for each in (known.max, fact.max) if each is not None]
                found[fact.id] = known.model_copy(update={"min": max(least) if least else None, "max": min(most) if most else None})
    return {name: fact for name, fact in found.items() if name not in differing}


def fit_packs(packs: Iterable[Pack], profile: str, codes: Sequence[str] = ()) -> list[Pack]:
    """The packs as a product group changes those that have a profile of that name; the others, and those already fitted, stay as they are.

    ``auto`` chooses each pack's profile by CPV codes. ``Problems`` when a name fits no pack, when no profile or two fit the codes equally.
    """
    faults = Faults()
    spot = faults.at(1)
    found = _fit(list(packs), profile, codes, faults, spot, spot)
    faults.raise_if_any()
    return found


def _fit(packs: list[Pack], profile: str, codes: Sequence[str], faults: Faults, at_profile: Spot, at_codes: Spot) -> list[Pack]:
    if not profile:
        return packs
    before = len(faults.problems)
    found: list[Pack] = []
    offered: list[str] = []
    for pack in packs:
        names = list_profiles(pack.folder) if pack.folder and pack.profile is None else ()
        offered += names if pack.profile is None else (pack.profile.id,)
        try:
            wanted = profile_for(pack, codes) if profile == AUTO else profile
            found.append(load_pack(pack.folder, wanted) if wanted in names else pack)
        except Problems as refused:
            for problem in refused.problems:
                if problem.code == "profile-tie":
                    at_codes.add(problem.code, problem.message, problem.hint)
                else:
                    faults.problems.append(problem)
    if len(faults.problems) == before and not any(pack.profile is not None for pack in found):
        if profile != AUTO:
            near = nearest(profile, offered)
            known = "there are: " + ", ".join(offered) if offered else "leave profile: out, no pack has any"
            hint = f"did you mean '{near}'?" if near else known
            at_profile.add("unknown-profile", f"no pack has a profile '{profile[:60]}'", hint)
        elif offered:
            hint = "name the profile that is meant: " + ", ".join(offered)
            at_codes.add("no-profile-fits", f"no profile fits the CPV codes ({', '.join(codes) or 'none'})", hint)
    return found


class _Reading:
    """One reading of one tree."""

    def __init__(self, tree: Mapping, spot: Spot, faults: Faults, given: tuple[Pack | str, ...], profile: str) -> None:
        self.asked = profile
        self.tree = tree
        self.spot = spot
        self.faults = faults
        self.given = given
        self.facts: dict[str, Fact] = {}
        self.packs: list[Pack] = []
        self.packs_complete = True

    def case(self) -> Case | None:
        """The case, or None when there is any fault."""
        self._keys(self.tree, KEYS, self.spot, "a case")
        currency = self._currency()
        codes = of_codes(self.tree.get("cpv"), self._at("cpv"))
        profile = self._text("profile", default="")
        content: dict[str, object] = {
            "cpv": codes,
            "id": self._id(),
            "title": self._text("title"),
            "kind": self._word("kind", KINDS),
            "stage": self._word("stage", STAGES),
            "date": self._date(self.tree, "date", self.spot, "the case"),
            "currency": currency,
            "rated_by": self._word("rated_by", RATED_BY, default="self"),
            "packs": self._packs(self.asked or profile, codes),
            "notes": self._text("notes", default=""),
        }
        self._made_for(str(content["kind"]), str(content["stage"]))
        documents = self._documents()
        content["documents"] = documents
        content["facts"] = self._facts(currency, documents)
        content["not_applicable"] = self._not_applicable()
        content["justifications"] = self._justifications()
        content["profile"] = self._chosen() if profile == AUTO else profile
        content["confirmed"] = self._confirmed(currency, documents)
        return None if self.faults.problems else Case.model_validate({**content, "file": self.faults.file})

    # ------------------------------------------------------------------------------------------------------------ single keys

    def _at(self, key: str) -> Spot:
        return key_spot(self.tree, key, self.spot)

    def _keys(self, tree: Mapping, known: Sequence[str], spot: Spot, what: str) -> None:
        for key in tree:
            if key not in known:
                near = nearest(key, known)
                hint = f"did you mean '{near}'?" if near else "its keys are " + ", ".join(known)
                key_spot(tree, key, spot).add("unknown-key", f"'{key[:60]}' is not a key of {what}", hint)

    def _text(self, key: str, default: str | None = None) -> str:
        raw = self.tree.get(key)
        if raw is None:
            if default is None:
                self._at(key).add("missing-key", f"'{key}' is missing", f"write {key}: and its value")
            return default or ""
        return _text_of(raw, self._at(key), f"'{key}'", empty=default is not None)

    def _id(self) -> str:
        name = self._text("case")
        if name and not _IDENTIFIER.fullmatch(name):
            self._at("case").add("bad-id", f"'{name[:60]}' is no id", "write lower-case letters, digits and _, a letter first, at most 60")
        return name

    def _word(self, key: str, known: Sequence[str], default: str = "") -> str:
        word = self._text(key, default or None)
        if word and word not in known:
            near = nearest(word, known)
            self._at(key).add(
                "unknown-value",
                f"'{key}' is '{word[:60]}'",
                (f"did you mean '{near}'? " if near else "") + "write one of: " + ", ".join(known),
            )
        return word

    def _date(self, tree: Mapping, key: str, spot: Spot, what: str, *, needed: bool = True) -> str | None:
        raw = tree.get(key)
        if raw is None:
            if needed:
                key_spot(tree, key, spot).add(
                    "missing-key", f"'{key}' is missing", f"write {key}: 2026-11-21, the day to which {what} refers"
                )
            return None
        day = read_date(raw, key_spot(tree, key, spot), f"'{key}' of {what}")
        return None if day is None else day.isoformat()

    def _currency(self) -> str | None:
        raw = self.tree.get("currency")
        if raw is None:
            return None
        if not isinstance(raw, str) or not _CURRENCY.fullmatch(raw.strip()):
            self._at("currency").add(
                "bad-currency", f"'currency' is {shown_kind(raw)}", "write the three capital letters of ISO 4217, such as EUR"
            )
            return None
        return raw.strip()

    # ---------------------------------------------------------------------------------------------------------------- packs

    def _packs(self, profile: str, codes: tuple[str, ...]) -> tuple[str, ...]:
        raw = self.tree.get("packs")
        names: list[str] = []
        if raw is not None and not isinstance(raw, Items):
            self._at("packs").add("wrong-type", f"'packs' is {shown_kind(raw)}", "write a list: [people_first_ppp]")
        elif raw is not None:
            for index, item in enumerate(raw):
                spot = item_spot(raw, index, self._at("packs"))
                name = _text_of(item, spot, "a pack")
                if name in names:
                    spot.add("repeated-id", f"the pack '{name}' is named twice", "keep one of the two")
                elif name:
                    names.append(name)
        if not names and not self.given:
            self._at("packs").add(
                "missing-key", "'packs' names no pack, so no answer can be read", "write packs: [people_first_ppp], or name a pack"
            )
        loaded = {each.id: each for each in self.given if isinstance(each, Pack)}
        for name in (*(each for each in self.given if isinstance(each, str)), *names):
            if name in loaded:
                continue
            try:
                pack = load_pack(name, self._group(name, profile, codes))
            except Problems as found:
                self.packs_complete = False
                for problem in found.problems:
                    if problem.code == "unknown-pack":
                        self._at("packs").add(problem.code, problem.message, problem.hint)
                    else:
                        self.faults.problems.append(problem)
                continue
            loaded[pack.id] = pack
        self.packs = self._fitted(list(loaded.values()), profile, codes)
        self.facts = declared_facts(self.packs, self._at("packs"))
        return tuple(names)

    def _group(self, name: str, profile: str, codes: tuple[str, ...]) -> str:
        """The profile with which a pack is loaded at once; none where that is in doubt, which _fitted then says."""
        try:
            wanted = profile_for(name, codes) if profile == AUTO else profile
            return wanted if wanted and wanted in list_profiles(name) else ""
        except Problems:
            return ""

    def _fitted(self, packs: list[Pack], profile: str, codes: tuple[str, ...]) -> list[Pack]:
        """The packs as the product group changes those that have it; a pack that was given with one keeps it."""
        before = len(self.faults.problems)
        found = _fit(packs, profile, codes, self.faults, self._at("profile"), self._at("cpv"))
        self.packs_complete &= len(self.faults.problems) == before
        return found

    def _chosen(self) -> str:
        """The profile that the codes chose, so that the case says it by name."""
        return next((pack.profile.id for pack in self.packs if pack.profile is not None), "")

    def _confirmed(self, currency: str | None, documents: dict[str, Document]) -> dict[str, Confirmation]:
        raw = self.tree.get("confirmed")
        found: dict[str, Confirmation] = {}
        if raw is None:
            return found
        at = self._at("confirmed")
        if not isinstance(raw, Mapping):
            at.add("wrong-type", f"'confirmed' is {shown_kind(raw)}", "write {threshold: {by: NAME, document: …, page: …}}")
            return found
        parameters = {each.id: each for pack in self.packs for each in pack.parameters}
        for name, item in raw.items():
            spot = key_spot(raw, name, at)
            if not isinstance(item, Mapping):
                spot.add("wrong-type", f"the confirmation of '{name[:60]}' is {shown_kind(item)}", "write {by: NAME, document: …, page: …}")
                continue
            self._keys(item, _CONFIRMED_KEYS, spot, f"the confirmation of '{name}'")
            parameter = find_threshold(name, parameters, spot) if self.packs_complete else None
            texts = {
                key: _text_of(item[key], key_spot(item, key, spot), f"'{key}' in the confirmation of '{name}'", empty=key != "by")
                for key in ("document", "page", "by")
                if item.get(key) is not None
            }
            if "by" not in texts:
                spot.add("missing-key", f"the confirmation of '{name}' does not say by whom", "write by: and the person's name or office")
                texts["by"] = "--"
            document = texts.get("document", "")
            if document and document not in documents:
                near = nearest(document, documents)
                hint = f"did you mean '{near}'?" if near else "declare it under documents: with its title"
                key_spot(item, "document", spot).add(
                    "unknown-document", f"the confirmation of '{name}' names '{document[:60]}', which is not declared", hint
                )
            date = self._date(item, "date", spot, f"the confirmation of '{name}'", needed=False)
            if parameter is None:
                continue
            written: Value = item.get("value")
            amount = None if written is None else read_amount(parameter, written, key_spot(item, "value", spot), currency)
            if written is None and not has_value(parameter):
                spot.add("value-missing", f"'{name}' has no printed value to confirm", f"write value: and the number, in {parameter.unit}")
            if len(texts["by"]) >= 2:
                found[name] = Confirmation(**texts, value=amount, date=date, file=self.faults.file, line=raw.lines.get(name, 0))
            else:
                key_spot(item, "by", spot).add("text-too-short", f"'by' in the confirmation of '{name}' is too short", "name the person")
        return found

    def _made_for(self, kind: str, stage: str) -> None:
        for pack in self.packs:
            if kind in KINDS and kind not in pack.kinds:
                self._at("kind").add("kind-not-rated", f"the pack {pack.id} does not rate a {kind}", "it rates: " + ", ".join(pack.kinds))
            if stage in STAGES and stage not in pack.stages:
                self._at("stage").add(
                    "stage-not-rated", f"the pack {pack.id} asks nothing at {stage}", "its stages are " + ", ".join(pack.stages)
                )

    # ---------------------------------------------------------------------------------------------------- documents, facts, evidence

    def _documents(self) -> dict[str, Document]:
        raw = self.tree.get("documents")
        found: dict[str, Document] = {}
        if raw is None:
            return found
        if not isinstance(raw, Mapping):
            self._at("documents").add("wrong-type", f"'documents' is {shown_kind(raw)}", "write {id: {title: …}}")
            return found
        for name, item in raw.items():
            spot = key_spot(raw, name, self._at("documents"))
            if not _IDENTIFIER.fullmatch(name):
                spot.add("bad-id", f"'{name[:60]}' is no id for a document", "write lower-case letters, digits and _, a letter first")
            if not isinstance(item, Mapping):
                spot.add("wrong-type", f"document '{name}' is {shown_kind(item)}", "write {title: …}")
                continue
            self._keys(item, _DOCUMENT_KEYS, spot, f"document '{name}'")
            texts = {
                key: _text_of(item[key], key_spot(item, key, spot), f"'{key}' of document '{name}'", empty=key != "title")
                for key in ("title", "url", "author")
                if item.get(key) is not None
            }
            if "title" not in texts:
                spot.add("missing-key", f"document '{name}' has no title", "write title: and the name on its cover")
                texts["title"] = name
            found[name] = Document(**texts, date=self._date(item, "date", spot, f"document '{name}'", needed=False))
        return found

    def _facts(self, currency: str | None, documents: dict[str, Document]) -> dict[str, Answer]:
        raw = self.tree.get("facts")
        found: dict[str, Answer] = {}
        if raw is None:
            return found
        if not isinstance(raw, Mapping):
            self._at("facts").add("wrong-type", f"'facts' is {shown_kind(raw)}", "write {fact: value}")
            return found
        for name, written in raw.items():
            spot = key_spot(raw, name, self._at("facts"))
            fact = self.facts.get(name)
            if fact is None:
                self._undeclared(name, spot)
                continue
            value: Value = written
            evidence: tuple[Evidence, ...] = ()
            if isinstance(written, Mapping):
                self._keys(written, _ANSWER_KEYS, spot, f"the answer to '{name}'")
                value = written.get("value")
                evidence = self._evidence(written, spot, name, documents)
                if value is None and evidence:
                    spot.add("missing-key", f"'{name}' has evidence and no value", "write value:, or delete the evidence")
                spot = key_spot(written, "value", spot)
            if value is None:
                continue  # left empty: unknown
            typed = read_value(fact, value, spot, currency)
            if typed is not None:
                found[name] = Answer(
                    kind=fact.kind, value=typed, unit=fact.unit, evidence=evidence, file=self.faults.file, line=raw.lines.get(name, 0)
                )
        return found

    def _undeclared(self, name: str, spot: Spot) -> None:
        if not self.packs_complete or any(problem.code == "fact-declared-differently" for problem in self.faults.problems):
            return  # the pack that declares it may be the one that could not be read
        if any(name == derived.id for pack in self.packs for derived in pack.derived):
            spot.add("unknown-fact", f"'{name}' is computed by the pack, not answered", "delete it, and answer the facts that it reads")
            return
        near = nearest(name, self.facts)
        asked = ", ".join(pack.id for pack in self.packs)
        hint = f"did you mean '{near}'?" if near else "delete it, or add the pack that asks for it under packs:"
        spot.add("unknown-fact", f"no pack asks for '{name[:60]}' ({asked})", hint)

    def _evidence(self, written: Mapping, spot: Spot, name: str, documents: dict[str, Document]) -> tuple[Evidence, ...]:
        raw = written.get("evidence")
        if raw is None:
            return ()
        at = key_spot(written, "evidence", spot)
        if not isinstance(raw, Items):
            at.add("wrong-type", f"the evidence of '{name}' is {shown_kind(raw)}", "write a list: [{document: …, page: …, grade: 1}]")
            return ()
        found: list[Evidence] = []
        for index, item in enumerate(raw):
            here = item_spot(raw, index, at)
            if not isinstance(item, Mapping):
                here.add("wrong-type", f"the evidence of '{name}' is {shown_kind(item)}", "write {document: …, page: …, grade: 1}")
                continue
            self._keys(item, _EVIDENCE_KEYS, here, f"the evidence of '{name}'")
            texts = {
                key: _text_of(item[key], key_spot(item, key, here), f"'{key}' in the evidence of '{name}'", empty=True)
                for key in ("kind", "document", "page", "quote")
                if item.get(key) is not None
            }
            document = texts.get("document", "")
            if document and document not in documents:
                near = nearest(document, documents)
                hint = f"did you mean '{near}'?" if near else "declare it under documents: with its title"
                key_spot(item, "document", here).add(
                    "unknown-document", f"the evidence of '{name}' names '{document[:60]}', which is not declared", hint
                )
            grade = self._grade(item, here, name)
            if grade > 0 and not document and not texts.get("kind"):
                key_spot(item, "grade", here).add(
                    "document-missing",
                    f"the evidence of '{name}' claims grade {grade} and names neither document nor kind",
                    "name a document declared under documents: (or a kind, such as site visit), or write grade: 0",
                )
            found.append(
                Evidence(
                    **texts,
                    date=self._date(item, "date", here, f"the evidence of '{name}'", needed=False),
                    grade=grade,
                )
            )
        return tuple(found)

    def _grade(self, item: Mapping, spot: Spot, name: str) -> int:
        raw = item.get("grade")
        if raw is None:
            return 0
        if isinstance(raw, Number) and raw.denominator == 1 and 0 <= raw <= 4:
            return int(raw)
        key_spot(item, "grade", spot).add(
            "bad-grade",
            f"the grade of the evidence of '{name}' is {shown_kind(raw)}",
            "write 0 claimed, 1 written, 2 formal study, 3 binding, or 4 verified result",
        )
        return 0

    # ------------------------------------------------------------------------------------------------- not applicable, justified

    def _not_applicable(self) -> dict[str, str]:
        reasons: dict[str, str] = {}
        allowed = {each.id: each for pack in self.packs for each in pack.indicators}
        for name, reason, spot in self._reasons("not_applicable"):
            if name not in allowed:
                if self.packs_complete:
                    near = nearest(name, allowed)
                    gate = any(name == each.id for pack in self.packs for each in pack.gates)
                    hint = f"did you mean '{near}'?" if near else "name an indicator of the packs"
                    message = (
                        f"'{name[:60]}' is a gate, which a person cannot set aside" if gate else f"no pack has an indicator '{name[:60]}'"
                    )
                    spot.add("unknown-indicator", message, "answer its facts" if gate else hint)
            elif allowed[name].na == "never":
                spot.add(
                    "na-not-allowed",
                    f"'{name}' is never marked not applicable by a person",
                    "answer its facts, or leave them out while unknown",
                )
            reasons[name] = reason
        return reasons

    def _justifications(self) -> dict[str, str]:
        texts: dict[str, str] = {}
        checks = {each.id for pack in self.packs for each in pack.checks}
        for name, reason, spot in self._reasons("justifications"):
            if name not in checks and self.packs_complete:
                near = nearest(name, checks)
                spot.add(
                    "unknown-check",
                    f"no pack has a check '{name[:60]}'",
                    f"did you mean '{near}'?" if near else "name a check of the packs",
                )
            texts[name] = reason
        return texts

    def _reasons(self, key: str) -> list[tuple[str, str, Spot]]:
        raw = self.tree.get(key)
        if raw is None:
            return []
        if not isinstance(raw, Mapping):
            self._at(key).add("wrong-type", f"'{key}' is {shown_kind(raw)}", "write {id: reason}")
            return []
        found: list[tuple[str, str, Spot]] = []
        for name, written in raw.items():
            spot = key_spot(raw, name, self._at(key))
            reason = "" if written is None or written == "" else _text_of(written, spot, f"the reason for '{name}'")
            if (written is None or written == "") or (reason and len(reason) < SHORTEST_REASON):
                spot.add(
                    "reason-missing",
                    f"'{name[:60]}' under {key} has no reason that a reader could check",
                    f"write why, with the page, in at least {SHORTEST_REASON} characters",
                )
            found.append((name, reason, spot))
        return found


SHORTEST_REASON = 10


def _text_of(raw: Value, spot: Spot, what: str, *, empty: bool = False) -> str:
    text = raw.written if isinstance(raw, Number) else raw
    if not isinstance(text, str):
        spot.add("wrong-type", f"{what} is {shown_kind(raw)}", "put the text in quotes")
        return ""
    text = unicodedata.normalize("NFC", text).strip()
    if not text and not empty:
        spot.add("missing-key", f"{what} is empty", "write a text")
    return text
