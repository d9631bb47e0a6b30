"""French contract data (DECP, données essentielles de la commande publique) in JSON and XML: awarded contracts with their considerations.

Knows the fields of ``marche`` and ``contrat-concession`` in both forms. Must not know files or packs.
Source: 139bercy/format-commande-publique, ``schema_decp_v2.0.3.json``. Amounts are in euros, as the schema says.

Codes, with the lists named as the fields: ``considerationsSociales``, ``considerationsEnvironnementales`` (the published words, also
"Pas de considération …"), ``marcheInnovant``, ``ccag``, ``technique``, ``modaliteExecution``, ``cpv``. Figures of the lot: ``origineUE``,
``origineFrance`` (shares from 0 to 1), ``montantSubventionPublique``.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from lxml import etree

from tenderloop.notice import Amount, Code, Duration, Figure, Lot, Notice, Outcome, Party, Statistic, Text
from tenderloop.readers.loose_json import Notes, View

CODES: dict[str, str] = {
    "unknown-consideration": "a consideration is not one of the published words",
    "share-out-of-range": "a share is not between 0 and 1",
}

CONSIDERATIONS: Final = {
    "considerationsSociales": (
        "considerationSociale",
        ("Clause sociale", "Critère social", "Marché réservé", "Pas de considération sociale"),
    ),
    "considerationsEnvironnementales": (
        "considerationEnvironnementale",
        ("Clause environnementale", "Critère environnemental", "Pas de considération environnementale"),
    ),
}
_NAMES: Final = ("marche", "contrat-concession")
_TRUE: Final = {"oui": "true", "true": "true", "1": "true", "non": "false", "false": "false", "0": "false"}


class Part(NamedTuple):
    """One contract of a document, with its place and whether it is a concession."""

    value: Any
    where: str
    concession: bool


def parts(document: Any, where: str = "") -> Iterator[Part]:
    """Every contract of a JSON document or of an XML root element, in order.

    >>> [part.where for part in parts({"marches": {"marche": [{"id": "1"}, {"id": "2"}]}})]
    ['/marches/marche/0', '/marches/marche/1']
    """
    if isinstance(document, etree._Element):
        yield from _xml_parts(document)
    elif isinstance(document, list):
        for at, each in enumerate(document):
            yield from parts(each, f"{where}/{at}")
    elif isinstance(document, dict):
        held = document.get("marches")
        if held is None:
            yield Part(document, where, "autoriteConcedante" in document)
        elif isinstance(held, list):
            yield from parts(held, f"{where}/marches")
        elif isinstance(held, dict):
            for name in _NAMES:
                inner = held.get(name)
                for at, each in enumerate(inner if isinstance(inner, list) else [inner] if isinstance(inner, dict) else []):
                    if isinstance(each, dict):
                        place = f"{where}/marches/{name}/{at}" if isinstance(inner, list) else f"{where}/marches/{name}"
                        yield Part(each, place, name == "contrat-concession")


def _xml_parts(root: etree._Element) -> Iterator[Part]:
    if _name(root) in _NAMES:
        yield Part(root, f"/{_name(root)}", _name(root) == "contrat-concession")
        return
    seen: dict[str, int] = {}
    for child in root:
        name = _name(child)
        if name in _NAMES:
            seen[name] = seen.get(name, 0) + 1
            yield Part(child, f"/{_name(root)}/{name}[{seen[name]}]", name == "contrat-concession")


def identity(contract: Any) -> str:
    """The contract's id, cheaply.

    >>> identity({"id": "2024M01"})
    '2024M01'
    """
    return _Fields(contract, "", Notes()).words("id")


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _text(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext()).strip()


class _Fields:
    """The fields of one contract, the same for both forms: JSON by a view, XML by the elements below."""

    def __init__(self, value: Any, where: str, notes: Notes) -> None:
        self.where, self.notes = where, notes
        self._xml: etree._Element | None = value if isinstance(value, etree._Element) else None
        self._json = View(value if isinstance(value, dict) else {}, where, notes)

    def place(self, key: str) -> str:
        return f"{self.where}/{key}" if self._xml is not None else self._json.place(key)

    def words(self, key: str) -> str:
        if self._xml is None:
            return self._json.words(key)
        for child in self._xml:
            if _name(child) == key:
                return _text(child)
        return ""

    def number(self, key: str) -> Decimal | None:
        if self._xml is None:
            return self._json.number(key)
        text = self.words(key)
        # in XML every number is text, which is no fault; a view of it checks and bounds it
        quiet = Notes()
        found = View({key: text}, self.where, quiet).number(key) if text else None
        for problem in quiet.problems:
            if problem.code != "number-as-text":
                self.notes.add(problem.code, problem.message, self.place(key), problem.hint)
        return found

    def date(self, key: str) -> str:
        return self._json.date(key) if self._xml is None else View({key: self.words(key)}, self.where, self.notes).date(key)

    def one(self, key: str) -> _Fields | None:
        """The object or element of that name."""
        if self._xml is None:
            held = self._json.value.get(key)
            return _Fields(held, self._json.place(key), self.notes) if isinstance(held, dict) else None
        found = next((child for child in self._xml if _name(child) == key), None)
        return _Fields(found, self.place(key), self.notes) if found is not None else None

    def listed(self, outer: str, inner: str) -> list[tuple[str, str]]:
        """The texts of ``outer.inner[]``; also where the inner list is missing and the texts stand in the outer one."""
        if self._xml is None:
            held = self._json.value.get(outer)
            if isinstance(held, dict):
                return self._json.object(outer).several(inner)
            return self._json.several(outer) if isinstance(held, list | str) else []
        holder = self.one(outer)
        if holder is None or holder._xml is None:
            return []
        found = [child for child in holder._xml if _name(child) == inner]
        return [(_text(child), f"{holder.where}/{inner}[{at}]") for at, child in enumerate(found, 1)]

    def each(self, outer: str, inner: str) -> list[_Fields]:
        """The objects of ``outer[].inner`` (JSON) or the elements ``outer/inner`` (XML)."""
        if self._xml is None:
            found = []
            for one in self._json.each(outer):
                held = one.object(inner) if isinstance(one.value.get(inner), dict) else one
                found.append(_Fields(held.value, held.where, self.notes))
            return found
        holder = self.one(outer)
        if holder is None or holder._xml is None:
            return []
        elements = [child for child in holder._xml if _name(child) == inner]
        return [_Fields(child, f"{holder.where}/{inner}[{at}]", self.notes) for at, child in enumerate(elements, 1)]


def read_decp(document: Any, file: str = "", where: str = "", *, line: int | None = None) -> Notice:
    """One contract (a JSON object or an XML element) as a notice of an award.

    >>> notice = read_decp({"id": "2024M01", "objet": "Mobilier", "codeCPV": "39000000-2", "montant": 1000, "dureeMois": 12})
    >>> notice.texts[0].value, notice.coded("cpv"), notice.awarded.value, notice.lots[0].duration.value
    ('Mobilier', ('39000000',), Decimal('1000'), Decimal('12'))
    """
    notes = Notes(file, line)
    contract = _Fields(document, where, notes)
    said = [Text(words, "title", contract.place("objet"), "fr")] if (words := contract.words("objet")) else []
    parties = _parties(contract)
    suppliers = tuple(party.id for party in parties if "supplier" in party.roles)
    money = _euros(contract, "montant") or _euros(contract, "valeurGlobale")
    day = contract.date("dateNotification") or contract.date("dateSignature")
    offers = contract.number("offresRecues")
    return Notice(
        format="decp",
        version="",
        id=contract.words("id"),
        procedure=contract.words("idAccordCadre") or contract.words("id"),
        stage="award",
        where=where,
        subtype=contract.words("nature"),
        date=contract.date("datePublicationDonnees") or day,
        languages=("fr",),
        country="FR",
        method=contract.words("procedure"),
        texts=tuple(said),
        codes=tuple(_codes(contract)),
        lots=(_lot(contract),),
        parties=tuple(parties),
        outcomes=(Outcome("", "active", where, value=money, suppliers=suppliers, date=day),),
        statistics=(Statistic("offresRecues", offers, contract.place("offresRecues")),) if offers is not None else (),
        awarded=money,
        problems=tuple(notes.problems),
    )


def _euros(contract: _Fields, key: str) -> Amount | None:
    number = contract.number(key)
    return Amount(number, "EUR", contract.place(key)) if number is not None else None


def _codes(contract: _Fields) -> list[Code]:
    found = []
    cpv = contract.words("codeCPV")
    if cpv:
        digits = cpv.split("-")[0]
        if len(digits) == 8 and digits.isascii() and digits.isdigit():
            found.append(Code("cpv", digits, contract.place("codeCPV"), published="" if digits == cpv else cpv))
        else:
            contract.notes.add("bad-cpv", f"'{cpv[:40]}' is no CPV code", contract.place("codeCPV"), "write eight digits, such as 39121200")
    for outer, (inner, known) in CONSIDERATIONS.items():
        for word, place in contract.listed(outer, inner):
            if word not in known:
                contract.notes.add("unknown-consideration", f"'{word[:60]}' is not known", place, f"one of: {', '.join(known)}")
            found.append(Code(outer, word, place))
    innovative = contract.words("marcheInnovant").lower()
    if innovative in _TRUE:
        found.append(Code("marcheInnovant", _TRUE[innovative], contract.place("marcheInnovant")))
    if contract.words("ccag"):
        found.append(Code("ccag", contract.words("ccag"), contract.place("ccag")))
    for outer, inner in (("techniques", "technique"), ("modalitesExecution", "modaliteExecution")):
        found += [Code(inner, word, place) for word, place in contract.listed(outer, inner)]
    return found


def _lot(contract: _Fields) -> Lot:
    months = contract.number("dureeMois")
    if months is not None and months <= 0:
        contract.notes.add("bad-duration", f"a duration of {months} months says nothing", contract.place("dureeMois"), "leave it out")
        months = None
    figures = []
    for key in ("origineUE", "origineFrance"):
        share = contract.number(key)
        if share is not None:
            if not 0 <= share <= 1:
                contract.notes.add("share-out-of-range", f"{key} is {share}", contract.place(key), "write a share from 0 to 1")
            else:
                figures.append(Figure(key, share, "1", contract.place(key)))
    subsidy = contract.number("montantSubventionPublique")
    if subsidy is not None:
        figures.append(Figure("montantSubventionPublique", subsidy, "EUR", contract.place("montantSubventionPublique")))
    duration = Duration(months, "month", contract.place("dureeMois")) if months is not None else None
    return Lot("", "Lot", contract.where, duration=duration, figures=tuple(figures))


def _parties(contract: _Fields) -> list[Party]:
    found = []
    for key in ("acheteur", "autoriteConcedante"):
        buyer = contract.one(key)
        if buyer and buyer.words("id"):
            found.append(Party(buyer.words("id"), buyer.words("nom"), ("buyer",), buyer.where, "FR"))
    for outer, inner in (("titulaires", "titulaire"), ("concessionnaires", "concessionnaire")):
        for one in contract.each(outer, inner):
            name = one.words("id") or one.words("denominationSociale")
            if name:
                found.append(Party(name, one.words("denominationSociale"), ("supplier",), one.where))
    return found
