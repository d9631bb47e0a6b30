"""Lets the tests of this folder share papers.py and evidence_pairs.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
