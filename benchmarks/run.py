"""How fast it is, against what is possible: prints a table and exits with 1 when a bar is missed.

    python benchmarks/run.py [PART …]        parts: start case columns pdf reading award

Speed is compared, not only timed: each part runs ours and its yardstick in turn, several times, and takes the best of each. Times are those
of the processor, so that a busy host does not decide; what the clock said stands beside them.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))
SAMPLE = ROOT / "samples" / "riverside_wte"
ROUNDS = 3
CASES = 100_000


@dataclass(frozen=True)
class Row:
    """One line of the table. ``value`` must not be above ``bar``."""

    what: str
    value: float
    bar: float
    unit: str
    detail: str

    @property
    def held(self) -> bool:
        return self.value <= self.bar


@dataclass
class Best:
    """The least processor time and the least clock time of several runs, in seconds."""

    cpu: float = float("inf")
    clock: float = float("inf")

    def run(self, job: Callable[[], Any]) -> Any:
        cpu, clock = time.process_time(), time.perf_counter()
        result = job()
        self.cpu, self.clock = min(self.cpu, time.process_time() - cpu), min(self.clock, time.perf_counter() - clock)
        return result


def case() -> Iterator[Row]:
    """One fully answered case against people_first_ppp, exact, with every reason, once the pack is compiled."""
    from tenderloop import evaluate, load_pack, read_case

    pack, held, best = load_pack("people_first_ppp"), read_case(SAMPLE), Best()
    result = evaluate(held, pack)
    for _ in range(30):
        best.run(lambda: evaluate(held, pack))
    answered = sum(fact.known for fact in result.facts)
    detail = f"{len(result.indicators)} indicators, {answered} facts answered; clock {best.clock * 1000:.1f} ms"
    yield Row("one case, exact, with reasons", best.cpu * 1000, 10, "ms", detail)


def random_columns(pack: Any, size: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answers and grades of so many cases: a fifth unknown, numbers with two decimals, every option and grade equally often."""
    import numpy as np

    rng = np.random.default_rng(5)
    facts, grades = {}, {}
    for fact in pack.facts:
        unknown = rng.random(size) < 0.2
        if fact.kind == "number":
            low = float(fact.min or 0)
            high = min(float(fact.max) if fact.max is not None else 1000.0, 1000.0)
            values = np.round(low + (high - low) * rng.random(size), 2)
            values[unknown] = np.nan
        else:
            top = {"level": len(fact.levels), "yes_no": 2, "choice": len(fact.options), "choices": 2 ** len(fact.options)}[fact.kind]
            values = rng.integers(0, top, size).astype(np.int64 if fact.kind == "choices" else np.int8)
            values[unknown] = -1
        facts[fact.id], grades[fact.id] = values, rng.integers(0, 5, size).astype(np.int8)
    return facts, grades


def columns() -> Iterator[Row]:
    """100,000 cases by all indicators of people_first_ppp, against the same pack written out as straight NumPy (straight.py)."""
    import numpy as np
    from straight import compiled

    from tenderloop import load_pack
    from tenderloop.bulk import GATE_STATUSES, evaluate_columns

    loaded = load_pack("people_first_ppp")
    everywhere: dict[str, Any] = {"hash": loaded.hash + ", asked at every stage"}
    for kind in ("indicators", "gates"):
        everywhere[kind] = tuple(each.model_copy(update={"stages": ()}) for each in getattr(loaded, kind))
    pack = loaded.model_copy(update=everywhere)
    facts, grades = random_columns(pack, CASES)
    by_hand = compiled(pack, "delivery", "2026-06-01")
    ours, yardstick, chunks = Best(), Best(), (4096, 8192, 16384, 32768)
    for _ in range(ROUNDS):
        for chunk in chunks:  # the yardstick may choose the size that suits it best
            low, high, coverage, ratings, gates = yardstick.run(lambda chunk=chunk: by_hand(facts, grades, chunk))
            found = ours.run(lambda: evaluate_columns(facts, pack, stage="delivery", date="2026-06-01", grades=grades))
    assert np.allclose(low, found.low, rtol=0, atol=1e-9)
    assert np.allclose(high, found.high, rtol=0, atol=1e-9)
    assert np.allclose(coverage * 100, found.coverage, rtol=0, atol=1e-9)
    differ = int((ratings != found.ratings).sum())
    differ += sum(int((gates[name] != found.gates[name]).sum()) for name in gates)
    assert GATE_STATUSES[:3] == ("fail", "undecided", "pass")
    assert differ <= found.decided_exactly, f"{differ} ratings and gates differ, {found.decided_exactly} rows were decided exactly"
    detail = (
        f"{len(pack.indicators)} indicators; ours {ours.cpu:.2f} s, by hand {yardstick.cpu:.2f} s; "
        f"{found.decided_exactly} rows decided exactly, {differ} of these differ by hand; clock {ours.clock:.2f} s"
    )
    yield Row(f"{CASES:,} cases as columns, against NumPy by hand", ours.cpu / yardstick.cpu, 3, "x", detail)


def pdf() -> Iterator[Row]:
    """The full report of three packs, from results to PDF, against WeasyPrint's own time for the finished HTML."""
    from pypdf import PdfReader
    from weasyprint import HTML

    from tenderloop import evaluate, improve, list_packs, load_pack, read_case
    from tenderloop.report import build, to_pdf
    from tenderloop.report.html import page, print_stylesheet
    from tenderloop.report.pdf import FONT_SCHEME, ShippedFonts

    held = read_case(SAMPLE)
    rated = [evaluate(held, load_pack(name)) for name in list_packs() if name in held.packs]
    results = [result.model_copy(update={"steps": improve(result)}) for result in rated]
    text = page(build(results), print_stylesheet(FONT_SCHEME))
    ours, weasyprint = Best(), Best()
    for _ in range(ROUNDS):
        weasyprint.run(lambda: HTML(string=text, url_fetcher=ShippedFonts()).write_pdf(pdf_variant="pdf/a-3a"))
        data = ours.run(lambda: to_pdf(build(results)))
    pages = len(PdfReader(BytesIO(data)).pages)
    detail = f"{pages} pages, {len(data) // 1024} kB; ours {ours.cpu:.2f} s, WeasyPrint {weasyprint.cpu:.2f} s; clock {ours.clock:.2f} s"
    yield Row(f"PDF of {len(results)} packs, against WeasyPrint alone", ours.cpu / weasyprint.cpu, 1.15, "x", detail)
    yield Row("PDF, a page", ours.cpu / pages * 1000, 110, "ms", f"warm, tagged; clock {ours.clock / pages * 1000:.0f} ms")


def reading() -> Iterator[Row]:
    """Real files against the bare parsers: whole eForms notices against lxml, records of OCDS JSON Lines against orjson.

    The two benchmarks beside this file say what is compared. A bar of half the parser's speed is twice its time here.
    """
    import reading_eforms
    import reading_ocds

    if not (reading_eforms.DATA / "ted-eforms").is_dir() or not reading_ocds.DATA.is_dir():
        print("NOT MEASURED: the real files are not there")
        return
    inputs = reading_eforms.documents()
    found = reading_eforms.measure(inputs)
    megabytes = sum(map(len, inputs)) / 1e6
    detail = (
        f"{len(inputs)} notices, {megabytes:.0f} MB; ours {found.notice:.2f} s, lxml {found.lxml:.2f} s, {found.ratio:.2f} of its speed"
    )
    yield Row("eForms notices, against lxml's parse", found.notice / found.lxml, 1 / reading_eforms.BAR, "x", detail)
    for name in reading_ocds.FILES:
        lines, took = reading_ocds.measure(name, 3 * ROUNDS)
        ratios = {job: took["orjson"] / took[job] for job in ("records", "notices")}
        detail = (
            f"{name}, {lines} lines; {took['records'] / lines * 1e6:.0f} µs a line, {ratios['records']:.2f} of orjson's speed; "
            f"built into notices {took['notices'] / lines * 1e6:.0f} µs, {ratios['notices']:.3f}"
        )
        yield Row("OCDS records, against orjson's parse", 1 / ratios["records"], 1 / reading_ocds.BAR, "x", detail)


def start() -> Iterator[Row]:
    """``tenderloop --help`` from nothing."""
    least, clock = float("inf"), float("inf")
    for _ in range(3 * ROUNDS):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, "-m", "tenderloop", "--help"], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        least = min(least, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        clock = min(clock, time.perf_counter() - began)
    yield Row("tenderloop --help", least * 1000, 250, "ms", f"clock {clock * 1000:.0f} ms")


def awards() -> Iterator[Row]:
    """An award: evaluated and attacked exactly, and what is simulated or scored as columns against NumPy by hand and scikit-criteria."""
    from award import rows

    for row in rows(Best, ROUNDS):
        yield Row(*row)


PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "start": start,
    "case": case,
    "columns": columns,
    "pdf": pdf,
    "reading": reading,
    "award": awards,
}


def main(chosen: list[str]) -> int:
    unknown = [name for name in chosen if name not in PARTS]
    if unknown:
        print(f"there is no part {', '.join(unknown)}; the parts are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    missed = 0
    for name, part in PARTS.items():
        if chosen and name not in chosen:
            continue
        for row in part():
            missed += not row.held
            print(f"{'held  ' if row.held else 'MISSED'}  {row.what:<52}{row.value:8.2f} {row.unit:<2}  bar {row.bar:g} {row.unit}")
            print(f"        {row.detail}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
