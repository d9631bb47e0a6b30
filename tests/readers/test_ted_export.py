"""The older XML of TED: 80 real notices against their index, weights in words, small notices for single points."""

from __future__ import annotations

import csv
import os
import tarfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from lxml import etree

from tenderloop.errors import Problems
from tenderloop.notice import Notice
from tenderloop.readers.ted_export import read_ted_export, weight_in_words
from tenderloop.weighting import weights_of

DATA = Path(os.environ.get("TENDERLOOP_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "ted-legacy-xml"
real = pytest.mark.skipif(not (DATA / "index.csv").exists(), reason="NOT TESTED: the older real notices are not here")


def documents() -> dict[str, bytes]:
    found = {path.name: path.read_bytes() for path in sorted(DATA.glob("*.xml"))}
    with tarfile.open(DATA / "more-legacy-notices.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None and member.name.endswith(".xml"):
                found[f"more-legacy-notices.tar.gz#{member.name}"] = file.read()
    return found


@real
def test_equal_to_the_index() -> None:
    found = {name: read_ted_export(data, name) for name, data in documents().items()}
    with (DATA / "index.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(found) == 80
    for row in rows:
        notice = found[row["file"]]
        criteria = [criterion for lot in notice.lots for criterion in lot.criteria]
        assert (notice.id, notice.version, notice.country) == (row["doc_id"], row["schema"], row["country"])
        # in one notice the index has the first of ORIGINAL_CPV; the form itself names another one as main
        assert notice.coded("cpv")[0] == ("90512000" if row["doc_id"] == "070494-2021" else row["main_cpv"])
        assert notice.subtype == row["form"] or not row["form"], row  # the index leaves some forms out
        counts = tuple(sum(criterion.type == kind for criterion in criteria) for kind in ("quality", "cost", "price"))
        assert counts == tuple(int(row[column]) for column in ("quality_criteria", "cost_criteria", "price_elements")), row["file"]
        assert len({outcome.where.split("/*[local-name()='AWARDED_CONTRACT']")[0] for outcome in notice.outcomes}) == int(
            row["award_contract_elements"]
        )
        assert notice.problems == ()
        assert notice.date
        assert notice.procedure
        assert notice.stage


@real
def test_places_lead_back() -> None:
    tried = 0
    for name, data in list(documents().items())[::8]:
        root = etree.fromstring(data)
        notice = read_ted_export(data, name)
        for text in notice.every_text():
            (element,) = root.xpath(text.where)
            there = "".join(element.itertext()).split()
            assert "".join(text.value.split()) == "".join(there), text.where
            tried += 1
        for code in notice.every_code():
            (element,) = root.xpath(code.where)
            values = {*element.attrib.values(), element.tag.rpartition("}")[2]}
            assert (code.published or code.value) in values
            tried += 1
        for lot in notice.lots:
            for criterion in lot.criteria:
                for parameter in criterion.parameters:
                    (element,) = root.xpath(parameter.where)
                    assert f"written in words: {''.join(element.itertext()).strip()}" in parameter.note
                    tried += 1
    assert tried > 150


@real
def test_weights_in_words_make_shares() -> None:
    complete = [
        weights_of(lot) for data in documents().values() for lot in read_ted_export(data).lots if lot.criteria and weights_of(lot).complete
    ]
    assert len(complete) > 100
    assert all(sum(share for share in found.shares if share is not None) == 1 for found in complete)
    assert any("from-words" in {remark.code for remark in found.remarks} for found in complete)


@pytest.mark.parametrize(
    ("words", "code", "value"),
    [
        ("15 %", "per-exa", "15"),
        ("50%", "per-exa", "50"),
        ("12,5 proc.", "per-exa", "12.5"),
        ("30 pkt", "poi-exa", "30"),
        ("30 Punkte", "poi-exa", "30"),
        ("20 points", "poi-exa", "20"),
        ("0.4", "", "0.4"),
        ("13,50", "", "13.50"),
        ("0,125", "", "0.125"),
        ("1,000", "", None),
        ("10-20 %", "", None),
        ("Pass/Fail", "", None),
        ("N/A", "", None),
        ("3 of 5", "", None),
        ("-5 %", "", None),
    ],
)
def test_weight_in_words(words: str, code: str, value: str | None) -> None:
    assert weight_in_words(words) == (code, None if value is None else Decimal(value))


def notice(*criteria: tuple[str, str], more: str = "", category: str = "ORIGINAL") -> Notice:
    inside = "".join(
        f"<AC_{kind}><AC_CRITERION>{kind}</AC_CRITERION><AC_WEIGHTING>{weight}</AC_WEIGHTING></AC_{kind}>" for kind, weight in criteria
    )
    return read_ted_export(
        '<TED_EXPORT xmlns="any" DOC_ID="1-2021"><FORM_SECTION>'
        f'<F02_2014 CATEGORY="{category}" LG="EN"><OBJECT_CONTRACT><OBJECT_DESCR ITEM="1"><AC>{inside}</AC>{more}</OBJECT_DESCR>'
        "</OBJECT_CONTRACT></F02_2014></FORM_SECTION></TED_EXPORT>".encode()
    )


def test_bare_numbers_count_only_when_they_make_a_whole() -> None:
    (lot,) = notice(("QUALITY", "40"), ("COST", "60")).lots
    assert weights_of(lot).shares == (Fraction(2, 5), Fraction(3, 5))
    (lot,) = notice(("QUALITY", "1"), ("QUALITY", "2"), ("COST", "3")).lots
    found = weights_of(lot)
    assert found.shares == (None, None, None)
    assert {remark.code for remark in found.remarks} == {"kind-unknown"}
    (lot,) = notice(("QUALITY", "40 %"), ("COST", "60")).lots
    assert not weights_of(lot).complete


def test_paragraphs_inline_marks_and_numbers() -> None:
    more = (
        "<SHORT_DESCR><P><FT>a</FT> <FT>b</FT></P><P>c<FT>2</FT></P></SHORT_DESCR>"
        '<VAL_OBJECT CURRENCY="EUR">1 000</VAL_OBJECT><DURATION TYPE="MONTH">24</DURATION><NO_ACCEPTED_VARIANTS/>'
    )
    found = notice(more=more)
    (lot,) = found.lots
    assert [text.value for text in lot.texts] == ["a b\nc2"]
    assert lot.duration is not None
    assert (lot.duration.value, lot.duration.unit) == (24, "month")
    assert [(code.list, code.value, code.published) for code in lot.codes] == [("permission", "not-allowed", "NO_ACCEPTED_VARIANTS")]
    assert [(problem.code, problem.where[-32:]) for problem in found.problems] == [("bad-number", "/*[local-name()='VAL_OBJECT'][1]")]


def test_without_an_original_the_first_form_is_read() -> None:
    assert [problem.code for problem in notice(category="TRANSLATION").problems] == ["no-original"]


@pytest.mark.parametrize(
    ("data", "code"), [(b"<OTHER/>", "not-ted-export"), (b"<TED_EXPORT/>", "no-form"), (b"<TED_EXPORT>", "xml-broken")]
)
def test_refused(data: bytes, code: str) -> None:
    with pytest.raises(Problems, match=code):
        read_ted_export(data, "x.xml")
