"""The eForms reader on small notices made for one point each: faults are Problems with their place, the rest is read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tenderloop.errors import Problems
from tenderloop.markup import parse_xml
from tenderloop.notice import Notice
from tenderloop.readers.eforms import is_eforms, read_eforms
from tenderloop.readers.eforms_names import NAMESPACES

PREFIXES = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMESPACES.items())


def extension(inside: str) -> str:
    return (
        "<ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent><efext:EformsExtension>"
        f"{inside}</efext:EformsExtension></ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>"
    )


def lot(project: str = "", terms: str = "", process: str = "", name: str = "LOT-0001", kind: str = "Lot") -> str:
    return (
        f'<cac:ProcurementProjectLot><cbc:ID schemeName="{kind}">{name}</cbc:ID><cac:TenderingTerms>{terms}</cac:TenderingTerms>'
        f"<cac:TenderingProcess>{process}</cac:TenderingProcess><cac:ProcurementProject>{project}</cac:ProcurementProject>"
        "</cac:ProcurementProjectLot>"
    )


def organisation(name: str, country: str = "SVN") -> str:
    return (
        f"<efac:Organization><efac:Company><cac:PartyIdentification><cbc:ID>{name}</cbc:ID></cac:PartyIdentification>"
        f"<cac:PartyName><cbc:Name>Firm {name}</cbc:Name></cac:PartyName><cac:PostalAddress><cbc:CityName>X</cbc:CityName><cac:Country>"
        f"<cbc:IdentificationCode>{country}</cbc:IdentificationCode></cac:Country></cac:PostalAddress></efac:Company></efac:Organization>"
    )


def document(inside: str, result: str = "", organisations: str = "", root: str = "ContractNotice") -> bytes:
    parties = f"<efac:Organizations>{organisation('ORG-0001')}{organisations}</efac:Organizations>"
    subtype = "<efac:NoticeSubType><cbc:SubTypeCode>16</cbc:SubTypeCode></efac:NoticeSubType>"
    buyer = "<cac:Party><cac:PartyIdentification><cbc:ID>ORG-0001</cbc:ID></cac:PartyIdentification></cac:Party>"
    return (
        f'<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2" {PREFIXES}>'
        f"{extension(result + subtype + parties)}<cbc:CustomizationID>eforms-sdk-1.10</cbc:CustomizationID>"
        '<cbc:ID schemeName="notice-id">n</cbc:ID><cbc:ContractFolderID>p</cbc:ContractFolderID>'
        "<cbc:IssueDate>2026-01-31+02:00</cbc:IssueDate><cbc:NoticeLanguageCode>SLV</cbc:NoticeLanguageCode>"
        f"<cac:ContractingParty>{buyer}</cac:ContractingParty>{inside}</{root}>"
    ).encode()


def read(inside: str, **parts: str) -> Notice:
    """The notice, whose every Problem points at something that is there."""
    data = document(inside, **parts)
    notice = read_eforms(data, "notice.xml")
    root = parse_xml(data)
    for problem in notice.problems:
        assert root.xpath(problem.where, namespaces=NAMESPACES), problem
        assert problem.file == "notice.xml"
    return notice


def codes(notice: Notice) -> list[str]:
    return [problem.code for problem in notice.problems]


def subordinate(inside: str, kind: str = "quality") -> str:
    return (
        "<cac:AwardingTerms><cac:AwardingCriterion><cac:SubordinateAwardingCriterion>"
        f'{inside}<cbc:AwardingCriterionTypeCode listName="award-criterion-type">{kind}</cbc:AwardingCriterionTypeCode>'
        "</cac:SubordinateAwardingCriterion></cac:AwardingCriterion></cac:AwardingTerms>"
    )


def parameter(code: str, number: str, privacy: str = "") -> str:
    return extension(
        f"<efac:AwardCriterionParameter>{privacy}{code}<efbc:ParameterNumeric>{number}</efbc:ParameterNumeric>"
        "</efac:AwardCriterionParameter>"
    )


WEIGHT = '<efbc:ParameterCode listName="number-weight">per-exa</efbc:ParameterCode>'


def withheld(field: str) -> str:
    return (
        f"<efac:FieldsPrivacy><efbc:FieldIdentifierCode>{field}</efbc:FieldIdentifierCode>"
        "<efbc:PublicationDate>2030-05-01+02:00</efbc:PublicationDate></efac:FieldsPrivacy>"
    )


def test_a_plain_notice_has_no_problem() -> None:
    notice = read(lot(project='<cbc:Name languageID="SLV">Odvoz</cbc:Name>'))
    assert notice.problems == ()
    assert (notice.date, notice.country, notice.languages, notice.subtype, notice.stage) == ("2026-01-31", "SVN", ("sl",), "16", "tender")
    assert [(text.value, text.language, text.lot) for text in notice.every_text()] == [("Odvoz", "sl", "LOT-0001")]
    assert notice.parties[0].roles == ("buyer",)


def test_not_a_notice() -> None:
    assert not is_eforms(parse_xml(b"<ContractNotice/>"))
    with pytest.raises(Problems, match="not-eforms"):
        read_eforms(b"<ContractNotice/>", "x.xml")
    with pytest.raises(Problems, match="not-eforms"):
        read_eforms(b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2"/>')


def test_a_root_given_by_the_caller_reads_alike() -> None:
    data = document(lot())
    assert read_eforms(parse_xml(data), "a") == read_eforms(data, "a")


def test_the_place_in_a_container_is_kept_apart() -> None:
    assert read_eforms(document(lot()), "a.tar", "inner/b.xml").where == "inner/b.xml"


@pytest.mark.parametrize(
    ("code", "number", "kind", "read_code", "value", "problem"),
    [
        (WEIGHT, "40", "weight", "per-exa", Decimal(40), None),
        (WEIGHT, "12.50", "weight", "per-exa", Decimal("12.50"), None),
        (WEIGHT, "-6", "weight", "per-exa", Decimal(-6), "negative-number"),
        (WEIGHT, "forty", "weight", "per-exa", None, "bad-number"),
        (WEIGHT, "1e3", "weight", "per-exa", None, "bad-number"),
        (WEIGHT, "NaN", "weight", "per-exa", None, "bad-number"),
        (WEIGHT, "", "weight", "per-exa", None, "bad-number"),
        (WEIGHT, "\u0664\u0660", "weight", "per-exa", None, "bad-number"),
        ("", "40", "", "", Decimal(40), "code-missing"),
        ("<efbc:ParameterCode>per-exa</efbc:ParameterCode>", "40", "weight", "per-exa", Decimal(40), "list-missing"),
        ('<efbc:ParameterCode listName="number-fixed">fix-tot</efbc:ParameterCode>', "900", "fixed", "fix-tot", Decimal(900), None),
        ('<efbc:ParameterCode listName="number-threshold">min-score</efbc:ParameterCode>', "5", "threshold", "min-score", Decimal(5), None),
        ('<efbc:ParameterCode listName="number-weight">new</efbc:ParameterCode>', "5", "weight", "new", Decimal(5), "unknown-code"),
        ('<efbc:ParameterCode listName="number-weight">unpublished</efbc:ParameterCode>', "5", "weight", "", Decimal(5), "unpublished"),
    ],
)
def test_numbers_of_criteria(code: str, number: str, kind: str, read_code: str, value: Decimal | None, problem: str | None) -> None:
    notice = read(lot(terms=subordinate(parameter(code, number))))
    ((found,),) = [criterion.parameters for criterion in notice.lots[0].criteria]
    assert (found.kind, found.code, found.value) == (kind, read_code, value)
    assert codes(notice) == ([problem] if problem else [])


def test_withheld_numbers_and_words() -> None:
    notice = read(lot(terms=subordinate(parameter(WEIGHT, "40", withheld("awa-cri-num")))))
    (found,) = notice.lots[0].criteria[0].parameters
    assert (found.code, found.value) == ("per-exa", None)
    assert "withheld until 2030-05-01" in notice.problems[0].message
    hidden = extension(withheld("awa-cri-des") + withheld("awa-cri-nam") + withheld("awa-cri-typ"))
    notice = read(lot(terms=subordinate(hidden + "<cbc:Name>A</cbc:Name><cbc:Description>B</cbc:Description>")))
    (criterion,) = notice.lots[0].criteria
    assert (criterion.type, criterion.code, criterion.names, criterion.descriptions) == ("", "", (), ())
    assert codes(notice) == ["withheld"] * 3


def test_a_name_of_a_field_that_is_none() -> None:
    notice = read(lot(terms=subordinate(parameter(WEIGHT, "40", withheld("_DEFAULT_VALUE_")))))
    assert notice.lots[0].criteria[0].parameters[0].value == 40
    assert codes(notice) == ["withheld-unknown"]


def test_extended_and_unknown_types() -> None:
    notice = read(lot(terms=subordinate("", "quality-nor-env-criteria")))
    assert [(c.type, c.code) for c in notice.lots[0].criteria] == [("quality", "quality-nor-env-criteria")]
    assert notice.problems == ()
    notice = read(lot(terms=subordinate("", "beauty")))
    assert [(c.type, c.code) for c in notice.lots[0].criteria] == [("", "beauty")]
    assert codes(notice) == ["unknown-code"]
    assert notice.problems[0].hint == "known codes: cost, price, quality"


def test_criteria_of_several_groups_in_order_with_their_words() -> None:
    group = (
        "<cac:AwardingCriterion><cbc:CalculationExpression>F</cbc:CalculationExpression><cbc:Description>O</cbc:Description>"
        "<cac:SubordinateAwardingCriterion><cbc:AwardingCriterionTypeCode>price</cbc:AwardingCriterionTypeCode>"
        '<cbc:Name languageID="ENG">Price</cbc:Name><cbc:Name languageID="FRA">Prix</cbc:Name></cac:SubordinateAwardingCriterion>'
        "</cac:AwardingCriterion>"
    )
    notice = read(lot(terms=f"<cac:AwardingTerms>{group}{group}</cac:AwardingTerms>"))
    found = notice.lots[0].criteria
    assert [criterion.where[-71:] for criterion in found] == [
        f"cac:AwardingTerms/cac:AwardingCriterion[{n}]/cac:SubordinateAwardingCriterion[1]"[-71:] for n in (1, 2)
    ]
    assert [(name.value, name.language) for name in found[1].names] == [("Price", "en"), ("Prix", "fr")]
    assert [(text.value, text.role) for text in notice.lots[0].texts] == [("F", "award"), ("O", "award")] * 2


def test_a_type_beside_the_criteria() -> None:
    alone = (
        "<cac:AwardingTerms><cac:AwardingCriterion><cbc:AwardingCriterionTypeCode>price</cbc:AwardingCriterionTypeCode>"
        "</cac:AwardingCriterion></cac:AwardingTerms>"
    )
    notice = read(lot(terms=alone))
    assert [criterion.type for criterion in notice.lots[0].criteria] == ["price"]
    assert codes(notice) == ["misplaced"]


def test_groups_of_lots() -> None:
    terms = (
        "<cac:TenderingTerms><cac:LotDistribution><cac:LotsGroup><cbc:LotsGroupID>GLO-0001</cbc:LotsGroupID>"
        "<cac:ProcurementProjectLotReference><cbc:ID>LOT-0001</cbc:ID></cac:ProcurementProjectLotReference>"
        "<cac:ProcurementProjectLotReference><cbc:ID>LOT-0009</cbc:ID></cac:ProcurementProjectLotReference>"
        "</cac:LotsGroup></cac:LotDistribution></cac:TenderingTerms>"
    )
    notice = read(terms + lot() + lot(name="GLO-0001", kind="LotsGroup", terms=subordinate("")))
    assert [(found.id, found.kind, found.members, len(found.criteria)) for found in notice.lots] == [
        ("LOT-0001", "Lot", (), 0),
        ("GLO-0001", "LotsGroup", ("LOT-0001", "LOT-0009"), 1),
    ]
    assert codes(notice) == ["unresolved-reference"]
    assert "LOT-0009" in notice.problems[0].message


def test_identifiers_of_lots() -> None:
    assert codes(read(lot() + lot())) == ["duplicate-id"]
    assert codes(read(lot(name=""))) == ["missing-id"]
    notice = read(lot(kind="lot") + lot(name="PAR-0001", kind=""))
    assert codes(notice) == ["lot-kind", "lot-kind"]
    assert [found.kind for found in notice.lots] == ["Lot", "Part"]


def test_green_social_and_innovative_codes_with_their_words() -> None:
    def additional(name: str, code: str, words: str = "") -> str:
        more = f'<cbc:ProcurementType languageID="ENG">{words}</cbc:ProcurementType>' if words else ""
        inside = f'<cbc:ProcurementTypeCode listName="{name}">{code}</cbc:ProcurementTypeCode>{more}'
        return f"<cac:ProcurementAdditionalType>{inside}</cac:ProcurementAdditionalType>"

    notice = read(
        lot(
            project=additional("environmental-impact", " circ-econ ")
            + additional("social-procurement", "work-cond")
            + additional("strategic-procurement", "none", "Why")
            + additional("accessibility", "n-inc-just", "No users")
            + additional("gpp-criteria", "euro")
            + additional("gpp-criteria", "")
        )
    )
    found = [(code.list, code.value) for code in notice.lots[0].codes]
    assert found == [
        ("environmental-impact", "circ-econ"),
        ("social-objective", "work-cond"),
        ("strategic-procurement", "none"),
        ("accessibility", "n-inc-just"),
        ("gpp-criteria", "euro"),
    ]
    assert [(text.value, text.role) for text in notice.lots[0].texts] == [("Why", "sustainability"), ("No users", "note")]
    assert codes(notice) == ["unknown-code", "code-missing"]


def test_value_duration_and_dates() -> None:
    project = (
        '<cac:RequestedTenderTotal><cbc:EstimatedOverallContractAmount currencyID="EUR">0023000000.10</cbc:EstimatedOverallContractAmount>'
        + extension('<efbc:FrameworkMaximumAmount currencyID="EUR">30000000</efbc:FrameworkMaximumAmount>')
        + "</cac:RequestedTenderTotal><cac:PlannedPeriod><cbc:StartDate>2026-02-01Z</cbc:StartDate><cbc:EndDate>soon</cbc:EndDate>"
        '<cbc:DurationMeasure unitCode="MONTHS">120</cbc:DurationMeasure></cac:PlannedPeriod>'
    )
    notice = read(lot(project=project))
    (found,) = notice.lots
    assert found.value is not None
    assert (found.value.value, found.value.currency) == (Decimal("23000000.10"), "EUR")
    assert found.duration is not None
    assert (found.duration.value, found.duration.unit, found.start, found.end) == (120, "month", "2026-02-01", "")
    assert [(figure.name, figure.value, figure.unit) for figure in found.figures] == [("framework-maximum", 30000000, "EUR")]
    assert codes(notice) == ["bad-date"]


def test_working_days_are_no_duration_and_money_needs_a_currency() -> None:
    period = '<cac:PlannedPeriod><cbc:DurationMeasure unitCode="WORKING_DAY">30</cbc:DurationMeasure></cac:PlannedPeriod>'
    money = (
        "<cac:RequestedTenderTotal><cbc:EstimatedOverallContractAmount>5</cbc:EstimatedOverallContractAmount></cac:RequestedTenderTotal>"
    )
    notice = read(lot(project=money + period))
    assert notice.lots[0].duration is None
    assert notice.lots[0].value is not None
    assert codes(notice) == ["currency-missing", "duration-unit"]


def test_terms() -> None:
    def execution(name: str, code: str, words: str = "") -> str:
        more = f"<cbc:Description>{words}</cbc:Description>" if words else ""
        leaf = f'<cbc:ExecutionRequirementCode listName="{name}">{code}</cbc:ExecutionRequirementCode>'
        return f"<cac:ContractExecutionRequirement>{leaf}{more}</cac:ContractExecutionRequirement>"

    selection = (
        "<efac:SelectionCriteria><cbc:CriterionTypeCode>tp-abil</cbc:CriterionTypeCode>"
        "<cbc:Description>ISO 14001</cbc:Description></efac:SelectionCriteria>"
        "<efac:SelectionCriteria><cbc:CriterionTypeCode>other</cbc:CriterionTypeCode>"
        '<cbc:CalculationExpressionCode listName="usage">n-used</cbc:CalculationExpressionCode></efac:SelectionCriteria>'
        "<efac:StrategicProcurement><efbc:ApplicableLegalBasis>false</efbc:ApplicableLegalBasis></efac:StrategicProcurement>"
    )
    notice = read(
        lot(
            terms=extension(selection)
            + '<cbc:VariantConstraintCode listName="permission">allowed</cbc:VariantConstraintCode>'
            + execution("reserved-execution", "no")
            + execution("einvoicing", "required", "not a clause")
            + execution("conditions", "performance", "Take back the chairs")
        )
    )
    assert [(code.list, code.value) for code in notice.lots[0].codes] == [
        ("selection-criterion", "tp-abil"),
        ("cvd-scope", "false"),
        ("permission", "allowed"),
        ("reserved-execution", "no"),
    ]
    assert [(text.role, text.value) for text in notice.lots[0].texts] == [("selection", "ISO 14001"), ("clause", "Take back the chairs")]
    assert codes(notice) == ["list-missing"]


def result(tender: str = "", lot_result: str = "", party: str = "ORG-0002", status: str = "selec-w", lot_name: str = "LOT-0001") -> str:
    return (
        '<efac:NoticeResult><cbc:TotalAmount currencyID="EUR">900</cbc:TotalAmount>'
        "<efac:LotResult><cbc:ID>RES-0001</cbc:ID>"
        f"<cbc:TenderResultCode>{status}</cbc:TenderResultCode>{lot_result}<efac:LotTender><cbc:ID>TEN-0001</cbc:ID></efac:LotTender>"
        "<efac:SettledContract><cbc:ID>CON-0001</cbc:ID></efac:SettledContract>"
        f"<efac:TenderLot><cbc:ID>{lot_name}</cbc:ID></efac:TenderLot></efac:LotResult>"
        f"<efac:LotTender><cbc:ID>TEN-0001</cbc:ID>{tender}<efac:TenderingParty><cbc:ID>TPA-0001</cbc:ID></efac:TenderingParty>"
        "<efac:TenderLot><cbc:ID>LOT-0001</cbc:ID></efac:TenderLot></efac:LotTender>"
        "<efac:SettledContract><cbc:ID>CON-0001</cbc:ID><cbc:IssueDate>2026-01-02Z</cbc:IssueDate>"
        "<efac:LotTender><cbc:ID>TEN-0001</cbc:ID></efac:LotTender></efac:SettledContract>"
        f"<efac:TenderingParty><cbc:ID>TPA-0001</cbc:ID><efac:Tenderer><cbc:ID>{party}</cbc:ID></efac:Tenderer></efac:TenderingParty>"
        "</efac:NoticeResult>"
    )


def awarded(**parts: str) -> Notice:
    return read(lot(), result=result(**parts), organisations=organisation("ORG-0002", "AUT"), root="ContractAwardNotice")


def test_a_result_from_winner_to_money() -> None:
    notice = awarded(
        tender="<cbc:RankCode>1</cbc:RankCode><cac:LegalMonetaryTotal>"
        '<cbc:PayableAmount currencyID="EUR">900.00</cbc:PayableAmount></cac:LegalMonetaryTotal>'
        '<efac:ConcessionRevenue><efbc:RevenueBuyerAmount currencyID="EUR">100</efbc:RevenueBuyerAmount>'
        '<efbc:RevenueUserAmount currencyID="EUR">800</efbc:RevenueUserAmount>'
        "<efbc:ValueDescription>By tonne</efbc:ValueDescription></efac:ConcessionRevenue>"
        "<efac:SubcontractingTerm><efbc:TermPercent>20</efbc:TermPercent>"
        '<efbc:TermCode listName="applicability">yes</efbc:TermCode></efac:SubcontractingTerm>',
        lot_result="<efac:ReceivedSubmissionsStatistics><efbc:StatisticsCode>tenders</efbc:StatisticsCode>"
        "<efbc:StatisticsNumeric>3</efbc:StatisticsNumeric></efac:ReceivedSubmissionsStatistics>",
    )
    assert notice.problems == ()
    assert notice.awarded is not None
    assert notice.awarded.value == 900
    (bid,) = notice.bids
    assert bid.value is not None
    assert (bid.id, bid.lots, bid.tenderers, bid.rank, bid.value.value) == ("TEN-0001", ("LOT-0001",), ("ORG-0002",), "1", 900)
    assert [(figure.name, figure.value, figure.unit) for figure in bid.figures] == [
        ("revenue-buyer", 100, "EUR"),
        ("revenue-user", 800, "EUR"),
        ("subcontracted-share", 20, "%"),
    ]
    assert [(code.list, code.value) for code in bid.codes] == [("subcontracting", "yes")]
    (outcome,) = notice.outcomes
    assert (outcome.lot, outcome.status, outcome.suppliers, outcome.date, outcome.value) == (
        "LOT-0001",
        "selec-w",
        ("ORG-0002",),
        "2026-01-02",
        bid.value,
    )
    assert [(count.code, count.value, count.lot) for count in notice.statistics] == [("tenders", 3, "LOT-0001")]
    assert [party.roles for party in notice.parties] == [("buyer",), ("tenderer", "supplier")]


def test_withheld_results() -> None:
    notice = awarded(
        tender=withheld("win-ten-val")
        + '<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">-1</cbc:PayableAmount></cac:LegalMonetaryTotal>',
        lot_result="<efac:ReceivedSubmissionsStatistics>" + withheld("rec-sub-cou") + "<efbc:StatisticsCode>tenders</efbc:StatisticsCode>"
        "<efbc:StatisticsNumeric>-1</efbc:StatisticsNumeric></efac:ReceivedSubmissionsStatistics>",
    )
    assert notice.bids[0].value is None
    assert [(count.code, count.value) for count in notice.statistics] == [("tenders", None)]
    assert codes(notice) == ["withheld", "withheld"]


def test_references_that_lead_nowhere() -> None:
    notice = awarded(party="ORG-0099")
    assert codes(notice) == ["unresolved-reference"]
    assert "ORG-0099 is not among the organisations" in notice.problems[0].message
    assert codes(awarded(lot_name="LOT-0077")) == ["unresolved-reference"]
    assert awarded(status="clos-nw").outcomes[0].suppliers == ()


def test_several_extensions_keep_their_places() -> None:
    first = extension(parameter(WEIGHT, "1")[0:0])
    inside = parameter(WEIGHT, "40").replace("<ext:UBLExtensions>", "").replace("</ext:UBLExtensions>", "")
    other = "<ext:UBLExtension><ext:ExtensionContent><x/></ext:ExtensionContent></ext:UBLExtension>"
    notice = read(lot(terms=subordinate(f"<ext:UBLExtensions>{other}{inside}</ext:UBLExtensions>")))
    (found,) = notice.lots[0].criteria[0].parameters
    assert "ext:UBLExtension[2]/" in found.where
    assert first


def test_languages_unknown_to_us_stay_readable() -> None:
    notice = read(lot(project='<cbc:Name languageID="KAT">ა</cbc:Name><cbc:Name>b</cbc:Name><cbc:Name languageID="ENG"> </cbc:Name>'))
    assert [(text.value, text.language) for text in notice.every_text()] == [("ა", "kat"), ("b", "")]
