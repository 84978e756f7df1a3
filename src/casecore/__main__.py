"""`python -m casecore` is the command line, where the script `casecore` is on no path."""

import sys

from casecore.cli import main

if __name__ == "__main__":
    sys.exit(main())
