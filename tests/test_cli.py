"""The command line: what is printed, which exit code, and that nobody ever sees a traceback for bad input."""

from __future__ import annotations

import importlib.metadata
import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from tenderloop.cli import DONE, FAULTS, WRONG_USE, main
from tenderloop.errors import Problems
from tenderloop.methods import get, load
from tenderloop.readers.arguments import CODES, read_arguments
from tenderloop.report.calc import calc_json, calc_text, method_text

BALANCE = ["years=2030:100000:45%:0", "years=2035:100000:65:0", "project_capacity=50000t/year"]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


# starting


def test_help_imports_nothing_heavy_and_answers_at_once() -> None:
    code = (
        "import sys\n"
        "from tenderloop.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'pydantic', 'numpy', 'pandas', 'yaml', 'openpyxl', 'weasyprint', 'sklearn', 'jinja2'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    spent: list[float] = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert (found.returncode, found.stderr) == (0, "")
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < 0.25


def test_version_and_every_verb_of_the_design_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert re.fullmatch(r"tenderloop \d+\.\d+\.\d+\n", capsys.readouterr().out)
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    for verb in ("rate", "explain", "improve", "compare", "calc", "lint", "packs", "questionnaire", "open-data", "schema", "serve"):
        assert re.search(rf"^    {verb}\b", text, re.MULTILINE)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["rat"],
        ["rate"],
        ["calc"],
        ["calc", "r2"],
        ["rate", "x", "--nonsense"],
        ["improve", "x", "--most", "many"],
        ["questionnaire", "p"],
    ],
)
def test_wrong_use_is_2_with_a_line_that_helps(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    code, out, err = run(capsys, *arguments)
    assert code == WRONG_USE
    assert out == ""
    assert err.startswith("tenderloop: ")


# calc


def test_calc_gives_the_answer_first_and_shows_its_work(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "calc", "residual_balance", *BALANCE)
    assert (code, err) == (DONE, "")
    assert re.search(r"^overcapacity_peak +.*worst year +1\.429$", out, re.MULTILINE)
    assert re.search(r"^first_conflict_year +.* 2035$", out, re.MULTILINE)
    assert "proposed: ours, not an official rule" in out
    assert out.index("overcapacity_peak") < out.index("Inputs") < out.index("Work") < out.index("Source:")


def test_calc_json_is_exact(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "calc", "residual_balance", *BALANCE, "--json")
    assert code == DONE
    found = json.loads(out)
    assert found["outputs"]["overcapacity_first"] == {"exact": "10/11", "shown": "0.9091", "unit": "1"}
    assert "first_conflict_year" in found["outputs"]
    assert "headroom_gap_min" not in found["outputs"]
    assert found["status"] == "proposed"


def test_calc_lists_every_method_and_shows_each(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "calc", "--list")
    assert [line.split()[0] for line in out.splitlines()] == sorted(load())
    assert all(line.split()[1] in ("official", "published", "unverified", "proposed") for line in out.splitlines())
    for name in load():
        code, out, _ = run(capsys, "calc", name)
        assert code == DONE
        names = [each.name for each in get(name).inputs] + [each.name for each in get(name).outputs]
        for each in names:
            assert re.search(rf"^  {each} ", out, re.MULTILINE)


def test_a_refused_input_is_a_fault_of_the_input(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "calc", "annuity", "capital=1000", "rate=4%", "years=2.5")
    assert (code, out) == (FAULTS, "")
    assert (
        err == "years: method-refused: the term must be a whole number of years (split a broken year into its own cash flow and use npv)\n"
    )


def test_units_and_currency_are_read_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "calc", "cost_per_annual_tonne", "capital=300000000 EUR", "capacity=1000000kg/year")
    assert "300 000 EUR*year/t" in out.replace("\u202f", " ").replace("\u00a0", " ")


def test_a_number_without_unit_is_in_the_unit_of_the_input() -> None:
    method = get("annuity")
    bare = read_arguments(method, ["capital=1000", "rate=4", "years=25"]).values
    assert (
        bare
        == read_arguments(method, ["capital=1000 CHF", "rate=4%", "years=25 year"]).values
        == read_arguments(method, ["rate=0.04 1", "capital=1000", "years=300month"]).values
    )


def test_a_table_file_is_the_same_as_rows(tmp_path: Path) -> None:
    table = tmp_path / "years.csv"
    table.write_text("\ufeffyear,recycling_rate,arisings,other_capacity\n2030,45%,100000,0\n\n2035,65,100000 t/year,0\n", encoding="utf-8")
    method = get("residual_balance")
    assert read_arguments(method, [f"years=@{table}", BALANCE[2]]).values == read_arguments(method, BALANCE).values


FAULTY = [
    ("argument-form", ["capital"], "inputs are"),
    ("unknown-input", ["capitol=5"], "did you mean 'capital'"),
    ("repeated-input", ["capital=5", "capital=6"], "once"),
    ("missing-input", ["capital=5"], "rate=<number> (in %)"),
    ("wrong-unit", ["capital=5 kg"], "money"),
    ("wrong-unit", ["capital=5 EUR", "rate=1 USD"], "EUR"),
    ("bad-value", ["capital=1,000"], "no grouping"),
    ("bad-value", ["capital=1e9"], "no exponent"),
]


@pytest.mark.parametrize(("code", "arguments", "hint"), FAULTY)
def test_faulty_arguments_are_named_with_a_hint(code: str, arguments: list[str], hint: str) -> None:
    with pytest.raises(Problems) as caught:
        read_arguments(get("annuity"), arguments)
    assert any(problem.code == code and hint in problem.hint + problem.message for problem in caught.value.problems)
    assert all(problem.hint for problem in caught.value.problems)


TABLES = [
    ("row-length", "year,amount\n2030\n", 2),
    ("table-columns", "year,amout\n2030,5\n", 1),
    ("table-columns", "year,amount,year\n2030,5,2030\n", 1),
    ("table-columns", "", 1),
    ("bad-value", "year,amount\n2030,5\n2031,five\n", 3),
    ("wrong-unit", "year,amount\n2030,5 t\n", 2),
    ("table-file", 'year,amount\n2030,"5\n', None),
]


@pytest.mark.parametrize(("code", "text", "line"), TABLES)
def test_faulty_table_files_are_named_by_file_and_line(tmp_path: Path, code: str, text: str, line: int | None) -> None:
    table = tmp_path / "flows.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(Problems) as caught:
        read_arguments(get("npv"), [f"flows=@{table}", "rate=4"])
    (problem,) = caught.value.problems
    assert (problem.code, problem.file, problem.line) == (code, str(table), line)
    assert problem.hint


def test_table_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes(b"year,amount\n2030,\xe9\n")
    (tmp_path / "large.csv").write_bytes(b"year,amount\n" + b"2030,5\n" * 300_000)
    (tmp_path / "long.csv").write_text("year,amount\n" + "".join(f"{year},5\n" for year in range(10_001)))
    for name, says in (("nix.csv", "no such file"), ("latin.csv", "UTF-8"), ("large.csv", "2 MB"), ("long.csv", "more than 10000 rows")):
        with pytest.raises(Problems, match=says) as caught:
            read_arguments(get("npv"), [f"flows=@{tmp_path / name}", "rate=4"])
        assert {problem.code for problem in caught.value.problems} == {"table-file"}


def test_every_code_of_the_arguments_is_shown_by_a_fault() -> None:
    assert {code for code, *_ in FAULTY} | {code for code, *_ in TABLES} == set(CODES)


def test_all_faults_are_named_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "calc", "residual_balance", "yeas=1", "project_capacity=5kg", "landfill_share=x", "years=2030:5")
    assert code == FAULTS
    assert len(err.splitlines()) == 4


def test_choices_and_yes_no_are_checked() -> None:
    with pytest.raises(Problems, match="did you mean 'before_2015_09'"):
        read_arguments(get("r1"), ["electricity=1", "heat=1", "waste=1", "lhv=10", "permitted=after_2008", "ccf_group=before_2015"])


def test_a_worksheet_of_many_years_is_one_table() -> None:
    rows = [{"year": Fraction(year), "amount": Fraction(-1000 if year == 2030 else 123456)} for year in range(2030, 2060)]
    method = get("npv")
    text = calc_text(method.run({"flows": rows, "rate": Fraction(5)}), method, currency="EUR")
    assert max(len(line) for line in text.splitlines()) <= 110
    assert len(re.findall(r"^    20[345]\d ", text, re.MULTILINE)) == 60  # thirty years given, thirty years discounted
    assert len(text.splitlines()) < 95


def test_calc_reads_no_float_into_its_json() -> None:
    method = get("guaranteed_tonnage")
    data = calc_json(method.run({"maximum": Fraction(1, 3), "minimum": Fraction(1, 7)}), method)
    assert data["outputs"]["max_min_ratio"]["exact"] == "7/3"
    assert data["inputs"][0]["value"]["exact"] == "1/3"
    assert "maximum" in method_text(method)


# packs, cases, data


def test_packs_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "packs")
    assert code == DONE
    names = [line.split()[0] for line in out.splitlines()]
    assert {"circular_ppp", "people_first_ppp", "waste_to_energy"} <= set(names)
    code, out, _ = run(capsys, "packs", "people_first_ppp")
    assert code == DONE
    assert "people-first, PIERS-informed, unofficial" in out
    assert re.search(r"Sources:  .*proposed", out)
    assert "Gates: never averaged away" in out


def test_open_data_can_be_pasted_into_a_case(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, "open-data", "Serbia")
    assert code == DONE
    head = "case: demo\ntitle: Demo\nkind: project\nstage: tender\ndate: 2026-11-21\ncurrency: EUR\npacks: [waste_to_energy]\n"
    (tmp_path / "case.yaml").write_text(head + out, encoding="utf-8")
    code, out, err = run(capsys, "rate", str(tmp_path), "--json")
    assert (code, err) == (DONE, "")
    (result,) = json.loads(out)["results"]
    (fact,) = [fact for fact in result["facts"] if fact["id"] == "composition"]
    assert fact["known"]
    assert fact["grade"] == 0


@pytest.fixture
def case(tmp_path: Path) -> str:
    text = "case: demo\ntitle: Demonstration\nkind: project\nstage: tender\ndate: 2026-11-21\ncurrency: EUR\npacks: [circular_ppp]\n"
    (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
    return str(tmp_path)


def test_rate_explain_improve_speak_about_the_case(capsys: pytest.CaptureFixture[str], case: str) -> None:
    code, out, err = run(capsys, "rate", case)
    assert (code, err) == (DONE, "")
    assert out.startswith("Demonstration (demo): project, tender, 2026-11-21")
    assert "0.0 of 100" in out
    code, out, _ = run(capsys, "improve", case, "--most", "2")
    assert code == DONE
    assert len(re.findall(r"^  \+\d", out, re.MULTILINE)) == 2
    step = re.search(r"^  \+\S+ +(\S+):", out, re.MULTILINE)
    assert step
    code, out, _ = run(capsys, "explain", case, step[1])
    assert code == DONE
    assert step[1] in out
    code, out, _ = run(capsys, "improve", case, "--json")
    assert json.loads(out)["results"][0]["steps"]


def test_compare_needs_two_cases(capsys: pytest.CaptureFixture[str], case: str) -> None:
    code, out, _ = run(capsys, "compare", case, case)
    assert code == DONE
    assert out.count("Demonstration") == 2
    code, _, err = run(capsys, "compare", case)
    assert code == FAULTS
    assert "nothing-to-compare" in err


@pytest.mark.parametrize(
    ("arguments", "code_of_fault"),
    [
        (["rate", "/nowhere/case.yaml"], "file-missing"),
        (["rate", "CASE", "--pack", "nix", "--pack", "nax"], "unknown-pack"),
        (["explain", "CASE", "nix"], "unknown-node"),
        (["packs", "nix"], "unknown-pack"),
        (["open-data", "Atlantis"], "unknown-place"),
        (["open-data", "Serbia", "--what", "gold"], "unknown-data"),
    ],
)
def test_bad_input_is_1_with_one_problem_a_line(
    capsys: pytest.CaptureFixture[str], case: str, arguments: list[str], code_of_fault: str
) -> None:
    code, out, err = run(capsys, *(case if each == "CASE" else each for each in arguments))
    assert (code, out) == (FAULTS, "")
    assert all(f"{code_of_fault}: " in line and line.endswith(")") for line in err.splitlines())
    assert len(err.splitlines()) == max(arguments.count("--pack"), 1)


def test_a_case_without_a_pack_is_told_what_to_add(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("case: demo\ntitle: Demo\nkind: project\nstage: tender\ndate: 2026-11-21\n", encoding="utf-8")
    code, _, err = run(capsys, "rate", str(tmp_path))
    assert code == FAULTS
    assert "packs: [" in err


def test_a_faulty_case_lists_every_fault_with_its_line(capsys: pytest.CaptureFixture[str], case: str) -> None:
    path = Path(case) / "case.yaml"
    path.write_text(path.read_text() + "facts:\n  capital_cost: 5 t\n  concession_years: long\n  nobody_asked: 1\n", encoding="utf-8")
    code, out, err = run(capsys, "rate", case)
    assert (code, out) == (FAULTS, "")
    assert [int(line.split(":")[1]) for line in err.splitlines()] == [9, 10, 11]


def test_strict_fails_when_a_gate_fails(capsys: pytest.CaptureFixture[str], case: str) -> None:
    path = Path(case) / "case.yaml"
    facts = "facts:\n  ce_feed_flow: true\n  ce_volume_guarantee: {value: fixed, evidence: [{document: deal, page: 4, grade: 3}]}\n"
    path.write_text(path.read_text() + "documents:\n  deal: {title: Draft contract}\n" + facts, encoding="utf-8")
    code, out, _ = run(capsys, "rate", case)
    assert code == DONE
    assert re.search(r"^    FAILED .*\(ce_no_defeating_guarantee, rejects\)", out, re.MULTILINE)
    assert re.search(r"UNDECIDED [^:]*: not\s+answered:\s+ce_hierarchy_duty\n", out)
    code, strict, _ = run(capsys, "rate", case, "--strict")
    assert (code, strict) == (FAULTS, out)


def test_shares_answered_are_shares_of_a_hundred(capsys: pytest.CaptureFixture[str], case: str) -> None:
    path = Path(case) / "case.yaml"
    path.write_text(path.read_text() + "facts:\n  ce_need_test: 3\n", encoding="utf-8")
    code, data, _ = run(capsys, "rate", case, "--json")
    assert code == DONE
    exact = Fraction(json.loads(data)["results"][0]["coverage"]["exact"])
    assert 0 < exact < 100
    _, out, _ = run(capsys, "rate", case)
    assert f"; {round(exact)} % answered" in out
    assert all(int(share) <= 100 for share in re.findall(r"(\d+) %$", out, re.MULTILINE))


def test_a_broken_check_is_shown_and_fails_nothing(capsys: pytest.CaptureFixture[str], case: str) -> None:
    path = Path(case) / "case.yaml"
    path.write_text(path.read_text() + "facts:\n  ce_mass_separable: 120 t\n  material_mass: 100 t\n", encoding="utf-8")
    code, out, _ = run(capsys, "rate", case, "--strict")
    assert code == DONE
    assert re.search(r"^    BROKEN .*\(ce_separable_part\)", out, re.MULTILINE)


def test_lint_names_file_line_and_hint(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("id: broken\nversion: 0.1.0\ntitel: Broken\n", encoding="utf-8")
    code, out, err = run(capsys, "lint", str(tmp_path))
    assert (code, out) == (FAULTS, "")
    assert re.search(r"pack\.yaml:3: unknown-key: .*title", err)


def test_schemas_are_json_schema(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, "schema")
    assert code == DONE
    assert set(json.loads(out)) == {"pack.schema.json", "case.schema.json", "result.schema.json"}
    run(capsys, "schema", "--out", str(tmp_path / "schemas"))
    for name, schema in json.loads(out).items():
        assert json.loads((tmp_path / "schemas" / name).read_text(encoding="utf-8")) == schema


def test_a_questionnaire_is_written_and_read_back(capsys: pytest.CaptureFixture[str], case: str, tmp_path: Path) -> None:
    book = tmp_path / "ask.xlsx"
    code, out, err = run(capsys, "questionnaire", "circular_ppp", "--out", str(book), "--case", case)
    assert (code, out, err) == (DONE, "", "")
    _, from_yaml, _ = run(capsys, "rate", case, "--json")
    code, from_book, err = run(capsys, "rate", str(book), "--json")
    assert (code, err) == (DONE, "")
    assert json.loads(from_book)["case"]["hash"] == json.loads(from_yaml)["case"]["hash"]


def test_a_stage_that_is_none_is_wrong_use(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "questionnaire", "circular_ppp", "--out", str(tmp_path / "ask.xlsx"), "--stage", "tendering")
    assert code == WRONG_USE
    assert "handover" in err


@pytest.mark.parametrize("verb", [["questionnaire", "circular_ppp"], ["schema"]])
def test_a_file_that_cannot_be_written_is_a_fault(capsys: pytest.CaptureFixture[str], tmp_path: Path, verb: list[str]) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = run(capsys, *verb, "--out", str(tmp_path / "file" / "ask.xlsx"))
    assert code == FAULTS
    assert "cannot-write" in err


def test_reports_are_written_beside_the_summary(capsys: pytest.CaptureFixture[str], case: str, tmp_path: Path) -> None:
    pdf, html, book = tmp_path / "report.pdf", tmp_path / "report.html", tmp_path / "report.xlsx"
    code, out, err = run(capsys, "rate", case, "--pdf", str(pdf), "--html", str(html), "--xlsx", str(book))
    assert (code, err) == (DONE, "")
    assert out.startswith("Demonstration (demo)")
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert "Demonstration" in html.read_text(encoding="utf-8")
    assert openpyxl.load_workbook(book).sheetnames
    (tmp_path / "file").write_text("")
    code, _, err = run(capsys, "rate", case, "--html", str(tmp_path / "file" / "report.html"))
    assert (code, "cannot-write" in err) == (FAULTS, True)


def test_serve_hands_its_options_to_the_web_package(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    class Entry:
        name = "web"

        def load(self) -> Callable[[list[str]], int]:
            return lambda options: seen.append(options) or 3  # type: ignore[func-returns-value]

    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [Entry()] if group == "tenderloop.serve" else [])
    assert main(["serve", "--port", "8123", "--help"]) == 3
    assert seen == [["--port", "8123", "--help"]]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [])
    code, _, err = run(capsys, "serve")
    assert (code, "nothing that serves" in err) == (WRONG_USE, True)


def test_a_closed_pipe_is_silent() -> None:
    command = f"{sys.executable} -m tenderloop packs people_first_ppp | head -n 1"
    found = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert found.stdout.startswith("People-first")
    assert found.stderr == ""


def test_modules_never_hide_the_functions_of_the_library() -> None:
    code = (
        "import tenderloop.improve, tenderloop.report.summary\n"
        "from tenderloop import compare, evaluate, explain, improve\n"
        "assert all(map(callable, (compare, evaluate, explain, improve)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
