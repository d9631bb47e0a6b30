"""Letters to bidders: why they lost is clear, and nothing of a competitor's is in them, wherever it was hidden."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import page as checker
import pypdf
import pytest

from tenderloop.award.bid import Bid
from tenderloop.award.judgement import Consensus, Judgement
from tenderloop.award.reading import read_bids, read_judgements, read_procedure
from tenderloop.award.result import AwardResult
from tenderloop.award.scoring import award
from tenderloop.errors import Problems
from tenderloop.report.award import build_award
from tenderloop.report.award_html import award_to_html
from tenderloop.report.award_leaks import leaks, may_know
from tenderloop.report.award_letter_pages import letter_files, letter_to_html, letter_to_pdf
from tenderloop.report.award_letters import NOTE_DERIVED, explanation_letter, letters, outcome_letter

HERE = Path(__file__).parent / "award"
SENT = "2026-04-22"


def evaluated(**changes: Any) -> AwardResult:
    procedure = read_procedure(HERE / "procedure.yaml")
    dossier = read_bids(HERE / "bids.yaml", procedure)
    panel = read_judgements(HERE / "judgements.yaml", procedure)
    given: dict[str, Any] = {
        "procedure": procedure,
        "bids": dossier.bids,
        "judgements": panel.judgements,
        "consensus": panel.consensus,
        "decisions": dossier.decisions,
    }
    given |= {name: change(given[name]) for name, change in changes.items()}
    return award(**given, proceedings=dossier.proceedings)


@pytest.fixture(scope="module")
def result() -> AwardResult:
    return evaluated()


def text_of(letter: str) -> str:
    bare = re.sub(r"<style>.*?</style>", "", letter, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).replace("\u202f", "").replace("\u00a0", " ").split())


def outcome(result: AwardResult, bid: str) -> str:
    return text_of(letter_to_html(outcome_letter(result, bid, sent=SENT), result))


# --------------------------------------------------------------------------------------------------------------- what a bidder reads


def test_a_loser_reads_rank_winner_difference_and_standstill(result: AwardResult) -> None:
    text = outcome(result, "birch")
    assert "ranked 3 of 4" in text
    assert "We intend to award the contract to Alder Works" in text
    assert "59.75 of 100 points, the successful one 68.84: 9.08 more" in text
    assert "Warranty: the successful bid scored 100.00 of 100, yours 50.00; 7.50 points fewer" in text
    assert "Price: yours was the better" in text
    assert "ends at midnight at the end of Monday 4 May 2026; the contract is not signed before Tuesday 5 May 2026" in text


def test_every_criterion_stands_in_the_annex_with_rule_score_reason_and_what_was_missing(result: AwardResult) -> None:
    text = outcome(result, "birch")
    for title in ("1 Price", "2.1 Circular offer", "2.2 Durability and repair", "2.3 Warranty"):
        assert title in text
    assert "Formula lowest_price_ratio" in text
    assert "Your score: 75.00 of 100, that is 22.50 of 30.00 points" in text
    assert "Reason of the panel: The test report of the welds was found in annex 4" in text
    assert "Why not higher: the next step, 4 (100 of 100), asks: Very good; nothing is open and it is proven." in text
    assert "Why not higher: not offered: Are spare parts sold for ten years (40)." in text
    assert "Why not higher: 100 of 100 needs 10 or more." in text


def test_evaluators_are_not_named(result: AwardResult) -> None:
    for letter in letters(result, sent=SENT):
        words = set(re.findall(r"\w+", text_of(letter_to_html(letter, result)).lower()))
        assert not words & {"ana", "ben", "cho", "dora"}, letter.name


def test_who_was_not_assessed_reads_the_ground_and_no_winner(result: AwardResult) -> None:
    text = outcome(result, "fir")
    assert "a ground for exclusion applies" in text
    assert "Unpaid taxes: Final notice of the tax office" in text
    assert "Alder" not in text
    assert "assessment summary" not in text
    assert "after the deadline" in outcome(result, "elm")


def test_who_missed_a_minimum_reads_which_and_by_how_much() -> None:
    def stricter(procedure: Any) -> Any:
        lot = procedure.lots[0]
        criteria = tuple(
            each.model_copy(update={"threshold": each.threshold.model_copy(update={"min_score": Fraction(45)})}) if each.threshold else each
            for each in lot.criteria
        )
        return procedure.model_copy(update={"lots": (lot.model_copy(update={"criteria": criteria}),)})

    result = evaluated(procedure=stricter)
    assert result.lots[0].standing_of["dogwood"].status == "below_threshold"
    text = outcome(result, "dogwood")
    assert "did not reach a minimum" in text
    assert "Minimum not reached: Quality asks 45 of 100, your bid has 40.00." in text
    assert "Your score: 50.00 of 100. No points were given, because the bid was not ranked." in text
    assert "We intend to award the contract to" in text
    page = award_to_html(build_award(result))
    assert re.search(r'class="num heat-\d heat-failed">40\.0 ✗', page)


def test_the_winner_reads_that_it_is_first_and_may_not_sign_yet(result: AwardResult) -> None:
    text = outcome(result, "alder")
    assert "Your bid is placed first" in text
    assert "not yet the contract" in text
    assert "Birch" not in text


def test_without_a_day_of_sending_no_day_is_invented(result: AwardResult) -> None:
    letter = outcome_letter(result, "birch")
    text = text_of(letter_to_html(letter, result))
    assert "ends on: ____" in text
    assert not re.search(r"\d{4}-\d\d-\d\d|\d May 2026", text)
    assert any("left blank" in note for note in letter.notes)


def test_a_lot_without_winner_has_no_outcome() -> None:
    open_ = evaluated(consensus=lambda given: given[1:])
    assert open_.lots[0].status == "incomplete"
    with pytest.raises(Problems, match=r"no-outcome-yet|has no winner"):
        outcome_letter(open_, "birch")
    assert letters(open_) == ()


def test_a_rule_that_withholds_withholds() -> None:
    def closed(procedure: Any) -> Any:
        rule = procedure.disclosure.model_copy(update={"winner_name": False, "winner_scores": False})
        return procedure.model_copy(update={"disclosure": rule})

    result = evaluated(procedure=closed)
    text = outcome(result, "birch")
    assert "Alder" not in text
    assert "68.84" not in text
    assert "does not allow it" in text
    assert "Your bid lost most on" in text


def test_the_winners_price_is_told_only_where_the_rule_says_so(result: AwardResult) -> None:
    assert "101000" not in outcome(result, "birch")
    assert NOTE_DERIVED in outcome_letter(result, "birch").notes

    def told(procedure: Any) -> Any:
        return procedure.model_copy(update={"disclosure": procedure.disclosure.model_copy(update={"winner_price": True})})

    open_ = evaluated(procedure=told)
    assert "Its evaluated price is 101000 EUR" in outcome(open_, "birch")
    assert NOTE_DERIVED not in outcome_letter(open_, "birch").notes


@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("figures", [True, False])
def test_the_ranking_is_told_as_far_as_the_rule_lets(names: bool, figures: bool) -> None:
    def opened(procedure: Any) -> Any:
        rule = procedure.disclosure.model_copy(update={"other_names": names, "other_totals": figures})
        return procedure.model_copy(update={"disclosure": rule})

    text = outcome(evaluated(procedure=opened), "birch")
    assert ("Cedar Ltd" in text) is names
    assert ("46.30" in text) is figures
    assert ("Ranking" in text) is (names or figures)
    assert ("another bidder" in text) is (figures and not names)


def test_the_question_about_a_low_price_tells_no_other_price(result: AwardResult) -> None:
    low = result.lots[0].low_bids[0]
    assert any("79500" in line.text for line in low.working), "the rule compares with another bidder's price: that is what must stay out"
    text = text_of(letter_to_html(explanation_letter(result, "dogwood"), result))
    assert "Your price: 41250 EUR" in text
    assert "a question, not a rejection" in text
    for figure in ("79500", "91071", "55650"):
        assert figure not in text
    assert "explanation_dogwood" not in {each.name for each in letters(result)}, "it is decided: nothing is left to ask"
    undecided = evaluated(decisions=lambda given: [each for each in given if each.bid != "dogwood"])
    assert "explanation_dogwood" in {each.name for each in letters(undecided)}
    with pytest.raises(Problems, match="not flagged"):
        explanation_letter(result, "birch")


# ---------------------------------------------------------------------------------------------------------------------------- leaks

CANARY = "Zanzibarcanary"


def bids_with_canaries() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every text field of a bid, with a canary in it."""
    text = f"{CANARY} in this field"
    yield "bidder", {"bidder": f"{CANARY} Works"}
    yield "confidential", {"confidential": (text,)}
    for field in ("withdrawn_reason", "notes", "explanation", "subcontracted", "country"):
        yield field, {field: text}
    yield "subcontractors", {"subcontractors": (text,)}
    yield "corrections", {"corrections": ({"kind": "other", "amount": "1", "reason": text},)}
    yield "costs", {"costs": ({"id": "power", "title": text, "amount": "5"},)}
    yield "cases", {"cases": {"circular_bid": f"{CANARY}.yaml"}}
    yield "documents", {"documents": {"paper": {"title": text, "url": "https://example.org", "author": ""}}}
    yield "document author", {"documents": {"paper": {"title": "T", "author": text}}}
    yield "document url", {"documents": {"paper": {"title": "T", "url": f"https://example.org/{CANARY}"}}}
    yield "document id", {"documents": {f"{CANARY}_id": {"title": "T"}}}
    yield "facts", {"facts": {"warranty_years": {"kind": "text", "value": text}}}
    yield "fact evidence", {"facts": {"take_back": {"kind": "yes_no", "value": True, "evidence": [{"quote": text, "document": "x"}]}}}
    yield "fact document", {"facts": {"take_back": {"kind": "yes_no", "value": True, "evidence": [{"document": f"{CANARY}.pdf"}]}}}


def with_bid(result: AwardResult, bid: str, change: dict[str, Any]) -> AwardResult:
    """The result with another bid's record changed; scores stay as they are, for only the search is tested."""
    plain = result.bid_of[bid].model_dump(mode="json", by_alias=True)
    changed = Bid.model_validate({**plain, **change})
    return result.model_copy(update={"bids": tuple(changed if each.id == bid else each for each in result.bids)})


@pytest.mark.parametrize(("field", "change"), list(bids_with_canaries()), ids=lambda each: each if isinstance(each, str) else "")
@pytest.mark.parametrize(
    "hidden",
    [
        "<p>… {} …</p>",
        '<img alt="{}" src="x">',
        "<!-- {} -->",
        '<meta name="keywords" content="{}">',
        "<svg><title>{}</title></svg>",
        '<p title="{}">x</p>',
        "<title>{}</title>",
    ],
)
def test_a_canary_in_any_text_field_is_found_wherever_it_hides(
    result: AwardResult, field: str, change: dict[str, Any], hidden: str
) -> None:
    changed = with_bid(result, "cedar", change)
    flat = str(change)
    told = next(each for each in re.findall(rf"[^'\"]*{CANARY}[^'\"]*", flat))
    found = leaks(hidden.format(html.escape(told)), "birch", changed)
    assert found, (field, told)
    assert {each.bid for each in found} == {"cedar"}


def test_no_canary_of_any_other_bid_reaches_any_letter(result: AwardResult) -> None:
    """Every text of every bid holds a canary of its own; each letter, HTML and PDF with its metadata, is searched for all the others."""
    changed = result
    for bid in result.bids:
        changed = with_bid(
            changed,
            bid.id,
            {
                "notes": f"{CANARY}note{bid.id}",
                "explanation": f"{CANARY}explanation{bid.id}",
                "confidential": (f"{CANARY}secret{bid.id}",),
                "subcontractors": (f"{CANARY}sub{bid.id}",),
                "documents": {"offer": {"title": f"{CANARY}title{bid.id}", "author": f"{CANARY}author{bid.id}"}},
            },
        )
    written = letter_files(changed, sent=SENT)
    assert len(written) == 12
    for name, content in written.items():
        own = name.partition(".")[0].removeprefix("outcome_")
        if name.endswith(".pdf"):
            reader = pypdf.PdfReader(BytesIO(content))
            text = (
                "".join(page.extract_text() for page in reader.pages)
                + str(reader.metadata)
                + str(reader.xmp_metadata and reader.xmp_metadata.stream.get_data())
            )
        else:
            text = content.decode()
        for bid in result.bids:
            if bid.id != own:
                assert not re.search(rf"{CANARY}\w*{bid.id}", "".join(text.split())), name


def test_a_reason_that_compares_bids_stops_every_letter() -> None:
    """The usual way in which a competitor's secret reaches a letter: an evaluator wrote it into a reason."""

    def compared(given: tuple[Consensus, ...]) -> tuple[Consensus, ...]:
        return tuple(
            each.model_copy(update={"reason": "Weaker than Cedar Ltd, whose desks are solid."}) if each.bid == "birch" else each
            for each in given
        )

    result = evaluated(consensus=compared)
    with pytest.raises(Problems) as caught:
        letter_files(result, sent=SENT)
    assert {problem.code for problem in caught.value.problems} == {"letter-leak"}
    assert "Cedar Ltd" in str(caught.value)
    with pytest.raises(Problems):
        letter_to_html(outcome_letter(result, "birch", sent=SENT), result)
    with pytest.raises(Problems):
        letter_to_pdf(outcome_letter(result, "birch", sent=SENT), result)


def test_the_command_writes_no_letter_at_all_when_one_would_leak(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tenderloop.cli import main

    for name in ("procedure.yaml", "bids.yaml", "judgements.yaml"):
        text = (HERE / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("Repair is covered by stock", "Better than Cedar Ltd"), encoding="utf-8")
    assert main(["award", str(tmp_path), "--letters", str(tmp_path / "letters")]) == 1
    assert not (tmp_path / "letters").exists()
    assert "letter-leak" in capsys.readouterr().err


@pytest.mark.parametrize(
    "written",
    ["88300", "88 300", "88,300", "88.300", "88\u202f300", "88’300", "88300.00", "88,300.00", "88.300,00", "92715", "92,715.00 EUR"],
)
def test_another_price_is_found_however_it_is_written(result: AwardResult, written: str) -> None:
    found = leaks(f"<p>the lowest was {written} and no more</p>", "birch", result)
    assert {(each.bid, each.kind) for each in found} == {("cedar", "price")}


def test_small_prices_are_found_beside_their_currency() -> None:
    """A gate fee of 62 is a price where a currency stands beside it, and a mere number where none does."""

    def small(given: tuple[Bid, ...]) -> tuple[Bid, ...]:
        prices = {"alder": Fraction(71), "birch": Fraction(66), "cedar": Fraction(62), "dogwood": Fraction(58)}
        return tuple(each.model_copy(update={"price": prices.get(each.id, each.price), "corrections": ()}) for each in given)

    result = evaluated(bids=small)
    assert {each.kind for each in leaks("<p>the next was at 62 CHF a tonne</p>", "birch", result)} == {"price"}
    assert leaks("<p>62 of 100</p>", "birch", result) == []
    assert leaks("<p>your price of 66 EUR</p>", "birch", result) == []


def test_names_and_quotations_are_found_in_other_dress(result: AwardResult) -> None:
    for text in ("CEDAR LTD", "Cedar\u00a0Ltd", "Ce<b>dar L</b>td", "Cedar\u200b Ltd", "ＣＥＤＡＲ Ltd", "cedar"):
        assert {each.kind for each in leaks(f"<p>{text}</p>", "birch", result)} == {"name"}, text
    secret = "Frames are bought at 17.85 EUR apiece from Nordwerk."
    part = "we heard that frames are bought at 17.85 EUR apiece from somebody"
    assert "confidential" in {each.kind for each in leaks(f"<p>{secret}</p>", "alder", result)}
    assert "confidential" in {each.kind for each in leaks(f"<p>{part}</p>", "alder", result)}
    quoted = "somebody else’s seat shells are riveted and cannot be changed, so repair is only partly covered"
    assert {each.kind for each in leaks(f"<p>{quoted}</p>", "birch", result)} == {"judgement"}


def test_a_name_of_markup_is_found_as_it_stands_in_the_page(result: AwardResult) -> None:
    name = "<b>Evil</b> & Sons {{ 7*7 }}"
    changed = with_bid(result, "cedar", {"bidder": name})
    assert {each.bid for each in leaks(f"<p>{html.escape(name)}</p>", "birch", changed)} == {"cedar"}
    assert letter_files(changed, sent=SENT, pdf=False), "no letter holds it"


def test_the_name_of_a_file_is_searched(result: AwardResult) -> None:
    assert {each.bid for each in leaks("<p>x</p>", "birch", result, name="letter Cedar Ltd")} == {"cedar"}


def test_what_is_public_or_ones_own_is_no_leak(result: AwardResult) -> None:
    for text in (
        "Frames come from our own reuse workshop; see calculation sheet 3.",
        "79500 EUR",
        "Alder Works",
        "120000 EUR",
        "Durability and repair",
    ):
        assert leaks(f"<p>{text}</p>", "birch", result) == [], text
    assert leaks("<p>Alder Works</p>", "fir", result) != [], "who was not assessed is not told who won"


def test_a_name_that_may_be_told_in_one_lot_is_no_leak_in_another(result: AwardResult) -> None:
    """The winner of the addressee's lot has another bid elsewhere: its name is told all the same, that other bid's price is not."""
    alder = result.bid_of["alder"].model_copy(update={"id": "alder2", "lot": "lot2", "price": Fraction(64321), "corrections": ()})
    wider = result.model_copy(update={"bids": (*result.bids, alder)})
    assert leaks("<p>Alder Works</p>", "birch", wider) == []
    assert {each.bid for each in leaks("<p>64 321</p>", "birch", wider)} == {"alder2"}


def test_what_a_bidder_may_know_follows_the_rule(result: AwardResult) -> None:
    known = may_know(result, "Birch & Sons")
    assert known == may_know(result, "birch")
    assert known.own == {"birch"}
    assert known.names == {"birch", "alder"}
    assert known.prices == {"birch"}


# ---------------------------------------------------------------------------------------------------------------------------- pages


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_a_letter_is_accessible_and_archivable(result: AwardResult, profile: str) -> None:
    made = letter_to_pdf(outcome_letter(result, "birch", sent=SENT), result)
    found = checker.validate_pdf_bytes(made, profile=profile)
    assert found.is_compliant, [(each.rule_id, each.message) for each in found.failures]


def test_same_inputs_same_bytes(result: AwardResult) -> None:
    letter = outcome_letter(result, "birch", sent=SENT)
    again = outcome_letter(AwardResult.from_json(result.to_json()), "birch", sent=SENT)
    assert letter == again
    assert letter_to_pdf(letter, result) == letter_to_pdf(again, result)


def test_what_people_write_stays_text() -> None:
    hostile = "<img src=http://198.51.100.7/x><script>alert(1)</script>{{ 7*7 }} & \"'"

    def nasty(given: tuple[Consensus, ...]) -> tuple[Consensus, ...]:
        return tuple(each.model_copy(update={"reason": hostile}) if each.bid == "birch" else each for each in given)

    result = evaluated(consensus=nasty)
    letter = outcome_letter(result, "birch", sent=SENT)
    assert html.escape(hostile, quote=False).replace('"', "&#34;").replace("'", "&#39;") in letter_to_html(letter, result)
    assert letter_to_pdf(letter, result)


def test_judgements_stand_in_for_a_consensus_where_the_rule_computes() -> None:
    def by_mean(procedure: Any) -> Any:
        return procedure.model_copy(update={"rules": procedure.rules.model_copy(update={"aggregation": "mean"})})

    result = evaluated(procedure=by_mean, consensus=lambda given: ())
    text = outcome(result, "birch")
    assert "Reasons of the evaluators: step 1: Who certifies the reused frames stays open" in text
    assert "First reading" not in text, "an earlier record does not count"


def test_a_judgement_kept_but_replaced_is_searched_too(result: AwardResult) -> None:
    old = next(each for each in result.judgements if each.bid == "birch" and each.step == "2")
    assert isinstance(old, Judgement)
    assert {each.kind for each in leaks(f"<p>{old.reason}</p>", "cedar", result)} == {"judgement"}
