"""``python -m tenderloop`` is the command line."""

import sys

from tenderloop.cli import main

if __name__ == "__main__":
    sys.exit(main())
