"""An Autotask on 127.0.0.1: `python -m sandbox --port N --tickets N [--database FILE] [--life] [--callouts]`."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Callable
from typing import NoReturn

from sandbox.autotask import AutotaskSandbox, Life

EVERY = 20.0
"""Seconds between two events of the life simulator."""
LAST_PORT = 65_535


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Say it and leave with code 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def arguments() -> Parser:
    """Describe the command line."""
    parser = Parser(prog="python -m sandbox", description="A stand-in for Autotask PSA.")
    parser.add_argument("--port", type=number(LAST_PORT), default=0, help="port on 127.0.0.1; 0 is any free one")
    parser.add_argument("--tickets", type=number(), default=200, help="how many tickets the world begins with")
    parser.add_argument("--seed", type=int, default=1, help="which world; the same seed makes the same one")
    parser.add_argument("--database", default=":memory:", help="file that keeps the records; in memory unless said")
    parser.add_argument("--life", action="store_true", help="let tickets arrive and people work on them")
    parser.add_argument("--callouts", action="store_true", help="let webhooks call http on this machine, too")
    return parser


def number(most: int | None = None) -> Callable[[str], int]:
    """Return what reads a number from nought to `most`, or without an end."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or (most is not None and int(text) > most):
            raise argparse.ArgumentTypeError(f"{text!r} is no number from 0" + (f" to {most}" if most else ""))
        return int(text)

    return read


def greeting(at: AutotaskSandbox) -> str:
    """Say where it is and how to log in."""
    facts = {
        "Zone URL": at.url,
        "Zone discovery": f"{at.discovery_url}?user={at.credentials.user}",
        "UserName": at.credentials.user,
        "Secret": at.credentials.secret,
        "ApiIntegrationCode": at.credentials.integration_code,
    }
    return "".join(f"{name + ':':<20}{value}\n" for name, value in facts.items())


async def serve(*, port: int, tickets: int, seed: int, database: str, life: bool, callouts: bool) -> None:
    """Serve until cancelled.

    Raises ValueError when the file cannot be used or holds another world, OSError when the port is taken.
    """
    async with AutotaskSandbox(tickets=tickets, seed=seed, port=port, database=database) as at:
        at.quirks.callouts_to_loopback = callouts
        sys.stdout.write(greeting(at))
        sys.stdout.flush()
        await (Life(at.world, EVERY, seed=seed).run() if life else at.forever())


def main() -> None:
    """Run the sandbox until Ctrl-C."""
    parser = arguments()
    asked = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(serve(**vars(asked)))
        except (ValueError, OSError) as problem:
            parser.error(str(problem))


if __name__ == "__main__":
    main()
