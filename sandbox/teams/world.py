"""The whole of Teams in one `async with`: issuer, token endpoint, connector, and the settings to reach them.

Each part's behaviour is in its own module.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.teams.client import TeamsClient
from sandbox.teams.connector import Connector
from sandbox.teams.issuer import Issuer
from sandbox.teams.keys import LoopbackTls
from sandbox.teams.login import Login
from sandbox.teams.people import Conversation, Directory, Person, Team
from sandbox.teams.service import LOOPBACK, Clock

SANDBOX_APP_ID = "7f3c1a52-9b8e-4d06-a1f4-2c5e8b9d0a77"
SANDBOX_SECRET = "sandbox~secret~of~no~worth"  # noqa: S105 - opens nothing but this sandbox
SANDBOX_TENANT = "2b6d3c90-51e7-4f7a-8c1d-9e0f4a3b7c65"


class TeamsSandbox:
    """Starts the stand-ins on free loopback ports and stops them again.

    `tenants` lists the Entra tenants the bot belongs to, its own first. People given get a personal chat;
    with `installed=False` the app is not there yet. `issuer`, `login` and `connector` exist once entered.
    """

    issuer: Issuer
    login: Login
    connector: Connector

    def __init__(
        self,
        *,
        app_id: str = SANDBOX_APP_ID,
        secret: str = SANDBOX_SECRET,
        tenants: tuple[str, ...] = (SANDBOX_TENANT,),
        people: Iterable[Person] = (),
        installed: bool = True,
        bot_name: str = "ATTMS",
        clock: Clock = time.time,
        ports: tuple[int, int, int] = (0, 0, 0),
    ) -> None:
        self.app_id = app_id
        self.secret = secret
        self.tenants = tenants
        self.bot_name = bot_name
        self.directory = Directory()
        self._clock = clock
        self._ports = ports
        self._tls: LoopbackTls | None = None
        self._stack = contextlib.AsyncExitStack()
        for person in people:
            self.directory.hire(person, installed=installed)

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="teams-sandbox-"))
            self._tls = LoopbackTls.make(Path(directory))
            await self._start(stack, self._tls)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def ca_file(self) -> Path:
        """The PEM file of the authority that signed the token endpoint's certificate."""
        if self._tls is None:
            raise RuntimeError("the sandbox has not started")
        return self._tls.ca_file

    def person(self, name: str, *, guest: bool = False, email: str = "") -> Person:
        """Add somebody to the bot's tenant, with a personal chat that has the app."""
        made = Person.named(name, tenant=self.tenants[0], guest=guest, email=email)
        self.directory.hire(made)
        return made

    def group(self, name: str, *members: Person) -> Conversation:
        """Add a group chat that has the app."""
        return self.directory.open(Conversation.group(name, tenant=self.tenants[0]), members)

    def team(self, name: str, *members: Person, channels: tuple[str, ...] = ()) -> Conversation:
        """Add a team that has the app; return its General channel."""
        general = Conversation.channel(Team.named(name, *channels), tenant=self.tenants[0])
        return self.directory.open(general, members)

    def client(self, bot_url: str) -> TeamsClient:
        """Return the hand of this tenant's people for a bot's messages endpoint; enter it to use it."""
        return TeamsClient(bot_url, issuer=self.issuer, connector=self.connector, bot_name=self.bot_name)

    def settings(self, prefix: str = "") -> dict[str, str]:
        """Return what a bot must be told, as environment variables under the prefix."""
        told = {
            "BOT_APP_ID": self.app_id,
            "BOT_SECRET": self.secret,
            "BOT_TENANT_IDS": ",".join(self.tenants),
            "BOT_OPENID_METADATA_URL": self.issuer.metadata_url,
            "BOT_TOKEN_ISSUER": self.issuer.issuer,
            "BOT_LOGIN_URL": self.login.authority(self.tenants[0]),
            "BOT_SERVICE_URL_HOSTS": LOOPBACK,
            "ALLOW_LOOPBACK": "true",
        }
        return {f"{prefix}{name}": value for name, value in told.items()}

    def environment(self) -> dict[str, str]:
        """Return the variables by which HTTP libraries learn to trust the token endpoint."""
        return {"REQUESTS_CA_BUNDLE": str(self.ca_file), "SSL_CERT_FILE": str(self.ca_file)}

    async def _start(self, stack: contextlib.AsyncExitStack, tls: LoopbackTls) -> None:
        issuer_port, login_port, connector_port = self._ports
        self.issuer = await stack.enter_async_context(Issuer(app_id=self.app_id, clock=self._clock, port=issuer_port))
        self.login = await stack.enter_async_context(
            Login(
                app_id=self.app_id,
                secrets=(self.secret,),
                tenants=self.tenants,
                tls=tls.server_context(),
                clock=self._clock,
                port=login_port,
            )
        )
        self.connector = await stack.enter_async_context(
            Connector(
                app_id=self.app_id,
                accepts=self.login.accepts,
                directory=self.directory,
                clock=self._clock,
                port=connector_port,
            )
        )
