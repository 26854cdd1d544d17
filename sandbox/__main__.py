"""An Autotask on 127.0.0.1: `python -m sandbox --port N --tickets N [--database FILE] [--life] [--callouts]`."""

import argparse
import asyncio
import contextlib
import sys

from sandbox.autotask import AutotaskSandbox, Life

EVERY = 20.0
"""Seconds between two events of the life simulator."""


def arguments() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A stand-in for Autotask PSA.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 is any free one")
    parser.add_argument("--tickets", type=int, default=200, help="how many tickets the world begins with")
    parser.add_argument("--seed", type=int, default=1, help="which world; the same seed makes the same one")
    parser.add_argument("--database", default=":memory:", help="file that keeps the records; in memory unless said")
    parser.add_argument("--life", action="store_true", help="let tickets arrive and people work on them")
    parser.add_argument("--callouts", action="store_true", help="let webhooks call http on this machine, too")
    return parser


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
    """Serve until cancelled. Raises ValueError when the file holds another world."""
    async with AutotaskSandbox(tickets=tickets, seed=seed, port=port, database=database) as at:
        at.quirks.callouts_to_loopback = callouts
        sys.stdout.write(greeting(at))
        sys.stdout.flush()
        await (Life(at.world, EVERY, seed=seed).run() if life else at.forever())


def main() -> None:
    """Run the sandbox until Ctrl-C."""
    asked = arguments().parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(serve(**vars(asked)))
        except ValueError as problem:
            sys.exit(str(problem))


if __name__ == "__main__":
    main()
