"""Makes events for Kafka and monthly CSV files, from a seed, as producer/streams and feeds say."""

from __future__ import annotations

import argparse

import settings
from producer.commands import files, stream
from producer.errors import UsageError
from settings import command_line

VERBS = {
    "stream": (stream, stream.produce_events, "produce events to Kafka"),
    "files": (files, files.write_files, "write a month of CSV files"),
}


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns its exit code."""

    def verb() -> int:
        settings.load_env()
        arguments = _parser().parse_args(argv)
        code: int = arguments.run(arguments)
        return code

    return command_line.run(verb)


def _parser() -> argparse.ArgumentParser:
    parser = command_line.Parser(prog="python -m producer", description=__doc__)
    parser.add_version()
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, (module, run, text) in VERBS.items():
        verb = verbs.add_parser(name, help=text, description=module.__doc__, epilog=module.EXAMPLES)
        try:
            module.add_options(verb)
        except argparse.ArgumentError as error:
            raise UsageError(f"producer/feeds: {error}") from None
        verb.set_defaults(run=run)
    return parser
