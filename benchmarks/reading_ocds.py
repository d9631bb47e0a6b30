"""How fast OCDS JSON Lines are read, against ``orjson.loads`` of the same lines: prints a table and exits with 1 when the bar is missed.

    python benchmarks/reading_ocds.py [ROUNDS]

Two figures, because they mean different things. *Records*: every line decoded whole with exact numbers, recognised, with its identity and
the problems of its text; this is what goes through all lines of a registry, and the bar (0.5 times orjson) is set for it. *Notices*: the
same, and the full notice of every line built from it (texts, codes, lots, bids, each with its pointer and its problems), and checked for
keys that are written twice; this is paid for each line that is rated. Files are unpacked in memory first. Ours and the yardstick run in
turn, in processor time, and the best of each counts.
"""

from __future__ import annotations

import gzip
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from tenderloop.readers.notices import read_records

DATA = Path(__file__).parents[2] / "shared" / "data" / "ocds-bulk"
FILES = ("mexico-naicm-airport-releases.jsonl.gz", "mixed-publishers-releases.jsonl.gz")
BAR = 0.5
Job = Callable[[], int]


def best(jobs: dict[str, Job], rounds: int) -> dict[str, float]:
    """The least processor time of each job in seconds, run in turn."""
    least = dict.fromkeys(jobs, float("inf"))
    for _ in range(rounds):
        for name, job in jobs.items():
            start = time.process_time()
            job()
            least[name] = min(least[name], time.process_time() - start)
    return least


def measure(name: str, rounds: int) -> tuple[int, dict[str, float]]:
    """The number of lines of a file, and the seconds of orjson, of records and of notices for all of them."""
    data = gzip.decompress((DATA / name).read_bytes())
    lines = data.splitlines()

    def yardstick() -> int:
        return sum(bool(orjson.loads(line)) for line in lines)

    def records() -> int:
        return sum(1 for _ in read_records(data))

    def notices() -> int:
        return sum(bool(record.notice) for record in read_records(data))

    assert yardstick() == records() == notices() == len(lines)
    return len(lines), best({"orjson": yardstick, "records": records, "notices": notices}, rounds)


def main(rounds: int) -> int:
    """Print the table; 1 when reading records is slower than the bar for a file."""
    missed = False
    print(f"{'file':44} {'lines':>5}  {'orjson':>9} {'records':>9} {'notices':>9}   µs a line; times orjson's speed")
    for name in FILES:
        lines, took = measure(name, rounds)
        each = {job: seconds / lines * 1e6 for job, seconds in took.items()}
        ratios = {job: took["orjson"] / took[job] for job in ("records", "notices")}
        held = ratios["records"] >= BAR
        missed = missed or not held
        print(
            f"{name:44} {lines:5}  {each['orjson']:9.1f} {each['records']:9.1f} {each['notices']:9.1f}   "
            f"records {ratios['records']:.2f} (bar {BAR}, {'held' if held else 'MISSED'}), notices {ratios['notices']:.3f}"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    if not DATA.is_dir():
        sys.exit(f"the test data is not at {DATA}")
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 15))
