"""The producer's command line: `python -m producer VERB`."""

import sys

from producer.cli import main

# Worker processes import this module again, and must not start over.
if __name__ == "__main__":
    sys.exit(main())
