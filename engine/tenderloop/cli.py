"""The command line: the same verbs as the library.

Knows arguments, exit codes and where output goes. Must not know how anything is read, computed or laid out; every command imports what it
needs when it runs, so that ``tenderloop --help`` answers at once.

Exit codes: 0 done; 1 faults in what was given, or a failed gate with ``--strict``; 2 wrong use.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

from tenderloop import __version__, cli_award, cli_award_exchange, cli_evidence, cli_screening
from tenderloop.cli_files import writing
from tenderloop.errors import Problem, Problems

if TYPE_CHECKING:
    from tenderloop.report.tender import NoticeView
    from tenderloop.result import Result

DONE, FAULTS, WRONG_USE = 0, 1, 2
REPORTS = ("pdf", "html", "xlsx")
Command = Callable[[argparse.Namespace], int]
G = TypeVar("G")
F = TypeVar("F")


class WrongUseError(Exception):
    """The command was called in a way that cannot mean anything."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise WrongUseError(f"{message}\n{self.format_usage().rstrip()}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Faults of the input go to stderr, one a line; our own bugs are not caught.

    >>> main(["calc", "cost_per_annual_tonne", "capital=300000000 EUR", "capacity=0"])
    1
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        if given[:1] == ["serve"]:
            return _serve(given[1:])
        if training := cli_screening.verb_of(given):
            return _screening(training, given[2:])
        found = _parser().parse_args(given)
        command: Command = found.run
        return command(found)
    except WrongUseError as wrong:
        print(f"tenderloop: {wrong}", file=sys.stderr)
        return WRONG_USE
    except Problems as faults:
        for problem in faults.problems:
            print(problem, file=sys.stderr)
        return FAULTS
    except BrokenPipeError:
        # the reader of a pipe has seen enough; say nothing more, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tenderloop",
        description="Rate tenders, bids and PPP projects against circular-economy and people-first criteria, exactly and explained.",
        epilog="Exit codes: 0 done; 1 faults in the input, or a failed gate with --strict; 2 wrong use.",
    )
    parser.add_argument("--version", action="version", version=f"tenderloop {__version__}")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)

    def verb(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        added.set_defaults(run=run)
        return added

    rate = verb("rate", _rate, "rate a case by one or more packs")
    _case_and_packs(rate)
    rate.add_argument("--json", action="store_true", help="print the results as JSON")
    for kind in REPORTS:
        rate.add_argument(f"--{kind}", metavar="FILE", type=Path, help=f"write the report as {kind.upper()} too")
    rate.add_argument("--lang", default="en", metavar="LANG", help="language of the report, such as en or sr-Cyrl (default: en)")
    rate.add_argument("--strict", action="store_true", help="exit with 1 when a gate fails")

    explain = verb("explain", _explain, "say why a node has its score, with rule, values, evidence and source")
    _case_and_packs(explain)
    explain.add_argument("node", metavar="NODE", help="id of an outcome, criterion, indicator, gate, check or derived value")

    improve = verb("improve", _improve, "list the steps that would raise the score most")
    _case_and_packs(improve)
    improve.add_argument("--most", type=int, default=10, metavar="N", help="how many steps to show (default: 10)")
    improve.add_argument("--json", action="store_true", help="print the steps as JSON")

    compare = verb("compare", _compare, "show several cases side by side")
    compare.add_argument("cases", metavar="CASE", nargs="+", type=Path)
    compare.add_argument("--pack", action="append", metavar="PACK", help="name or folder of a pack; may be repeated")
    compare.add_argument("--json", action="store_true", help="print the results as JSON")

    calc = verb("calc", _calc, "run one published formula and show its work")
    calc.add_argument("method", metavar="METHOD", nargs="?", help="name of the method; without values its inputs are shown")
    calc.add_argument(
        "values", metavar="NAME=VALUE", nargs="*", help="'lhv=9.5 MJ/kg'; tables: years=2030:100000:45%%:0 once a row, or years=@file.csv"
    )
    calc.add_argument("--list", action="store_true", help="list all methods")
    calc.add_argument("--json", action="store_true", help="print the worksheet as JSON")

    lint = verb("lint", _lint, "find faults in packs and run their examples")
    lint.add_argument("paths", metavar="PATH", nargs="*", help="folders of packs, or names; default: all packs that are shipped")

    packs = verb("packs", _packs, "list the packs, or show one as a page")
    packs.add_argument("name", metavar="NAME", nargs="?", help="name or folder of a pack")
    packs.add_argument("--profile", default="", metavar="PROFILE", help="show it for this product group")

    questionnaire = verb("questionnaire", _questionnaire, "write a workbook that a sponsor can fill in")
    questionnaire.add_argument("packs", metavar="PACK", nargs="+")
    questionnaire.add_argument("--out", metavar="FILE", type=Path, required=True, help="the XLSX file to write")
    questionnaire.add_argument("--stage", metavar="STAGE", help="ask only what is asked at this stage")
    questionnaire.add_argument("--case", metavar="CASE", type=Path, help="fill in what this case already answers")

    data = verb("open-data", _open_data, "offer open data on waste in a place, as starting values to accept or replace")
    data.add_argument("place", metavar="PLACE", help="country, ISO code, region or income group")
    data.add_argument("--what", metavar="WHAT", help="composition, generation, recycling or treatment; default: all")

    evidence = verb("evidence", _evidence, "suggest passages of documents as evidence, or take over those that a person accepted")
    cli_evidence.add_arguments(evidence)
    evidence.epilog = "The screening model: tenderloop evidence train --help, tenderloop evidence evaluate --help."

    award = verb("award", _award, "evaluate the bids of a procedure, exactly and explained; or check a procedure, or lock it")
    cli_award.add_arguments(award)
    cli_award_exchange.add_arguments(award)

    schema = verb("schema", _schema, "print the JSON Schema of packs, cases and results")
    schema.add_argument("--out", metavar="DIR", type=Path, help="write one file for each instead")

    read = verb("read", _read, "read published notices, projects, passports and tables, and say what is wrong with them")
    read.add_argument("files", metavar="FILE", nargs="+", type=Path, help="files of any known format, packed or not, or folders of them")
    read.add_argument("--json", action="store_true", help="print a line of JSON for each record, with every value and its place")
    read.add_argument("--summary", action="store_true", help="count by format instead of by file, with the codes of the problems")

    # the web package reads its own options, see main
    verbs.add_parser("serve", help="open the same in a browser", add_help=False)
    return parser


def _case_and_packs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "case",
        metavar="CASE",
        type=Path,
        help="case.yaml, its folder, JSON, a filled questionnaire, or a published notice (eForms, TED, OCDS …)",
    )
    parser.add_argument(
        "--pack", action="append", metavar="PACK", help="name or folder of a pack; may be repeated; default: the case's own"
    )
    parser.add_argument(
        "--profile", default="", metavar="PROFILE", help="product group of the packs, or auto: by the case's CPV codes; default: the case's"
    )
    notice = parser.add_argument_group("of a published notice")
    notice.add_argument("--record", default="", metavar="ID", help="which notice, where the file holds several")
    notice.add_argument("--lot", default="", metavar="ID", help="rate this lot alone")
    notice.add_argument("--date", default="", metavar="DATE", help="reference date, where the notice states none")


def _calc(given: argparse.Namespace) -> int:
    from tenderloop.methods import METHODS, Refused, get
    from tenderloop.readers.arguments import read_arguments
    from tenderloop.report.calc import calc_json_text, calc_text, list_text, method_text

    if given.list:
        _print(list_text(METHODS))
        return DONE
    if not given.method:
        raise WrongUseError("which method? 'tenderloop calc --list' names them")
    try:
        method = get(given.method)
    except KeyError as error:
        raise WrongUseError(str(error.args[0])) from None
    if not given.values:
        _print(method_text(method))
        return DONE
    read = read_arguments(method, given.values)
    try:
        sheet = method.run(read.values)
    except Refused as refused:
        raise Problems([Problem("method-refused", refused.message, where=refused.input, hint=refused.hint)]) from None
    if given.json:
        _print(calc_json_text(sheet, method, currency=read.currency))
    else:
        _print(calc_text(sheet, method, currency=read.currency))
    return DONE


def _rate(given: argparse.Namespace) -> int:
    results, notice = _rated(given)
    targets = {kind: path for kind in REPORTS if (path := getattr(given, kind)) is not None}
    if targets:
        _write_reports(results, targets, given.lang, notice)
    if given.json:
        from tenderloop.improve import with_steps
        from tenderloop.result import together

        _print(together([with_steps(result) for result in results]))
    else:
        from tenderloop.report.summary import summary_text

        _print(summary_text(results))
    return FAULTS if given.strict and any(result.gates.failed for result in results) else DONE


def _write_reports(results: Sequence[Result], targets: Mapping[str, Path], language: str, notice: NoticeView | None) -> None:
    from tenderloop import report

    built = report.build(results, language=language, notice=notice)
    for kind in _progress(list(targets), "reports written"):
        data: str | bytes = getattr(report, f"to_{kind}")(built)
        with writing(targets[kind]):
            targets[kind].write_bytes(data.encode("utf-8") if isinstance(data, str) else data)


def _explain(given: argparse.Namespace) -> int:
    from tenderloop.explain import explain

    results, _ = _rated(given)
    found: list[str] = []
    faults: list[Problem] = []
    for result in results:
        try:
            found.append(explain(result, given.node))
        except Problems as unknown:
            faults += unknown.problems
    if not found:
        raise Problems(faults)
    _print("\n\n".join(found))
    return DONE


def _improve(given: argparse.Namespace) -> int:
    results, _ = _rated(given)
    if given.json:
        from tenderloop.improve import with_steps
        from tenderloop.result import together

        _print(together([with_steps(result) for result in results]))
    else:
        from tenderloop.report.summary import steps_text

        _print("\n".join(steps_text(result, given.most) for result in results))
    return DONE


def _compare(given: argparse.Namespace) -> int:
    from tenderloop.compare import compare

    by_pack: dict[str, list[Result]] = {}
    for each in _all(lambda path: _results(path, given.pack), _progress(given.cases, "cases rated")):
        for result in each:
            by_pack.setdefault(result.pack.id, []).append(result)
    compared = _all(compare, list(by_pack.values()))
    if given.json:
        from tenderloop.result import dumps

        _print(dumps([each.model_dump(mode="json") for each in compared], indent=1))
    else:
        _print("\n\n".join(str(each) for each in compared))
    return DONE


def _packs(given: argparse.Namespace) -> int:
    from tenderloop.readers.packs import list_packs, load_pack
    from tenderloop.report.pack_page import pack_text, packs_text

    if given.profile and not given.name:
        raise WrongUseError("which pack? name the one to which the profile belongs")
    _print(pack_text(load_pack(given.name, given.profile)) if given.name else packs_text(_all(load_pack, list_packs())))
    return DONE


def _lint(given: argparse.Namespace) -> int:
    from tenderloop.examples import check_packs
    from tenderloop.readers.packs import list_packs

    problems = check_packs(given.paths)
    if problems:
        raise Problems(problems)
    _print("no fault in: " + ", ".join(given.paths or list_packs()))
    return DONE


def _questionnaire(given: argparse.Namespace) -> int:
    from tenderloop.pack import STAGES
    from tenderloop.readers.cases import read_case
    from tenderloop.readers.packs import load_pack
    from tenderloop.readers.questionnaire import write_questionnaire

    if given.stage is not None and given.stage not in STAGES:
        raise WrongUseError(f"--stage is one of: {', '.join(STAGES)}")
    packs = _all(load_pack, dict.fromkeys(given.packs))
    case = read_case(given.case, packs) if given.case else None
    with writing(given.out):
        write_questionnaire(packs, given.out, stage=given.stage, case=case)
    return DONE


def _open_data(given: argparse.Namespace) -> int:
    from tenderloop.methods.open_data import find_place, starting_values
    from tenderloop.report.starting_values import starting_values_yaml

    _print(starting_values_yaml(find_place(given.place), starting_values(given.place, given.what)))
    return DONE


def _evidence(given: argparse.Namespace) -> int:
    wrong = cli_evidence.wrong_use(given)
    if wrong:
        raise WrongUseError(wrong)
    return DONE if cli_evidence.run(given, _print) else FAULTS


def _screening(verb: str, given: Sequence[str]) -> int:
    parser = _Parser(prog=f"tenderloop evidence {verb}", description=cli_screening.VERBS[verb])
    cli_screening.add_arguments(parser, verb)
    cli_screening.run(verb, parser.parse_args(given), _print)
    return DONE


def _award(given: argparse.Namespace) -> int:
    exchange = cli_award_exchange.asked(given)
    wrong = cli_award_exchange.wrong_use(given) or ("" if exchange else cli_award.wrong_use(given))
    if wrong:
        raise WrongUseError(wrong)
    if exchange:
        cli_award_exchange.run(given, _print)
        return DONE
    return DONE if cli_award.run(given, _print) else FAULTS


def _read(given: argparse.Namespace) -> int:
    from tenderloop.readers.notices import files_of, read_records
    from tenderloop.report.records import Tally, record_json, summary_text, table_text

    tallies = []
    for path in _progress(files_of(given.files), "files read"):
        tally = Tally(str(path))
        tallies.append(tally)
        for record in _counting(read_records(path, unread=tally.unread), "records"):
            try:
                problems = record.every_problem()
            except Problems as broken:
                tally.unread += broken.problems
                continue
            tally.add(record, problems)
            if given.json:
                _print(record_json(record, problems))
    if not given.json:
        _print(summary_text(tallies) if given.summary else table_text(tallies))
    for problem in (problem for tally in tallies for problem in tally.unread):
        print(problem, file=sys.stderr)
    return DONE if all(tally.records for tally in tallies) else FAULTS


def _schema(given: argparse.Namespace) -> int:
    from tenderloop.result import dumps
    from tenderloop.schema import schemas, write_schemas

    if given.out is None:
        _print(dumps(schemas(), indent=1))
    else:
        with writing(given.out):
            write_schemas(given.out)
    return DONE


def _serve(options: Sequence[str]) -> int:
    from importlib.metadata import entry_points

    found = sorted(entry_points(group="tenderloop.serve"), key=lambda each: each.name)
    if not found:
        raise WrongUseError("nothing that serves pages is installed")
    return int(found[0].load()(list(options)) or DONE)


def _rated(given: argparse.Namespace) -> tuple[list[Result], NoticeView | None]:
    """The results of what was given: a case, or a published notice with its reading."""
    from tenderloop.reading import notice_at

    notice = notice_at(given.case, given.record)
    if notice is None:
        return _results(given.case, given.pack, given.profile), None
    from tenderloop.evaluate import evaluate
    from tenderloop.readers.packs import load_pack
    from tenderloop.reading import fit_to_notice, read_notice
    from tenderloop.report.tender import NoticeView

    asked = _all(load_pack, list(dict.fromkeys(given.pack or ("circular_tender",))))
    packs, profile, remarks = fit_to_notice(asked, notice, given.profile)
    reading = read_notice(notice, packs, lot=given.lot, date=given.date, profile=profile)
    results = _all(lambda pack: evaluate(reading.case, pack), packs)
    if not any(getattr(given, kind, None) for kind in REPORTS):
        return results, NoticeView(reading, remarks=remarks)
    from tenderloop.evidence.neighbours import nearest
    from tenderloop.evidence.screening import screen

    return results, NoticeView(reading, screen(notice), nearest(notice), remarks)


def _results(path: Path, packs: Sequence[str] | None, profile: str = "") -> list[Result]:
    """The case rated by the packs asked for, or else by its own, each fitted to the product group where it has one."""
    from tenderloop.evaluate import evaluate
    from tenderloop.readers.cases import fit_packs, read_case
    from tenderloop.readers.packs import load_pack

    asked = _all(load_pack, list(dict.fromkeys(packs or ())))
    case = read_case(path, asked or None, profile=profile)
    found = fit_packs(asked or _all(load_pack, case.packs), profile or case.profile, case.cpv)
    return _all(lambda pack: evaluate(case, pack), found)


def _all(do: Callable[[G], F], given: Iterable[G]) -> list[F]:
    """Do the same for each; the faults of all of them are raised together."""
    found: list[F] = []
    faults: list[Problem] = []
    for each in given:
        try:
            found.append(do(each))
        except Problems as these:
            faults += these.problems
    if faults:
        raise Problems(dict.fromkeys(faults))
    return found


def _progress(given: Sequence[G], what: str) -> Iterator[G]:
    """Count on a terminal, from the second on, how far long work has come; silent in a pipe."""
    start = time.monotonic()
    for done, each in enumerate(given):
        if sys.stderr.isatty() and time.monotonic() - start > 1:
            print(f"\r{done} of {len(given)} {what}", end="", file=sys.stderr, flush=True)
        yield each
    if sys.stderr.isatty() and time.monotonic() - start > 1:
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)


def _counting(given: Iterable[G], what: str) -> Iterator[G]:
    """As ``_progress``, for a stream of which nobody knows the length; it shows every half second."""
    shown = time.monotonic()
    for done, each in enumerate(given):
        if sys.stderr.isatty() and time.monotonic() - shown > 0.5:
            shown = time.monotonic()
            print(f"\r{done} {what}", end="", file=sys.stderr, flush=True)
        yield each


def _print(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()
