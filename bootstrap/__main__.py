"""The stack's command line: `python -m bootstrap VERB`."""

import sys

from bootstrap.cli import main

sys.exit(main())
