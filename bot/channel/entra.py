"""Entra asked for a token, through msal; and asked once, by the set-up, which wants to see its own answer."""

import asyncio
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msal
import requests
from msgspec import Struct
from pydantic import SecretStr

from attms_core.errors import Unreachable
from attms_core.settings import Settings

SECONDS = 10.0
"""Of one request to Entra."""


def ask(settings: Settings, *, app_id: str, secret: SecretStr, scope: str, ca_file: Path | None) -> Mapping[str, Any]:
    """Ask by client credentials, and give what Entra answers: each call is a client of its own, and keeps no token.

    It blocks: call it in a thread. With ``ca_file`` that authority alone is trusted, whatever the environment says.
    Raises ``OSError`` (requests' errors are) and ``RuntimeError`` when Entra cannot be asked, and ``ValueError`` for a
    tenant that Entra does not know.
    """
    tenant = settings.bot_tenant_ids[0] if settings.bot_tenant_ids else "botframework.com"
    with _session(ca_file) as session:
        client = msal.ConfidentialClientApplication(
            app_id,
            client_credential=secret.get_secret_value(),
            authority=settings.bot_login_url or f"https://login.microsoftonline.com/{tenant}",
            instance_discovery=False,
            http_client=session,
        )
        answer = client.acquire_token_for_client(scopes=[scope])
    return answer if isinstance(answer, dict) else {}


def _session(ca_file: Path | None) -> requests.Session:
    session = requests.Session()
    session.request = functools.partial(session.request, timeout=SECONDS)  # type: ignore[method-assign] # as msal does
    if ca_file is not None:
        session.verify = str(ca_file)
        session.trust_env = False  # or REQUESTS_CA_BUNDLE would take the file's place
    return session


class AskEntra(Struct, frozen=True):
    """Answers with what Entra answers; never with a token it has kept."""

    ca_file: Path | None = None

    async def __call__(self, *, settings: Settings, app_id: str, secret: SecretStr, scope: str) -> Mapping[str, Any]:
        """Ask for a token, off the event loop. Raises ``Unreachable``."""
        try:
            return await asyncio.to_thread(
                ask, settings, app_id=app_id, secret=secret, scope=scope, ca_file=self.ca_file
            )
        except ValueError:
            return {"error": "invalid_tenant", "error_codes": [90002]}
        except (OSError, RuntimeError) as error:
            raise Unreachable(
                "Entra does not answer.",
                hint="Let the firewall or proxy pass port 443 to login.microsoftonline.com.",
            ) from error
