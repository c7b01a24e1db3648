import sys

from bootstrap.native.cli import main

sys.exit(main())
