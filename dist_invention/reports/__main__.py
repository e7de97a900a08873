"""Reports from the command line; see `terminal`."""

import sys

from dist_invention.reports.terminal import main

if __name__ == "__main__":
    sys.exit(main())
