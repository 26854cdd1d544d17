"""The bot under the bench's variables: the real application over a generated mirror. Started by ``bench.start``.

What the variables mean is said in docs/performance.md. Only AutoTask is replaced, by one without news.
"""

import asyncio
import os
import signal
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import uvloop

import app
from admin import logs
from attms_core import settings as configuration
from attms_core.model import PersonKey, TenantId
from attms_core.settings import Settings
from bench import mirror
from bench.quiet import QuietAutotask

APP_ID = "11111111-2222-3333-4444-555555555555"
TENANT = "77777777-6666-5555-4444-333333333333"
PERSON = "99999999-8888-7777-6666-555555555555"
"""Who speaks in the load, and where from."""
TICKETS = 100_000


def main() -> None:
    """Serve until told to stop."""
    logs.configure(verbose=True)
    uvloop.run(_serve(os.environ))


async def _serve(environ: Mapping[str, str]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    count = int(environ.get("BENCH_TICKETS", str(TICKETS)))
    person = PersonKey(TenantId(TENANT), PERSON)
    home = Path(environ.get("BENCH_MIRRORS", mirror.STATE))
    data_dir = await mirror.kept(count, person=person, now=datetime.now(UTC), home=home)
    async with app.serve(settings(environ, data_dir), autotask=QuietAutotask(), **_openness(environ)):
        await stop.wait()


def _openness(environ: Mapping[str, str]) -> dict[str, object]:
    ca = environ.get("SSL_CERT_FILE")
    given: dict[str, object] = {"dangerously_open": environ.get("BENCH_AUTH") == "off"}
    return {**given, "login_ca": Path(ca)} if ca else given


def settings(environ: Mapping[str, str], data_dir: Path) -> Settings:
    """Translate the bench's variables into the application's settings."""
    keys = environ.get("BENCH_ISSUER_BASE", "http://127.0.0.1:18080")
    return configuration.load(
        {
            "ATTMS_PORT": environ.get("PORT", "18100"),
            "ATTMS_ADMIN_PORT": "0",
            "ATTMS_DATA_DIR": str(data_dir),
            "ATTMS_BOT_APP_ID": environ.get("APP_ID", APP_ID),
            "ATTMS_BOT_SECRET": environ.get("APP_SECRET", "not-a-real-secret"),
            "ATTMS_BOT_TENANT_IDS": TENANT,
            "ATTMS_BOT_OPENID_METADATA_URL": f"{keys}/v1/.well-known/openidconfiguration",
            "ATTMS_BOT_TOKEN_ISSUER": environ.get("BENCH_ISSUER", "https://api.botframework.com"),
            "ATTMS_BOT_LOGIN_URL": environ.get("BENCH_LOGIN_URL", "https://localhost:18443/adfs"),
            "ATTMS_ALLOW_LOOPBACK": "true",
            "ATTMS_AUTOTASK_USER": "bench",
            "ATTMS_AUTOTASK_SECRET": "bench",
            "ATTMS_AUTOTASK_INTEGRATION_CODE": "bench",
        }
    )
