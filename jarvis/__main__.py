"""`python -m jarvis` is the same as `jarvis`."""

import sys

from jarvis.cli import main

if __name__ == "__main__":
    sys.exit(main())
