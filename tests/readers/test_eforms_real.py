"""585 real eForms notices: what the reader finds against the index row by row, and against XPaths written here; places lead back to values.

The notices are not part of the repository; without them these tests are skipped, loudly.
"""

from __future__ import annotations

import csv
import gzip
import os
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lxml import etree

from tenderloop.markup import parse_xml
from tenderloop.notice import AwardCriterion, Notice
from tenderloop.readers.eforms import read_eforms
from tenderloop.readers.eforms_names import LANGUAGES, NAMESPACES
from tenderloop.weighting import weights_of

DATA = Path(os.environ.get("TENDERLOOP_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
pytestmark = pytest.mark.skipif(not (DATA / "ted-eforms" / "index.csv").exists(), reason="NOT TESTED: the real notices are not here")

BULK = "bulk/ted-eforms-notices.tar.gz"


@pytest.fixture(scope="module")
def documents() -> dict[str, bytes]:
    found = {f"notices/{path.name}": path.read_bytes() for path in sorted((DATA / "ted-eforms" / "notices").glob("*.xml"))}
    with tarfile.open(DATA / "ted-eforms" / BULK) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                found[f"{BULK}#{member.name}"] = file.read()
    return found


@pytest.fixture(scope="module")
def notices(documents: dict[str, bytes]) -> dict[str, Notice]:
    return {name: read_eforms(data, name) for name, data in documents.items()}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (DATA / "ted-eforms" / "index.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def criteria(notice: Notice) -> list[AwardCriterion]:
    return [*notice.criteria, *(criterion for lot in notice.lots for criterion in lot.criteria)]


def codes_of(name: str) -> Callable[[Notice], str]:
    return lambda notice: "|".join(sorted(set(notice.coded(name))))


def counted(found: Iterator[str]) -> str:
    return "|".join(f"{name}:{number}" for name, number in sorted(Counter(found).items()))


LISTS = {"weight": "number-weight", "fixed": "number-fixed", "threshold": "number-threshold"}

FOUND: dict[str, Callable[[Notice], str]] = {
    "publication_number": lambda notice: notice.publication,
    "notice_id": lambda notice: notice.id,
    "version": lambda notice: notice.revision,
    "procedure_id": lambda notice: notice.procedure,
    "notice_subtype": lambda notice: notice.subtype,
    "sdk": lambda notice: notice.version,
    "issue_date": lambda notice: notice.date,
    "buyer_country": lambda notice: notice.country,
    "language": lambda notice: notice.languages[0],
    "main_cpv": lambda notice: notice.coded("cpv")[0],
    "lots": lambda notice: str(sum(lot.kind == "Lot" for lot in notice.lots)),
    "tenders_in_result": lambda notice: str(len(notice.bids)),
    "award_criteria": lambda notice: str(len(criteria(notice))),
    "BT_06_strategic": codes_of("strategic-procurement"),
    "BT_774_green": codes_of("environmental-impact"),
    "BT_775_social": codes_of("social-objective"),
    "BT_776_innovation": codes_of("innovative-acquisition"),
    "BT_805_gpp": codes_of("gpp-criteria"),
    "BT_754_accessibility": codes_of("accessibility"),
    "BT_539_types": lambda notice: counted(criterion.code for criterion in criteria(notice) if criterion.code),
    "BT_5421_to_5423": lambda notice: counted(
        f"{LISTS[parameter.kind]}={parameter.code}"
        for criterion in criteria(notice)
        for parameter in criterion.parameters
        if parameter.code
    ),
    "clean_vehicle_or_energy_blocks": lambda notice: str(sum(code.list in ("cvd-scope", "eed-scope") for code in notice.every_code())),
}

# Every difference between reader and index, by column and file, with its reason.
BEHIND_ALL = "the index counts the type that stands beside the criteria as well; the reader takes it only where there is no criterion"
BEHIND_NONE = (
    "the type stands beside the criteria, where eForms has none; the index counts no criterion, the reader one (Problem misplaced)"
)
UNPUBLISHED = "the index counts the word 'unpublished' as a code; the reader reads it as not stated (Problem unpublished)"
WITHHELD = "the number and its kind are declared withheld; the index counts the code all the same (Problem withheld)"
NO_LIST = "the code names no list; the index writes '?', the reader takes the list that has this code (Problem list-missing)"
WRONG_LIST = "the list is called social-procurement; the reader knows it as social-objective"
NO_LAW = "a block in a result says no law; the index counts blocks, the reader codes"
REASONS: dict[tuple[str, str], str] = {
    ("award_criteria", "00406571-2024"): BEHIND_NONE,
    ("award_criteria", "00411712-2024"): BEHIND_NONE,
    ("award_criteria", "00653866-2024"): BEHIND_NONE,
    ("BT_539_types", "00412849-2024"): BEHIND_ALL,
    ("BT_539_types", "00676156-2023"): BEHIND_ALL,
    ("BT_539_types", "00506675-2024"): UNPUBLISHED,
    ("BT_539_types", "00519278-2024"): UNPUBLISHED,
    ("BT_539_types", "00711523-2023"): UNPUBLISHED,
    ("BT_5421_to_5423", "00506675-2024"): UNPUBLISHED,
    ("BT_5421_to_5423", "00519278-2024"): UNPUBLISHED,
    ("BT_5421_to_5423", "00711523-2023"): UNPUBLISHED,
    ("BT_5421_to_5423", "00627166-2024"): UNPUBLISHED,
    ("BT_5421_to_5423", "00517337-2024"): WITHHELD,
    ("BT_5421_to_5423", "00424633-2024"): NO_LIST,
    ("BT_5421_to_5423", "00784801-2023"): NO_LIST,
    ("BT_775_social", "00782662-2023"): WRONG_LIST,
    ("BT_775_social", "doffin-2024-101636"): WRONG_LIST,
    ("clean_vehicle_or_energy_blocks", "00445064-2024"): NO_LAW,
    ("clean_vehicle_or_energy_blocks", "00445761-2024"): NO_LAW,
    ("clean_vehicle_or_energy_blocks", "00475449-2024"): NO_LAW,
    ("clean_vehicle_or_energy_blocks", "00481682-2024"): NO_LAW,
    ("clean_vehicle_or_energy_blocks", "00538847-2024"): NO_LAW,
    ("clean_vehicle_or_energy_blocks", "00626364-2024"): NO_LAW,
}
PROBLEM_OF_REASON = {BEHIND_NONE: "misplaced", UNPUBLISHED: "unpublished", WITHHELD: "withheld", NO_LIST: "list-missing"}


def expected(row: dict[str, str], column: str, data: bytes) -> str:
    """A cell of the index in the reader's terms: sorted, two-letter language; no procedure is empty, where the index repeats the notice."""
    value = row[column]
    if column == "language":
        return LANGUAGES[value]
    if column == "procedure_id" and b":ContractFolderID>" not in data:
        assert value == row["notice_id"]
        return ""
    return "|".join(sorted(value.split("|")))


@pytest.mark.parametrize("column", FOUND)
def test_equal_to_the_index_row_by_row(
    column: str, rows: list[dict[str, str]], documents: dict[str, bytes], notices: dict[str, Notice]
) -> None:
    assert len(rows) == len(notices) == 585
    differing = set()
    for row in rows:
        notice = notices[row["file"]]
        wanted = expected(row, column, documents[row["file"]])
        if FOUND[column](notice) != wanted:
            name = row["file"].rpartition("/")[2].removesuffix(".xml")
            differing.add((column, name))
            reason = REASONS.get((column, name), "no reason")
            assert reason != "no reason", (row["file"], FOUND[column](notice), wanted)
            if reason in PROBLEM_OF_REASON:
                assert PROBLEM_OF_REASON[reason] in {problem.code for problem in notice.problems}
    assert differing == {key for key in REASONS if key[0] == column}, "a reason stands here that no difference needs"


PARAMETER = (
    "ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/efext:EformsExtension/efac:AwardCriterionParameter"
    "[not(efac:FieldsPrivacy)][efbc:ParameterCode != 'unpublished']"
)


def test_types_and_weights_equal_those_of_plain_xpaths(documents: dict[str, bytes], notices: dict[str, Notice]) -> None:
    """Criterion by criterion in the order of the file: type, and each number with its kind and code."""
    subordinate = etree.XPath("//cac:SubordinateAwardingCriterion", namespaces=NAMESPACES)
    of_type = etree.XPath("string(cbc:AwardingCriterionTypeCode)", namespaces=NAMESPACES)
    parameters = etree.XPath(PARAMETER, namespaces=NAMESPACES)
    code = etree.XPath("string(efbc:ParameterCode)", namespaces=NAMESPACES)
    number = etree.XPath("string(efbc:ParameterNumeric)", namespaces=NAMESPACES)
    seen = weights = 0
    for name, data in documents.items():
        elements = subordinate(etree.fromstring(data))
        there = []
        for element in elements:
            kind = of_type(element).strip()
            there.append(("" if kind == "unpublished" else kind, [(code(p), number(p)) for p in parameters(element)]))
        read = [
            (criterion.code, [(p.code, str(p.value)) for p in criterion.parameters if p.code and p.value is not None])
            for criterion in (*[c for lot in notices[name].lots for c in lot.criteria], *notices[name].criteria)
            if "SubordinateAwardingCriterion" in criterion.where
        ]
        assert sorted(read) == sorted(there), name
        seen += len(read)
        weights += sum(len(found) for _, found in read)
    assert seen == 1984
    assert weights > 1300


def places(notice: Notice) -> Iterator[tuple[str, str]]:
    """Every value that can be found again, with its place."""
    for text in notice.every_text():
        yield text.where, text.value
    for code in notice.every_code():
        yield code.where, code.published or code.value
    for criterion in criteria(notice):
        for parameter in criterion.parameters:
            if parameter.value is not None:
                yield parameter.where, str(parameter.value)
    for lot in notice.lots:
        if lot.value:
            yield lot.value.where, str(lot.value.value)
        if lot.duration:
            yield lot.duration.where, str(lot.duration.value)
        for figure in lot.figures:
            yield figure.where, str(figure.value)
    for bid in notice.bids:
        if bid.value:
            yield bid.value.where, str(bid.value.value)
        for item in (*bid.codes, *bid.texts, *bid.figures):
            yield item.where, str(item.value)
    for outcome in notice.outcomes:
        for figure in outcome.figures:
            yield figure.where, str(figure.value)
    for statistic in notice.statistics:
        if statistic.value is not None:
            yield statistic.where, str(statistic.value)
    for amount in (notice.value, notice.awarded):
        if amount:
            yield amount.where, str(amount.value)


def test_each_place_leads_back_to_its_value(documents: dict[str, bytes], notices: dict[str, Notice]) -> None:
    """Every value of every ninth notice: its XPath finds one element of the file as it is, and there stands the value."""
    tried = 0
    for name in sorted(documents)[::9]:
        root = etree.fromstring(documents[name])  # comments and blanks are still in
        for where, value in places(notices[name]):
            (element,) = root.xpath(where, namespaces=NAMESPACES)
            assert (element.text or "").strip().lstrip("+") == value, (name, where)
            tried += 1
        for thing in (*notices[name].lots, *notices[name].parties, *notices[name].bids, *notices[name].outcomes, *criteria(notices[name])):
            assert len(root.xpath(thing.where, namespaces=NAMESPACES)) == 1, (name, thing.where)
        for problem in notices[name].problems:
            assert root.xpath(problem.where, namespaces=NAMESPACES), (name, problem)
    assert tried > 3000


def test_every_text_keeps_its_language(notices: dict[str, Notice]) -> None:
    languages = Counter(text.language for notice in notices.values() for text in notice.every_text())
    assert set(languages) <= set(LANGUAGES.values()) | {""}
    assert len([language for language in languages if language]) >= 24
    several = [notice for notice in notices.values() if len({text.language for text in notice.texts if text.role == "title"}) > 1]
    assert len(several) > 5


def test_none_is_kept_apart_from_silence(notices: dict[str, Notice]) -> None:
    stated = [notice for notice in notices.values() if notice.coded("strategic-procurement") == ("none",)]
    silent = [notice for notice in notices.values() if not notice.coded("strategic-procurement")]
    assert (len(stated), len(silent)) == (100, 447)


def test_withheld_values_are_absent_and_remarked(notices: dict[str, Notice]) -> None:
    notice = notices[f"{BULK}#notices/00517337-2024.xml"]
    said = [problem for problem in notice.problems if problem.code == "withheld"]
    assert "the number of the award criterion (BT-541) is withheld until 2024-08-29" in said[0].message
    assert sum(criterion.parameters == () for criterion in criteria(notice)) == 9
    assert not any(parameter.code for criterion in criteria(notice) for parameter in criterion.parameters)
    assert not any(str(text.value) == "unpublished" for found in notices.values() for text in found.every_text())


def test_concession_award(notices: dict[str, Notice]) -> None:
    """The Slovenian waste concession: weighted criteria, ten years, one bidder."""
    notice = notices["notices/00489993-2024.xml"]
    (lot,) = notice.lots
    assert (notice.subtype, notice.stage, len(lot.criteria)) == ("32", "award", 5)
    assert lot.duration is not None
    assert (lot.duration.value, lot.duration.unit) == (10, "year")
    weighting = weights_of(lot)
    assert weighting.complete
    assert sum(share for share in weighting.shares if share is not None) == 1
    (bid,) = notice.bids
    (outcome,) = notice.outcomes
    assert outcome.suppliers == bid.tenderers != ()
    assert [party.roles for party in notice.parties if party.id in bid.tenderers] == [("tenderer", "supplier")]


def test_two_kinds_of_weight_in_one_lot_are_not_mixed(notices: dict[str, Notice]) -> None:
    found = [weights_of(lot) for lot in notices["notices/00615513-2024.xml"].lots]
    assert any(remark.code == "kinds-mixed" for weighting in found for remark in weighting.remarks)
    assert all(weighting.share_of("price") is None for weighting in found if any(r.code == "kinds-mixed" for r in weighting.remarks))


# ---- the SDK's examples and Norway's

NOT_READ_HERE = {
    "INVALID_cn_24_multiple.xml": "a number of a selection criterion is repeated (BT-752, 7532), which is not read",
    "INVALID_change-cn_24_FRA_comments.xml": "a change names a section that the notice before it does not have; only that notice shows it",
}
PLACE_OF_FAULT = {
    "INVALID_can_24_empty.xml": ("missing-lot", "/*"),
    "INVALID_can_24_stage-1.xml": ("missing-id", "/*/cac:ProcurementProjectLot[1]"),
    "INVALID_can_24_stage-2.xml": ("code-missing", "/*/cac:TenderingProcess/cbc:ProcedureCode"),
    "INVALID_cn_24_empty.xml": ("missing-lot", "/*"),
    "INVALID_cn_24_stage-1.xml": ("missing-id", "/*/cac:ProcurementProjectLot[1]"),
    "INVALID_cn_24_stage-2.xml": ("code-missing", "/*/cac:ContractingParty[1]/cac:ContractingPartyType[1]/cbc:PartyTypeCode"),
    "INVALID_pin-buyer_24_stage-1.xml": ("missing-buyer", "/*"),
    "INVALID_pin-only_24_empty.xml": ("missing-id", "/*"),
    "INVALID_pin-only_24_minimal.xml": ("missing-id", "/*"),
    "INVALID_pin-only_24_stage-1.xml": ("missing-id", "/*/cac:ProcurementProjectLot[1]"),
}


def examples() -> dict[str, bytes]:
    found = {}
    for path in sorted((DATA / "eforms-sdk" / "examples").glob("*.xml*")):
        found[path.name.removesuffix(".gz")] = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    with tarfile.open(DATA / "eforms-sdk" / "more-examples.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None and member.name.endswith(".xml"):
                found[member.name.rpartition("/")[2]] = file.read()
    return found


def test_examples_of_the_sdk() -> None:
    documents = examples()
    assert len(documents) == 92 - ("more-examples.tar.gz" in documents)
    invalid = {name for name in documents if name.startswith("INVALID")}
    assert invalid == set(PLACE_OF_FAULT) | set(NOT_READ_HERE)
    for name, data in documents.items():
        notice = read_eforms(data, name)
        found = {(problem.code, problem.where) for problem in notice.problems}
        if name in PLACE_OF_FAULT:
            assert PLACE_OF_FAULT[name] in found, (name, found)
            assert all(problem.file == name and problem.line for problem in notice.problems)
        elif name not in invalid:
            assert {code for code, _ in found} <= {"withheld", "unpublished", "misplaced"}, (name, found)


def test_maximal_example_gives_every_field() -> None:
    notice = read_eforms(examples()["cn_24_maximal.xml"], "cn_24_maximal.xml")
    lists = {code.list for code in notice.every_code()}
    assert lists >= {
        "environmental-impact",
        "social-objective",
        "innovative-acquisition",
        "strategic-procurement",
        "accessibility",
        "framework-agreement",
        "dps-usage",
        "eu-funded",
        "eu-programme",
        "reserved-procurement",
        "reserved-execution",
        "selection-criterion",
        "sme-suitable",
        "cpv",
        "contract-nature",
        "legal-basis",
    }
    assert {text.role for text in notice.every_text()} >= {"title", "description", "note", "sustainability", "selection", "award", "clause"}


# Norway's invalid examples break rules between fields of national law; no single value that is read is wrong.
NATIONAL_RULE = "a national rule about several fields, which a reader does not judge"


def test_norway() -> None:
    for path in sorted((DATA / "eforms-norway").glob("*.xml")):
        notice = read_eforms(path.read_bytes(), path.name)
        # the issue date is a placeholder in these files, and it is found as one
        assert ("bad-date", "/*/cbc:IssueDate") in {(problem.code, problem.where) for problem in notice.problems}
        assert {problem.code for problem in notice.problems} <= {"bad-date", "withheld"}, path.name
        assert notice.lots, path.name


def test_norwegian_criteria_are_quality_and_keep_their_code() -> None:
    notice = read_eforms((DATA / "eforms-norway" / "VALID-national-e3-nor-env.xml").read_bytes())
    found = {(criterion.type, criterion.code) for criterion in criteria(notice)}
    assert any(type == "quality" and code.startswith("quality-nor-env") for type, code in found)


def test_truncated_notices_are_refused_with_their_line(documents: dict[str, bytes]) -> None:
    for name in sorted(documents)[::97]:
        data = documents[name]
        with pytest.raises(Exception, match="xml-broken"):
            parse_xml(data[: len(data) // 2], name)
