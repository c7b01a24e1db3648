"""Makes events for Kafka and monthly CSV files, from a seed, as producer/streams and feeds say."""

from __future__ import annotations

import argparse
import sys

import settings
from producer.commands import files, stream
from producer.errors import ProducerError, UsageError

VERBS = {
    "stream": (stream, "produce events to Kafka"),
    "files": (files, "write a month of CSV files"),
}


def main(argv: list[str] | None = None) -> int:
    """Run one verb; the exit code is 0 done, 1 failed, 2 wrong usage."""
    settings.load_env()
    try:
        arguments = parser().parse_args(argv)
        code: int = arguments.run(arguments)
    except (UsageError, settings.SettingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ProducerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    return code


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(prog="python -m producer", description=__doc__)
    verbs = top.add_subparsers(required=True, metavar="VERB")
    for name, (module, text) in VERBS.items():
        verb = verbs.add_parser(
            name,
            help=text,
            description=module.__doc__,
            epilog=module.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.options(verb)
        verb.set_defaults(run=module.run)
    return top
