"""What eForms says of a lot, and of the whole procedure, in the same three places: project, terms, process.

Knows ``cac:ProcurementProject``, ``cac:TenderingTerms``, ``cac:TenderingProcess`` and ``cac:ProcurementProjectLot``.
Must not know award criteria in detail, results or organisations.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from tenderloop.notice import Amount, AwardCriterion, Code, Duration, Figure, Lot, Role, Text
from tenderloop.readers.eforms_criteria import read_criteria
from tenderloop.readers.eforms_leaf import Leaves, extensions
from tenderloop.readers.eforms_names import CAC, CBC, EFAC, EFBC, EXT, UNITS

_ID: Final = CBC + "ID"
_NAME: Final = CBC + "Name"
_DESCRIPTION: Final = CBC + "Description"
_NOTE: Final = CBC + "Note"
_NATURE: Final = CBC + "ProcurementTypeCode"
_STRATEGY_WORDS: Final = CBC + "ProcurementType"
_SME: Final = CBC + "SMESuitableIndicator"
_ITEM: Final = CBC + "ItemClassificationCode"
_MAIN_CPV: Final = CAC + "MainCommodityClassification"
_MORE_CPV: Final = CAC + "AdditionalCommodityClassification"
_ADDITIONAL_TYPE: Final = CAC + "ProcurementAdditionalType"
_TOTAL: Final = CAC + "RequestedTenderTotal"
_ESTIMATE: Final = CBC + "EstimatedOverallContractAmount"
_PERIOD: Final = CAC + "PlannedPeriod"
_DURATION: Final = CBC + "DurationMeasure"
_START: Final = CBC + "StartDate"
_END: Final = CBC + "EndDate"
_OPTIONS: Final = CAC + "ContractExtension"
_OPTIONS_WORDS: Final = CBC + "OptionsDescription"
_EXTENSIONS: Final = EXT + "UBLExtensions"
_FRAMEWORK_MAXIMUM: Final = EFBC + "FrameworkMaximumAmount"

_FUNDING: Final = CBC + "FundingProgramCode"
_VARIANTS: Final = CBC + "VariantConstraintCode"
_EXECUTION: Final = CAC + "ContractExecutionRequirement"
_EXECUTION_CODE: Final = CBC + "ExecutionRequirementCode"
_QUALIFICATION: Final = CAC + "TendererQualificationRequest"
_REQUIREMENT: Final = CAC + "SpecificTendererRequirement"
_REQUIREMENT_CODE: Final = CBC + "TendererRequirementTypeCode"
_CRITERION_CODE: Final = CBC + "CriterionTypeCode"
_USAGE: Final = CBC + "CalculationExpressionCode"
_AWARDING: Final = CAC + "AwardingTerms"
_SUBCONTRACT: Final = CAC + "AllowedSubcontractTerms"
_SUBCONTRACT_CODE: Final = CBC + "SubcontractingConditionsCode"
_LEGISLATION: Final = CAC + "ProcurementLegislationDocumentReference"
_LEGISLATION_WORDS: Final = CBC + "DocumentDescription"
_DISTRIBUTION: Final = CAC + "LotDistribution"
_GROUP: Final = CAC + "LotsGroup"
_GROUP_ID: Final = CBC + "LotsGroupID"
_GROUP_LOT: Final = CAC + "ProcurementProjectLotReference"
_SELECTION: Final = EFAC + "SelectionCriteria"
_STRATEGIC: Final = EFAC + "StrategicProcurement"
_STRATEGIC_INFORMATION: Final = EFAC + "StrategicProcurementInformation"
_CATEGORY: Final = EFBC + "ProcurementCategoryCode"
_BASIS: Final = EFBC + "ApplicableLegalBasis"
_DETAILS: Final = EFAC + "ProcurementDetails"
_PROGRAMME: Final = EFAC + "Funding"
_PROGRAMME_CODE: Final = CBC + "FundingProgramCode"
_SUBCONTRACTING: Final = EFAC + "TenderSubcontractingRequirements"
_SUBCONTRACTING_CODE: Final = EFBC + "TenderSubcontractingRequirementsCode"

_PROCEDURE_CODE: Final = CBC + "ProcedureCode"
_SYSTEM: Final = CAC + "ContractingSystem"
_SYSTEM_CODE: Final = CBC + "ContractingSystemTypeCode"
_PRIVACY: Final = EFAC + "FieldsPrivacy"

_TERMS: Final = CAC + "TenderingTerms"
_PROCESS: Final = CAC + "TenderingProcess"
_PROJECT: Final = CAC + "ProcurementProject"

# Tags by number: one look-up for the many elements that are not read, instead of a comparison with each tag that is.
_PROJECT_TAGS: Final[dict[str, int]] = {
    tag: number
    for number, tag in enumerate(
        (_NAME, _DESCRIPTION, _MAIN_CPV, _NATURE, _MORE_CPV, _ADDITIONAL_TYPE, _PERIOD, _TOTAL, _NOTE, _SME, _OPTIONS)
    )
}
_TERMS_TAGS: Final[dict[str, int]] = {
    tag: number
    for number, tag in enumerate(
        (_EXECUTION, _AWARDING, _EXTENSIONS, _QUALIFICATION, _FUNDING, _VARIANTS, _SUBCONTRACT, _LEGISLATION, _DISTRIBUTION)
    )
}

# What is read of a requirement on tenderers and of a contract's execution; the other lists ask for papers and signatures.
_REQUIREMENT_LISTS: Final = frozenset({"reserved-procurement", "selection-criteria-source"})


class Part:
    """What has been read so far of one lot, or of the whole procedure (``lot`` empty)."""

    __slots__ = ("codes", "criteria", "duration", "end", "figures", "groups", "lot", "method", "nature", "start", "texts", "value")

    def __init__(self, lot: str) -> None:
        self.lot = lot
        self.texts: list[Text] = []
        self.codes: list[Code] = []
        self.criteria: list[AwardCriterion] = []
        self.figures: list[Figure] = []
        self.value: Amount | None = None
        self.duration: Duration | None = None
        self.start = ""
        self.end = ""
        self.nature = ""
        self.method = ""
        self.groups: dict[str, tuple[str, ...]] = {}


def read_lot(leaves: Leaves, element: etree._Element, where: str, members: dict[str, tuple[str, ...]]) -> Lot:
    """One ``cac:ProcurementProjectLot`` at ``where``; ``members`` names the lots of each group."""
    name = kind = ""
    parts: list[tuple[str, etree._Element]] = []
    for child in element:
        tag = child.tag
        if tag == _ID:
            name = (child.text or "").strip()
            kind = child.get("schemeName", "")
        elif tag == _PROJECT or tag == _TERMS or tag == _PROCESS:  # noqa: SIM109  (three comparisons are faster than a tuple)
            parts.append((tag, child))
    if not name:
        leaves.problem("missing-id", "a lot has no identifier", element, where, "add cbc:ID, such as LOT-0001")
    if kind not in ("Lot", "Part", "LotsGroup"):
        kind = {"LOT": "Lot", "PAR": "Part", "GLO": "LotsGroup"}.get(name[:3], "Lot")
        leaves.problem(
            "lot-kind", f"{name or 'a lot'} does not say whether it is a Lot, a Part or a LotsGroup; read as {kind}", element, where
        )
    part = Part(name)
    for tag, child in parts:
        if tag == _PROJECT:
            read_project(leaves, child, where + "/cac:ProcurementProject", part)
        elif tag == _TERMS:
            read_terms(leaves, child, where + "/cac:TenderingTerms", part)
        else:
            read_process(leaves, child, where + "/cac:TenderingProcess", part)
    return Lot(
        name,
        kind,
        where,
        tuple(part.texts),
        tuple(part.codes),
        tuple(part.criteria),
        part.value,
        part.duration,
        members.get(name, ()),
        part.start,
        part.end,
        tuple(part.figures),
    )


def read_project(leaves: Leaves, element: etree._Element, base: str, part: Part) -> None:
    """What is bought: titles, descriptions, nature, CPV, value, duration, suitability, green, social and innovative codes."""
    texts, codes, lot = part.texts, part.codes, part.lot
    titles = descriptions = notes = more = types = 0
    main = ""
    for child in element:
        tag = _PROJECT_TAGS.get(child.tag)
        if tag is None:
            continue
        if tag == 0:
            titles += 1
            leaves.text(texts, child, "title", f"{base}/cbc:Name[{titles}]", lot)
        elif tag == 1:
            descriptions += 1
            leaves.text(texts, child, "description", f"{base}/cbc:Description[{descriptions}]", lot)
        elif tag == 5:
            types += 1
            _read_additional_type(leaves, child, f"{base}/cac:ProcurementAdditionalType[{types}]", part)
        elif tag == 4 or tag == 2:
            if tag == 2:
                where = base + "/cac:MainCommodityClassification"
                if main:
                    continue
                main = where
            else:
                more += 1
                where = f"{base}/cac:AdditionalCommodityClassification[{more}]"
            for inner in child:
                if inner.tag == _ITEM:
                    leaves.code(codes, inner, inner.get("listName") or "cpv", where + "/cbc:ItemClassificationCode", lot)
        elif tag == 3:
            part.nature = leaves.code(codes, child, "contract-nature", base + "/cbc:ProcurementTypeCode", lot)
        elif tag == 6:
            _read_period(leaves, child, base + "/cac:PlannedPeriod", part)
        elif tag == 7:
            where = base + "/cac:RequestedTenderTotal"
            for inner in child:
                if inner.tag == _ESTIMATE:
                    part.value = leaves.amount(inner, where + "/cbc:EstimatedOverallContractAmount")
                elif inner.tag == _EXTENSIONS:
                    for extension, at in extensions(inner, where):
                        for maximum in extension.iterchildren(_FRAMEWORK_MAXIMUM):
                            leaves.figure(part.figures, maximum, "framework-maximum", at + "/efbc:FrameworkMaximumAmount")
        elif tag == 8:
            notes += 1
            leaves.text(texts, child, "note", f"{base}/cbc:Note[{notes}]", lot)
        elif tag == 9:
            leaves.code(codes, child, "sme-suitable", base + "/cbc:SMESuitableIndicator", lot)
        elif tag == 10:
            for count, inner in enumerate(child.iterchildren(_OPTIONS_WORDS), 1):
                leaves.text(texts, inner, "note", f"{base}/cac:ContractExtension/cbc:OptionsDescription[{count}]", lot)


def _read_additional_type(leaves: Leaves, element: etree._Element, base: str, part: Part) -> None:
    name, words = "", 0
    for child in element:
        if child.tag == _NATURE:
            name = child.get("listName") or ""
            at = base + "/cbc:ProcurementTypeCode"
            if not name:
                leaves.problem("list-missing", "a code does not name its list", child, at, "add listName, such as environmental-impact")
            leaves.code(part.codes, child, name, at, part.lot)
        elif child.tag == _STRATEGY_WORDS:
            words += 1
            role: Role = "note" if name == "accessibility" else "sustainability"  # BT-755 says why access was not thought of
            leaves.text(part.texts, child, role, f"{base}/cbc:ProcurementType[{words}]", part.lot)


def _read_period(leaves: Leaves, element: etree._Element, base: str, part: Part) -> None:
    for child in element:
        tag = child.tag
        if tag == _DURATION:
            where = base + "/cbc:DurationMeasure"
            value = leaves.number(child, where)
            code = child.get("unitCode", "")
            unit = UNITS.get(code.upper())
            if unit is None:
                leaves.problem("duration-unit", f"{code!r} is no unit of a duration", child, where, "write DAY, WEEK, MONTH or YEAR")
            elif value is not None:
                part.duration = Duration(value, unit, where)
        elif tag == _START:
            part.start = leaves.date(child, base + "/cbc:StartDate")
        elif tag == _END:
            part.end = leaves.date(child, base + "/cbc:EndDate")


def read_terms(leaves: Leaves, element: etree._Element, base: str, part: Part) -> None:
    """On what terms: money of the EU, variants, reserved, clauses, selection and award criteria, clean vehicles, energy, groups of lots."""
    texts, codes, lot = part.texts, part.codes, part.lot
    executions = qualifications = laws = 0
    for child in element:
        tag = _TERMS_TAGS.get(child.tag)
        if tag is None:
            continue
        if tag == 0:
            executions += 1
            name = ""
            words = 0
            for inner in child:
                leaf = inner.tag
                if leaf == _EXECUTION_CODE:
                    name = inner.get("listName", "")
                    if name == "reserved-execution":
                        where = f"{base}/cac:ContractExecutionRequirement[{executions}]/cbc:ExecutionRequirementCode"
                        leaves.code(codes, inner, name, where, lot)
                    elif name and name != "conditions":
                        break  # einvoicing, signatures and the like: nothing of them is read
                elif leaf == _DESCRIPTION:
                    words += 1
                    where = f"{base}/cac:ContractExecutionRequirement[{executions}]/cbc:Description[{words}]"
                    if name == "conditions" or not name:
                        leaves.text(texts, inner, "clause", where, lot)
        elif tag == 1:
            read_criteria(leaves, child, base + "/cac:AwardingTerms", lot, texts, part.criteria)
        elif tag == 2:
            for extension, where in extensions(child, base):
                _read_extension(leaves, extension, where, part)
        elif tag == 3:
            if not lot:  # the whole procedure has exclusion grounds only, which are not read
                continue
            qualifications += 1
            _read_qualification(leaves, child, f"{base}/cac:TendererQualificationRequest[{qualifications}]", part)
        elif tag == 4:
            leaves.code(codes, child, child.get("listName") or "eu-funded", base + "/cbc:FundingProgramCode", lot)
        elif tag == 5:
            leaves.code(codes, child, "permission", base + "/cbc:VariantConstraintCode", lot)
        elif tag == 6:
            for inner in child.iterchildren(_SUBCONTRACT_CODE):
                where = base + "/cac:AllowedSubcontractTerms/cbc:SubcontractingConditionsCode"
                leaves.code(codes, inner, inner.get("listName") or "subcontracting-obligation", where, lot)
        elif tag == 7:
            laws += 1
            for count, inner in enumerate(child.iterchildren(_LEGISLATION_WORDS), 1):
                where = f"{base}/cac:ProcurementLegislationDocumentReference[{laws}]/cbc:DocumentDescription[{count}]"
                leaves.text(texts, inner, "note", where, lot)
        elif tag == 8:
            for group in child.iterchildren(_GROUP):
                _read_group(group, part)


def _read_group(group: etree._Element, part: Part) -> None:
    name = ""
    members: list[str] = []
    for child in group:
        if child.tag == _GROUP_ID:
            name = (child.text or "").strip()
        elif child.tag == _GROUP_LOT:
            members.extend((member.text or "").strip() for member in child.iterchildren(_ID))
    part.groups[name] = (*part.groups.get(name, ()), *members)


def _read_qualification(leaves: Leaves, element: etree._Element, base: str, part: Part) -> None:
    number = 0
    for requirement in element:
        if requirement.tag != _REQUIREMENT:
            continue
        number += 1
        for child in requirement:
            if child.tag == _REQUIREMENT_CODE:
                name = child.get("listName", "")
                if name in _REQUIREMENT_LISTS:
                    where = f"{base}/cac:SpecificTendererRequirement[{number}]/cbc:TendererRequirementTypeCode"
                    leaves.code(part.codes, child, name, where, part.lot)
                break


def _read_extension(leaves: Leaves, extension: etree._Element, base: str, part: Part) -> None:
    selections = strategies = programmes = subcontracts = 0
    for child in extension:
        tag = child.tag
        if tag == _SELECTION:
            selections += 1
            _read_selection(leaves, child, f"{base}/efac:SelectionCriteria[{selections}]", part)
        elif tag == _STRATEGIC:
            strategies += 1
            read_strategic(leaves, child, f"{base}/efac:StrategicProcurement[{strategies}]", part.codes, part.lot)
        elif tag == _PROGRAMME:
            programmes += 1
            for inner in child.iterchildren(_PROGRAMME_CODE):
                where = f"{base}/efac:Funding[{programmes}]/cbc:FundingProgramCode"
                leaves.code(part.codes, inner, "eu-programme", where, part.lot)
        elif tag == _SUBCONTRACTING:
            subcontracts += 1
            for inner in child.iterchildren(_SUBCONTRACTING_CODE):
                where = f"{base}/efac:TenderSubcontractingRequirements[{subcontracts}]/efbc:TenderSubcontractingRequirementsCode"
                leaves.code(part.codes, inner, "subcontracting-indication", where, part.lot)
        elif tag == _FRAMEWORK_MAXIMUM:
            leaves.figure(part.figures, child, "framework-maximum", base + "/efbc:FrameworkMaximumAmount")


def _read_selection(leaves: Leaves, element: etree._Element, base: str, part: Part) -> None:
    """A selection criterion; up to SDK 1.9 a notice also lists the groups that it does not use (``n-used``), which are no criteria."""
    texts: list[Text] = []
    codes: list[Code] = []
    lot = part.lot
    names = descriptions = 0
    for child in element:
        tag = child.tag
        if tag == _DESCRIPTION:
            descriptions += 1
            leaves.text(texts, child, "selection", f"{base}/cbc:Description[{descriptions}]", lot)
        elif tag == _NAME:
            names += 1
            leaves.text(texts, child, "selection", f"{base}/cbc:Name[{names}]", lot)
        elif tag == _CRITERION_CODE:
            leaves.code(codes, child, "selection-criterion", base + "/cbc:CriterionTypeCode", lot)
        elif tag == _REQUIREMENT_CODE:
            leaves.code(codes, child, "selection-criterion", base + "/cbc:TendererRequirementTypeCode", lot)
        elif tag == _USAGE and (child.text or "").strip() == "n-used":
            return
    part.texts.extend(texts)
    part.codes.extend(codes)


def read_strategic(leaves: Leaves, element: etree._Element, base: str, codes: list[Code], lot: str) -> list[tuple[etree._Element, str]]:
    """Clean vehicles (BT-717, 735) and energy efficiency (BT-810); gives the details, each with its place, to whom they concern."""
    details: list[tuple[etree._Element, str]] = []
    informations = 0
    for child in element:
        tag = child.tag
        if tag == _BASIS:
            where = base + "/efbc:ApplicableLegalBasis"
            name = child.get("listName")
            if not name:
                name = "cvd-scope"
                said = "it is not said which law applies; read as clean vehicles (cvd-scope)"
                leaves.problem("list-missing", said, child, where, "add listName: cvd-scope or eed-scope")
            leaves.code(codes, child, name, where, lot)
        elif tag == _STRATEGIC_INFORMATION:
            informations += 1
            at = f"{base}/efac:StrategicProcurementInformation[{informations}]"
            for inner in child.iterchildren(_CATEGORY):
                leaves.code(codes, inner, inner.get("listName") or "cvd-contract-type", at + "/efbc:ProcurementCategoryCode", lot)
            found = [(inner, f"{at}/efac:ProcurementDetails[{number}]") for number, inner in enumerate(child.iterchildren(_DETAILS), 1)]
            details.extend(found)
            for inner, place in found:
                _read_details(leaves, inner, place, codes, lot)
    return details


_DETAIL_CODES: Final[dict[str, str]] = {
    "AssetCategoryCode": "vehicle-category",
    "LegalFrameworkCode": "energy-efficiency-basis",
}


def _read_details(leaves: Leaves, element: etree._Element, base: str, codes: list[Code], lot: str) -> None:
    """Vehicle category (BT-723), or basis and item of energy efficiency (BT-811)."""
    for leaf, name in _DETAIL_CODES.items():
        for number, child in enumerate(element.iterchildren(EFBC + leaf), 1):
            leaves.code(codes, child, child.get("listName") or name, f"{base}/efbc:{leaf}[{number}]", lot)


def read_process(leaves: Leaves, element: etree._Element, base: str, part: Part) -> None:
    """How it is bought: procedure, framework agreement, dynamic purchasing system, words on the procedure."""
    words = systems = 0
    hidden: list[str] = []
    for child in element:
        tag = child.tag
        if tag == _SYSTEM:
            systems += 1
            for inner in child:
                if inner.tag == _SYSTEM_CODE:
                    where = f"{base}/cac:ContractingSystem[{systems}]/cbc:ContractingSystemTypeCode"
                    leaves.code(part.codes, inner, inner.get("listName", ""), where, part.lot)
                    break
        elif tag == _PROCEDURE_CODE:
            where = base + "/cbc:ProcedureCode"
            part.method = leaves.code(part.codes, child, child.get("listName") or "procurement-procedure-type", where, part.lot)
        elif tag == _DESCRIPTION:
            words += 1
            leaves.text(part.texts, child, "note", f"{base}/cbc:Description[{words}]", part.lot)
        elif tag == _EXTENSIONS:
            for extension, where in extensions(child, base):
                for number, privacy in enumerate(extension.iterchildren(_PRIVACY), 1):
                    hidden.append(leaves.withheld(privacy, f"{where}/efac:FieldsPrivacy[{number}]"))
                for number, selection in enumerate(extension.iterchildren(_SELECTION), 1):  # seen in one notice
                    _read_selection(leaves, selection, f"{where}/efac:SelectionCriteria[{number}]", part)
    if "pro-typ" in hidden:
        part.method = ""
        part.codes[:] = [code for code in part.codes if code.where != base + "/cbc:ProcedureCode"]
    if "pro-fea" in hidden:
        part.texts[:] = [text for text in part.texts if not text.where.startswith(base + "/cbc:Description")]
