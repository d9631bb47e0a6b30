"""One eForms notice (UBL 2.3, SDK 1.3 to 1.15, every subtype, national extensions) read into a Notice.

Knows the root of a notice: identity, organisations, changes; lots, criteria and results have modules of their own.
Must not know packs, what a word means, or how a file was packed.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from tenderloop.errors import Problem, Problems
from tenderloop.markup import parse_xml
from tenderloop.notice import Lot, Notice, Party, Stage
from tenderloop.readers.eforms_leaf import Leaves, extensions
from tenderloop.readers.eforms_lots import Part, read_lot, read_process, read_project, read_terms
from tenderloop.readers.eforms_names import CAC, CBC, EFAC, EFBC, EXT, LANGUAGES, ROOTS
from tenderloop.readers.eforms_results import Results, read_results

_ID: Final = CBC + "ID"
_NOTE: Final = CBC + "Note"
_EXTENSIONS: Final = EXT + "UBLExtensions"
_CUSTOMIZATION: Final = CBC + "CustomizationID"
_FOLDER: Final = CBC + "ContractFolderID"
_ISSUED: Final = CBC + "IssueDate"
_VERSION: Final = CBC + "VersionID"
_LAW: Final = CBC + "RegulatoryDomain"
_TYPE: Final = CBC + "NoticeTypeCode"
_LANGUAGE: Final = CBC + "NoticeLanguageCode"
_MORE_LANGUAGE: Final = CAC + "AdditionalNoticeLanguage"
_BUYER: Final = CAC + "ContractingParty"
_PARTY: Final = CAC + "Party"
_PARTY_TYPE: Final = CAC + "ContractingPartyType"
_PARTY_TYPE_CODE: Final = CBC + "PartyTypeCode"
_ACTIVITY: Final = CAC + "ContractingActivity"
_ACTIVITY_CODE: Final = CBC + "ActivityTypeCode"
_IDENTIFICATION: Final = CAC + "PartyIdentification"
_PARTY_NAME: Final = CAC + "PartyName"
_ADDRESS: Final = CAC + "PostalAddress"
_COUNTRY: Final = CAC + "Country"
_COUNTRY_CODE: Final = CBC + "IdentificationCode"
_TERMS: Final = CAC + "TenderingTerms"
_PROCESS: Final = CAC + "TenderingProcess"
_PROJECT: Final = CAC + "ProcurementProject"
_LOT: Final = CAC + "ProcurementProjectLot"
_SUBTYPE: Final = EFAC + "NoticeSubType"
_SUBTYPE_CODE: Final = CBC + "SubTypeCode"
_ORGANISATIONS: Final = EFAC + "Organizations"
_ORGANISATION: Final = EFAC + "Organization"
_COMPANY: Final = EFAC + "Company"
_TOUCH_POINT: Final = EFAC + "TouchPoint"
_SIZE: Final = EFBC + "CompanySizeCode"
_PUBLICATION: Final = EFAC + "Publication"
_PUBLICATION_ID: Final = EFBC + "NoticePublicationID"
_RESULT: Final = EFAC + "NoticeResult"
_CHANGES: Final = (EFAC + "Changes", EFAC + "ContractModification")
_CHANGE: Final = EFAC + "Change"
_CHANGE_WORDS: Final = EFBC + "ChangeDescription"
_CHANGE_REASON: Final = EFAC + "ChangeReason"
_CHANGE_CODE: Final = CBC + "ReasonCode"
_REASON_WORDS: Final = EFBC + "ReasonDescription"

_DESCRIBE: Final = "correct the identifier, or describe what it names"
_MOVE: Final = "describe it in efac:Organizations and name its identifier here"
_KIND_OF_ROOT: Final[dict[str, str]] = {f"{{{namespace}}}{name}": name for namespace, name in ROOTS.items()}
_STAGE_OF_FORM: Final[dict[str, Stage]] = {
    "planning": "planning",
    "consultation": "planning",
    "competition": "tender",
    "dir-awa-pre": "award",
    "result": "award",
    "cont-modif": "contract",
    "completion": "contract",
    "change": "change",
}
_STAGE_OF_ROOT: Final[dict[str, Stage]] = {"PriorInformationNotice": "planning", "ContractNotice": "tender", "ContractAwardNotice": "award"}


def is_eforms(root: etree._Element) -> bool:
    """Whether a root element is that of an eForms notice (UBL, or a registration of a company).

    >>> is_eforms(parse_xml(b'<ContractNotice xmlns="urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2"/>'))
    True
    """
    return root.tag in _KIND_OF_ROOT


class _Company:
    """One organisation as it stands in the notice."""

    __slots__ = ("country", "id", "name", "size", "where")

    def __init__(self, where: str) -> None:
        self.where = where
        self.id = self.name = self.country = self.size = ""


class _Reading:
    """One notice while it is read."""

    def __init__(self, file: str) -> None:
        self.leaves = Leaves(file)
        self.one: dict[str, str] = {}
        self.languages: list[str] = []
        self.companies: list[_Company] = []
        self.touch_points: set[str] = set()
        self.buyers: dict[str, None] = {}
        self.buyer_references: list[tuple[etree._Element, str, str]] = []
        self.whole = Part("")
        self.result: tuple[etree._Element, str] | None = None


def read_eforms(source: etree._Element | bytes, file: str = "", where: str = "") -> Notice:
    """The notice that stands in the bytes of a file, or under a root that ``markup.parse_xml`` gave.

    ``file`` is named in Problems; ``where`` is the place of the document inside it (a member of an archive), kept as ``Notice.where``.
    The places of values are XPaths with the prefixes of ``eforms_names.NAMESPACES``, from which each is found again. What is absent stays
    absent; ``none`` is a code like any other; what is withheld or ``unpublished`` is absent with a remark among ``Notice.problems``.
    A wrong number, code or reference is a Problem there too, and the rest is read.

    Raises ``Problems`` when the bytes are not XML (see ``parse_xml``) or the root is no eForms notice (``not-eforms``).

    >>> notice = read_eforms('''<ContractNotice xmlns="urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2"
    ...   xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    ...   xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
    ...   <cbc:ID schemeName="notice-id">0a</cbc:ID><cbc:NoticeLanguageCode>ENG</cbc:NoticeLanguageCode>
    ...   <cac:ProcurementProject><cbc:Name languageID="ENG">Repair of bicycles</cbc:Name></cac:ProcurementProject>
    ... </ContractNotice>'''.encode())
    >>> notice.stage, notice.languages, notice.texts[0].value, notice.texts[0].where
    ('tender', ('en',), 'Repair of bicycles', '/*/cac:ProcurementProject/cbc:Name[1]')
    >>> [problem.code for problem in notice.problems]
    ['missing-procedure', 'missing-subtype', 'missing-buyer', 'missing-lot']
    """
    root = parse_xml(source, file) if isinstance(source, bytes) else source
    kind = _KIND_OF_ROOT.get(root.tag, "")
    if not kind:
        message = f"the root element {etree.QName(root).localname} is not that of an eForms notice"
        hint = "expected ContractNotice, PriorInformationNotice or ContractAwardNotice in its UBL namespace"
        raise Problems([Problem("not-eforms", message, file, 1, "/*", hint)])
    reading = _Reading(file)
    leaves = reading.leaves
    lot_elements = _read_root(reading, root)
    lots = _read_lots(reading, lot_elements)
    identifiers = frozenset(lot.id for lot in lots)
    organisations = frozenset(company.id for company in reading.companies)
    results = Results()
    if reading.result is not None:
        results = read_results(leaves, *reading.result, identifiers, organisations)
    for element, at, buyer in reading.buyer_references:
        if buyer not in organisations and buyer not in reading.touch_points:
            leaves.problem("unresolved-reference", f"{buyer[:60]} is not among the organisations of this notice", element, at, _DESCRIBE)
    if kind != "BusinessRegistrationInformationNotice":
        _check_identity(reading, root, kind, lots)
    whole, one = reading.whole, reading.one
    form = one.get("form", "")
    return Notice(
        format="eforms",
        version=one.get("version", ""),
        id=one.get("id", ""),
        procedure=one.get("procedure", ""),
        stage=_STAGE_OF_FORM.get(form) or _STAGE_OF_ROOT.get(kind, ""),
        where=where,
        publication=one.get("publication", ""),
        subtype=one.get("subtype", ""),
        form=form,
        date=one.get("date", ""),
        languages=tuple(dict.fromkeys(reading.languages)),
        country=next((company.country for company in reading.companies if company.id in reading.buyers), ""),
        method=whole.method,
        nature=whole.nature,
        texts=tuple(whole.texts),
        codes=(*whole.codes, *results.codes),
        value=whole.value,
        lots=tuple(lots),
        parties=_parties(reading, results),
        bids=tuple(results.bids),
        outcomes=tuple(results.outcomes),
        statistics=tuple(results.statistics),
        problems=tuple(leaves.problems),
        criteria=tuple(whole.criteria),
        awarded=results.awarded,
        figures=(*whole.figures, *results.figures),
        revision=one.get("revision", ""),
    )


def _check_identity(reading: _Reading, root: etree._Element, kind: str, lots: list[Lot]) -> None:
    """Remarks what a notice cannot be without. Planning notices may have no procedure yet (BT-04) and no lots."""
    leaves, one = reading.leaves, reading.one
    if not one.get("id"):
        leaves.problem("missing-id", "the notice has no identifier (BT-701)", root, "/*", 'add <cbc:ID schemeName="notice-id">')
    if not one.get("procedure") and kind != "PriorInformationNotice":
        leaves.problem("missing-procedure", "the procedure has no identifier (BT-04)", root, "/*", "add cbc:ContractFolderID")
    if not one.get("subtype"):
        leaves.problem("missing-subtype", "the subtype of the notice is not stated (OPP-070)", root, "/*", "add efac:NoticeSubType")
    if not reading.languages:
        leaves.problem("missing-language", "the language of the notice is not stated (BT-702)", root, "/*", "add cbc:NoticeLanguageCode")
    if not reading.buyers:
        leaves.problem("missing-buyer", "no buyer is named", root, "/*", "add cac:ContractingParty with the identifier of an organisation")
    if not lots and kind != "PriorInformationNotice":
        leaves.problem("missing-lot", "no lot is described", root, "/*", "add cac:ProcurementProjectLot")


def _language(element: etree._Element) -> str:
    published = (element.text or "").strip()
    return LANGUAGES.get(published, published.lower())


_SIMPLE: Final[dict[str, str]] = {_CUSTOMIZATION: "version", _FOLDER: "procedure", _VERSION: "revision"}


def _read_root(reading: _Reading, root: etree._Element) -> list[tuple[etree._Element, str]]:
    leaves, one, whole = reading.leaves, reading.one, reading.whole
    lots: list[tuple[etree._Element, str]] = []
    laws = buyers = notes = 0
    for child in root:
        tag = child.tag
        if tag == _LOT:
            lots.append((child, f"/*/cac:ProcurementProjectLot[{len(lots) + 1}]"))
        elif tag in _SIMPLE:
            one[_SIMPLE[str(tag)]] = (child.text or "").strip()
        elif tag == _ID:
            one["id"] = (child.text or "").strip()
        elif tag == _ISSUED:
            one["date"] = leaves.date(child, "/*/cbc:IssueDate")
        elif tag == _LAW:
            laws += 1
            leaves.code(whole.codes, child, "legal-basis", f"/*/cbc:RegulatoryDomain[{laws}]")
        elif tag == _TYPE:
            one["form"] = child.get("listName", "")
            leaves.code(whole.codes, child, "notice-type", "/*/cbc:NoticeTypeCode")
        elif tag == _LANGUAGE:
            reading.languages.insert(0, _language(child))
        elif tag == _MORE_LANGUAGE:
            reading.languages.extend(_language(inner) for inner in child.iterchildren(_ID))
        elif tag == _BUYER:
            buyers += 1
            _read_buyer(reading, child, f"/*/cac:ContractingParty[{buyers}]")
        elif tag == _PROJECT:
            read_project(leaves, child, "/*/cac:ProcurementProject", whole)
        elif tag == _TERMS:
            read_terms(leaves, child, "/*/cac:TenderingTerms", whole)
        elif tag == _PROCESS:
            read_process(leaves, child, "/*/cac:TenderingProcess", whole)
        elif tag == _EXTENSIONS:
            for extension, where in extensions(child, "/*"):
                _read_extension(reading, extension, where)
        elif tag == _NOTE:
            notes += 1
            leaves.text(whole.texts, child, "note", f"/*/cbc:Note[{notes}]")
    return lots


def _read_lots(reading: _Reading, elements: list[tuple[etree._Element, str]]) -> list[Lot]:
    leaves, groups = reading.leaves, reading.whole.groups
    lots = [read_lot(leaves, element, where, groups) for element, where in elements]
    seen: set[str] = set()
    for lot, (element, where) in zip(lots, elements, strict=True):
        if lot.id and lot.id in seen:
            leaves.problem("duplicate-id", f"the identifier {lot.id} is used for two lots", element, where, "give each lot its own")
        seen.add(lot.id)
    for name, members in groups.items():
        for missing in (member for member in (name, *members) if member not in seen):
            where = "/*/cac:TenderingTerms/cac:LotDistribution"
            message = f"{missing[:60] or 'an empty reference'} of the group {name[:60]} is not among the lots of this notice"
            leaves.remark(Problem("unresolved-reference", message, leaves.file, None, where, _DESCRIBE))
    return lots


def _read_buyer(reading: _Reading, element: etree._Element, base: str) -> None:
    leaves = reading.leaves
    types = activities = 0
    for child in element:
        tag = child.tag
        if tag == _PARTY:
            inline = ""
            for inner in child:
                if inner.tag == _IDENTIFICATION:
                    for reference in inner:
                        if reference.tag != _ID:
                            continue
                        name = (reference.text or "").strip()
                        where = base + "/cac:Party/cac:PartyIdentification/cbc:ID"
                        if name:
                            reading.buyers[name] = None
                            reading.buyer_references.append((reference, where, name))
                elif inner.tag == _PARTY_NAME:
                    inline = base + "/cac:Party"
            if inline:
                company = _Company(inline)
                _read_company(leaves, child, company)
                if not company.id:
                    leaves.problem("misplaced", "a buyer is described in place, not among the organisations", child, inline, _MOVE)
                    reading.buyers.setdefault(company.id)
                    reading.companies.append(company)
        elif tag == _PARTY_TYPE:
            types += 1
            for inner in child:
                if inner.tag != _PARTY_TYPE_CODE:
                    continue
                where = f"{base}/cac:ContractingPartyType[{types}]/cbc:PartyTypeCode"
                leaves.code(reading.whole.codes, inner, inner.get("listName") or "buyer-legal-type", where)
        elif tag == _ACTIVITY:
            activities += 1
            for inner in child:
                if inner.tag != _ACTIVITY_CODE:
                    continue
                where = f"{base}/cac:ContractingActivity[{activities}]/cbc:ActivityTypeCode"
                leaves.code(reading.whole.codes, inner, inner.get("listName") or "authority-activity", where)


def _read_extension(reading: _Reading, extension: etree._Element, base: str) -> None:
    for child in extension:
        tag = child.tag
        if tag == _ORGANISATIONS:
            at = base + "/efac:Organizations/efac:Organization["
            number = 0
            for organisation in child:
                if organisation.tag == _ORGANISATION:
                    number += 1
                    _read_organisation(reading, organisation, f"{at}{number}]")
        elif tag == _RESULT:
            reading.result = (child, base + "/efac:NoticeResult")
        elif tag == _SUBTYPE:
            for inner in child.iterchildren(_SUBTYPE_CODE):
                reading.one["subtype"] = (inner.text or "").strip()
        elif tag == _PUBLICATION:
            for inner in child.iterchildren(_PUBLICATION_ID):
                reading.one["publication"] = (inner.text or "").strip()
        elif tag in _CHANGES:
            _read_changes(reading, child, f"{base}/efac:{etree.QName(child).localname}")


def _read_organisation(reading: _Reading, organisation: etree._Element, base: str) -> None:
    for child in organisation:
        tag = child.tag
        if tag == _COMPANY:
            company = _Company(base)
            _read_company(reading.leaves, child, company)
            if not company.id:
                at = base + "/efac:Company"
                reading.leaves.problem("missing-id", "an organisation has no identifier", child, at, "add one such as ORG-0001")
            reading.companies.append(company)
        elif tag == _TOUCH_POINT:
            for inner in child.iterchildren(_IDENTIFICATION):
                reading.touch_points.update((reference.text or "").strip() for reference in inner.iterchildren(_ID))


def _read_company(leaves: Leaves, element: etree._Element, company: _Company) -> None:
    """Identifier, first name, country and size of an organisation. A second identification is not that of the notice."""
    for child in element:
        tag = child.tag
        if tag == _IDENTIFICATION:
            if not company.id and len(child):
                company.id = (child[0].text or "").strip()
        elif tag == _PARTY_NAME:
            if not company.name and len(child):
                company.name = (child[0].text or "").strip()
        elif tag == _ADDRESS:
            last = child[-1] if len(child) else child  # the schema puts the country last but for the lines of an address
            for inner in (last,) if last.tag == _COUNTRY else child.iterchildren(_COUNTRY):
                if len(inner):
                    company.country = (inner[0].text or "").strip()
        elif tag == _SIZE:
            company.size = (child.text or "").strip()


def _parties(reading: _Reading, results: Results) -> tuple[Party, ...]:
    """The organisations with their roles in OCDS words; a group that bids together gives each member the role."""
    buyers, tenderers, winners = reading.buyers, results.tenderers, results.winners
    found = []
    for company in reading.companies:
        name = company.id
        roles = []
        if name in buyers:
            roles.append("buyer")
        if name in tenderers:
            roles.append("tenderer")
        if name in winners:
            roles.append("supplier")
        found.append(Party(name, company.name, tuple(roles), company.where, company.country, company.size))
    return tuple(found)


def _read_changes(reading: _Reading, element: etree._Element, base: str) -> None:
    """Why and how a notice or contract was changed (BT-140, 141, 200, 201, 202)."""
    leaves, whole = reading.leaves, reading.whole
    changes = reasons = 0
    for child in element:
        if child.tag == _CHANGE:
            changes += 1
            for number, inner in enumerate(child.iterchildren(_CHANGE_WORDS), 1):
                leaves.text(whole.texts, inner, "note", f"{base}/efac:Change[{changes}]/efbc:ChangeDescription[{number}]")
        elif child.tag == _CHANGE_REASON:
            reasons += 1
            at = f"{base}/efac:ChangeReason[{reasons}]"
            for inner in child.iterchildren(_CHANGE_CODE):
                leaves.code(whole.codes, inner, inner.get("listName") or "change-corrig-justification", at + "/cbc:ReasonCode")
            for number, inner in enumerate(child.iterchildren(_REASON_WORDS), 1):
                leaves.text(whole.texts, inner, "note", f"{at}/efbc:ReasonDescription[{number}]")
