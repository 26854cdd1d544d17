"""Entra asked once, for whoever wants to see its own answer: the set-up, while somebody waits."""

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


class AskEntra(Struct, frozen=True):
    """Answers with what Entra answers; never with a token it has kept."""

    ca_file: Path | None = None

    async def __call__(self, *, settings: Settings, app_id: str, secret: SecretStr, scope: str) -> Mapping[str, Any]:
        """Ask for a token by client credentials, off the event loop. Raises ``Unreachable``."""
        return await asyncio.to_thread(self._ask, settings, app_id, secret, scope)

    def _ask(self, settings: Settings, app_id: str, secret: SecretStr, scope: str) -> Mapping[str, Any]:
        tenant = settings.bot_tenant_ids[0] if settings.bot_tenant_ids else "botframework.com"
        with requests.Session() as session:
            session.request = functools.partial(session.request, timeout=SECONDS)  # type: ignore[method-assign]
            if self.ca_file:
                session.verify = str(self.ca_file)
                session.trust_env = False
            try:
                client = msal.ConfidentialClientApplication(
                    app_id,
                    client_credential=secret.get_secret_value(),
                    authority=settings.bot_login_url or f"https://login.microsoftonline.com/{tenant}",
                    instance_discovery=False,
                    http_client=session,
                )
                answer = client.acquire_token_for_client(scopes=[scope])
            except ValueError:  # msal's word for a tenant that Entra does not know
                return {"error": "invalid_tenant", "error_codes": [90002]}
            except (OSError, RuntimeError) as error:  # requests' errors are OSErrors
                raise Unreachable(
                    "Entra does not answer.",
                    hint="Let the firewall or proxy pass port 443 to login.microsoftonline.com.",
                ) from error
        return answer if isinstance(answer, dict) else {}
