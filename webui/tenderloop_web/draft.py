"""The case while it is being filled in: a tree of plain values that travels with every form, since nothing is kept here.

Knows the keys of a case, what may be empty while it is filled in, and the limits of what a form may carry. Must not know pages or fields;
typing and judging are the engine's.
"""

from __future__ import annotations

import copy
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from tenderloop.case import Case
from tenderloop.errors import Problem, Problems
from tenderloop.pack import STAGES, Pack, Stage
from tenderloop.readers.cases import KEYS, KINDS, RATED_BY, case_of_text, write_case
from tenderloop.readers.strict_json import read_json
from tenderloop.readers.strict_yaml import Mapping, Number, Sequence, Value
from tenderloop_web.catalogue import pack_named, packs_fitted, unknown_pack

Plain = str | bool | int | list["Plain"] | dict[str, "Plain"]
MOST_BYTES = 1_500_000
MOST_TEXT = 10_000
FILE = "answers"

_TEXTS = ("case", "title", "date", "currency", "notes")
_WORDS: dict[str, tuple[str, ...]] = {"kind": KINDS, "stage": STAGES, "rated_by": RATED_BY}


@dataclass
class Draft:
    """A case that may still lack anything. ``tree`` has the keys of case.yaml."""

    tree: dict[str, Plain] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Draft:
        """From the hidden field of a form. ``Problems`` when it is not what we wrote: it comes from outside like everything else."""
        if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
            raise Problems([Problem("file-too-large", f"the answers are longer than {MOST_BYTES:,} bytes", FILE, hint="shorten the texts")])
        return cls.of(read_json(text, FILE))

    @classmethod
    def of(cls, tree: Value) -> Draft:
        """From a tree that was read; ``Problems`` when its shape is not that of a case."""
        faults: list[Problem] = []
        if not isinstance(tree, Mapping):
            raise Problems([Problem("wrong-type", "a case is written as keys with values", FILE, hint="begin with case: and its id")])
        draft = cls({})
        for key, value in tree.items():
            if key not in KEYS:
                faults.append(Problem("unknown-key", f"'{key[:60]}' is not a key of a case", FILE, where=f"$.{key[:60]}"))
            elif value is not None:
                draft.tree[key] = plain_of(value)
        faults += draft._shape_faults()
        if faults:
            raise Problems(faults)
        return draft

    @classmethod
    def of_case(cls, case: Case) -> Draft:
        """From a case that was read in full."""
        return cls.of(read_json(write_case(case, "json"), FILE))

    def copy(self) -> Draft:
        """A draft that can be changed apart."""
        return Draft(copy.deepcopy(self.tree))

    def text(self) -> str:
        """As the hidden field holds it."""
        return json.dumps(self.tree, ensure_ascii=False, separators=(",", ":"))

    def case(self) -> Case:
        """The typed case; ``Problems`` with every fault, each with its place in the tree."""
        return case_of_text(self.text(), FILE, self.packs, json=True)

    # ------------------------------------------------------------------------------------------------------------------- parts

    def word(self, key: str) -> str:
        """A text at the top, empty while it is not written."""
        value = self.tree.get(key, "")
        return value if isinstance(value, str) else ""

    def put(self, key: str, text: str) -> None:
        """Set a text at the top, or delete it when it is empty."""
        if text:
            self.tree[key] = text
        else:
            self.tree.pop(key, None)

    @property
    def currency(self) -> str | None:
        """The case's currency, None while it is not written."""
        return self.word("currency") or None

    @property
    def pack_names(self) -> tuple[str, ...]:
        """The packs chosen, all of them offered here."""
        names = self.tree.get("packs", [])
        return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The packs themselves, fitted to the case's product group."""
        codes = self.tree.get("cpv")
        listed = tuple(code[:8] for code in codes if isinstance(code, str)) if isinstance(codes, list) else ()
        return packs_fitted(self.pack_names, self.word("profile"), listed)

    @property
    def stage(self) -> Stage | None:
        """The stage, None while it is not chosen."""
        return next((stage for stage in STAGES if stage == self.word("stage")), None)

    def part(self, key: str) -> dict[str, Plain]:
        """One of documents, facts, not_applicable, justifications; it may be changed."""
        value = self.tree.setdefault(key, {})
        assert isinstance(value, dict)
        return value

    def answer(self, fact: str) -> Plain | None:
        """The value given for a fact, in its short or long form; None while it is unknown."""
        written = self.part("facts").get(fact)
        if isinstance(written, dict):
            return written.get("value")
        return written

    def evidence(self, fact: str) -> list[dict[str, Plain]]:
        """The evidence given for a fact."""
        written = self.part("facts").get(fact)
        found = written.get("evidence", []) if isinstance(written, dict) else []
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    def set_answer(self, fact: str, value: Plain | None, evidence: list[dict[str, Plain]]) -> None:
        """Set or delete an answer. Facts keep the order in which they were first given."""
        facts = self.part("facts")
        if value is None:
            facts.pop(fact, None)
        else:
            held: list[Plain] = list(evidence)
            facts[fact] = {"value": value, "evidence": held} if evidence else value

    def document(self, named: str) -> str:
        """The id of a document by its id or title; a title that is new is declared."""
        documents = self.part("documents")
        if named in documents:
            return named
        for name, each in documents.items():
            if isinstance(each, dict) and str(each.get("title", "")).casefold() == named.casefold():
                return name
        name = slug(named, "document", lambda name: name in documents)
        documents[name] = {"title": named}
        return name

    def document_title(self, name: str) -> str:
        """The title of a document, its id where it has none."""
        each = self.part("documents").get(name)
        return str(each.get("title", name)) if isinstance(each, dict) else name

    # ------------------------------------------------------------------------------------------------------------------- shape

    def _shape_faults(self) -> list[Problem]:
        faults: list[Problem] = []

        def fault(code: str, message: str, where: str, hint: str = "") -> None:
            faults.append(Problem(code, message, FILE, where=where, hint=hint))

        for key in _TEXTS:
            value = self.tree.get(key)
            if isinstance(value, int) and not isinstance(value, bool):
                self.tree[key] = value = str(value)  # a title such as 2018
            if value is not None and not isinstance(value, str):
                fault("wrong-type", f"'{key}' is no text", f"$.{key}", "put the text in quotes")
        for key, known in _WORDS.items():
            value = self.tree.get(key)
            if value is not None and value not in known:
                fault("unknown-value", f"'{key}' is '{str(value)[:60]}'", f"$.{key}", "write one of: " + ", ".join(known))
        names = self.tree.get("packs", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            fault("wrong-type", "'packs' is no list of names", "$.packs", "write a list: [people_first_ppp]")
        else:
            faults += [unknown_pack(str(name)) for name in names if pack_named(str(name)) is None]
        for key in ("documents", "facts", "not_applicable", "justifications"):
            value = self.tree.get(key)
            if value is not None and not isinstance(value, dict):
                fault("wrong-type", f"'{key}' does not hold keys with values", f"$.{key}", "write {key: value}")
        _long_texts(self.tree, "$", fault)
        return faults


def _long_texts(value: Plain, where: str, fault: Callable[[str, str, str, str], None]) -> None:
    if isinstance(value, str):
        if len(value) > MOST_TEXT:
            fault("text-too-long", f"a text has {len(value):,} characters, at most {MOST_TEXT:,} are read", where, "shorten it")
    elif isinstance(value, dict):
        for key, each in value.items():
            _long_texts(each, f"{where}.{key[:60]}", fault)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            _long_texts(each, f"{where}[{index}]", fault)


def plain_of(value: Value | int) -> Plain:
    """A tree that was read, as JSON holds it; a number that is not whole stays the text it was written as."""
    if isinstance(value, dict):
        return {key: plain_of(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [plain_of(each) for each in value if each is not None]
    if isinstance(value, Number):
        return value.numerator if value.denominator == 1 else value.written
    assert isinstance(value, str | bool | int)
    return value


def value_of(plain: Plain) -> Value:
    """The same as the engine's readers take it."""
    if isinstance(plain, dict):
        mapping = Mapping()
        for key, each in plain.items():
            mapping[key] = value_of(each)
        return mapping
    if isinstance(plain, list):
        items = Sequence()
        items.extend(value_of(each) for each in plain)
        return items
    if isinstance(plain, int) and not isinstance(plain, bool):
        return Number.read(str(plain))
    return plain


_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "",
            "y",
            "",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)


def slug(text: str, otherwise: str, taken: Callable[[str], bool] = lambda name: False) -> str:
    """A short id made from a title: lower-case ASCII letters, digits and _, a letter first, not yet taken.

    >>> slug("Jawahar Nagar plant, Hyderabad", "case"), slug("Завод № 1", "case"), slug("垃圾", "case")
    ('jawahar_nagar_plant_hyderabad', 'zavod_no_1', 'case')
    """
    latin = "".join(_CYRILLIC.get(sign, sign) for sign in text.casefold())
    folded = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode("ascii").lower()
    name = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[:40].strip("_")
    if not name:
        name = otherwise
    if not name[0].isalpha():
        name = f"{otherwise}_{name}"
    free, number = name, 2
    while taken(free):
        free, number = f"{name}_{number}", number + 1
    return free
