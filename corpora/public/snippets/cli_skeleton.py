#!/usr/bin/env python3
"""A command-line skeleton: arguments, logging, exit codes."""

import argparse
import logging
import sys
from pathlib import Path

log = logging.getLogger("tool")


def parse_args(argv):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, help="files to read")
    parser.add_argument("-o", "--output", type=Path, help="write here, not to stdout")
    parser.add_argument("-v", "--verbose", action="count", default=0)
    return parser.parse_args(argv)


def setup_logging(verbosity):
    level = logging.WARNING - 10 * min(verbosity, 2)
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")


def main(argv=None):
    args = parse_args(argv)
    setup_logging(args.verbose)
    failures = 0
    for path in args.paths:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            log.error("cannot read %s: %s", path, error)
            failures += 1
            continue
        log.info("%s: %d lines", path, text.count("\n"))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
