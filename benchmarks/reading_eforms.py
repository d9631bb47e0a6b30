"""How fast eForms notices are read against lxml's own parse of the same bytes: prints a table, exits with 1 when the bar is missed.

    python benchmarks/reading_eforms.py [DATA]      DATA: folder with ted-eforms/ (default: the shared data beside the repository)

Ours and the yardstick run in turn on the same 585 documents in memory, each document and its result let go before the next, as in a stream;
the best of the rounds counts, in processor time. (With all results kept, the memory allocator decides more than the code.)
The bar: reading a whole Notice from bytes is at least half as fast as ``lxml.etree.fromstring``.
"""

from __future__ import annotations

import os
import sys
import tarfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from tenderloop.markup import parse_xml
from tenderloop.readers.eforms import read_eforms

DATA = Path(os.environ.get("TENDERLOOP_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
ROUNDS = 9
BAR = 0.5


@dataclass(frozen=True)
class Reading:
    """Seconds of the processor for all documents, the best of the rounds."""

    lxml: float
    parse: float
    notice: float

    @property
    def ratio(self) -> float:
        """Speed of a whole reading against lxml's own parse; 1 is as fast."""
        return self.lxml / self.notice

    @property
    def held(self) -> bool:
        return self.ratio >= BAR


def documents(data: Path = DATA) -> list[bytes]:
    """The notices as bytes: single files and those of the archive."""
    found = [path.read_bytes() for path in sorted((data / "ted-eforms" / "notices").glob("*.xml"))]
    with tarfile.open(data / "ted-eforms" / "bulk" / "ted-eforms-notices.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                found.append(file.read())
    return found


def _seconds(act: Callable[[bytes], object], inputs: list[bytes]) -> float:
    start = time.process_time()
    for data in inputs:
        act(data)
    return time.process_time() - start


def measure(inputs: list[bytes], rounds: int = ROUNDS) -> Reading:
    """Alternating runs of lxml's parse, the hardened parse and the whole reading."""
    times: dict[str, list[float]] = {"lxml": [], "parse": [], "notice": []}
    for _ in range(rounds):
        times["lxml"].append(_seconds(etree.fromstring, inputs))
        times["parse"].append(_seconds(parse_xml, inputs))
        times["notice"].append(_seconds(read_eforms, inputs))
    return Reading(min(times["lxml"]), min(times["parse"]), min(times["notice"]))


def main(data: Path = DATA) -> int:
    """Prints the table; 0 when the bar holds, 1 when not, 2 without the data."""
    if not (data / "ted-eforms").is_dir():
        print(f"no notices in {data.name}/ted-eforms: nothing is measured")
        return 2
    inputs = documents(data)
    megabytes = sum(map(len, inputs)) / 1e6
    print(f"{len(inputs)} eForms notices, {megabytes:.1f} MB, best of {ROUNDS} rounds, processor time")
    found = measure(inputs)
    rows = (("lxml.etree.fromstring", found.lxml), ("parse_xml, hardened", found.parse), ("read_eforms, whole notice", found.notice))
    for what, seconds in rows:
        print(f"  {what:<27} {seconds:7.3f} s  {megabytes / seconds:6.0f} MB/s  {found.lxml / seconds:5.2f} of lxml")
    print(f"  {'holds' if found.held else 'MISSED'}: {found.ratio:.2f}, the bar is {BAR}")
    return 0 if found.held else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA))
