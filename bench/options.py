"""Command-line options of `python -m bench.pages`."""

import argparse

TOPICS = (100, 1_000, 20_000)


def read():
    parser = argparse.ArgumentParser(prog="python -m bench.pages")
    parser.add_argument("--on", choices=("postgresql", "sqlite"), help="only this database")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a small forum, one repetition, and no reference except the floor",
    )
    parser.add_argument(
        "--only", default="", metavar="NAME", help="only pages with this in their name"
    )
    parser.add_argument(
        "--keep", action="store_true", help="send requests until stopped, for profiling"
    )
    options = parser.parse_args()
    options.quick |= options.keep
    options.posts = 10_000 if options.quick else 100_000
    options.topics = (100, 4_000) if options.quick else TOPICS
    options.repetitions = 1 if options.quick else 3
    return options
