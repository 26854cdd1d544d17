"""What an operator sets, in the environment with the prefix ``ATTMS_`` (a secret also as ``..._FILE``) or in the vault.

The environment wins over the vault. All mistakes are told at once, each with the nearest valid name. Nothing is read
while a module is imported.
"""

import ast
import difflib
import functools
import inspect
import itertools
import os
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator

from attms_core.errors import OperatorNeeded

PREFIX = "ATTMS_"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Linking(StrEnum):
    """How a person becomes linked to a resource."""

    CONFIRM = "confirm"
    """An exact e-mail match, confirmed by the person with one press."""
    ADMIN = "admin"
    """An administrator links everybody."""


def _words(value: Any) -> Any:
    """Split a comma or space separated list."""
    if isinstance(value, str):
        return tuple(word for word in value.replace(",", " ").split() if word)
    return value


def _day(value: Any) -> Any:
    """Take an empty text for no day."""
    return None if value == "" else value


Day = Annotated[date | None, BeforeValidator(_day)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class Source(StrEnum):
    """Who decides a setting."""

    ENVIRONMENT = "environment"
    FILE = "file"
    """A file that the environment names."""
    VAULT = "vault"
    DEFAULT = "default"


class SettingsError(OperatorNeeded):
    """The settings do not hold together; the message lists every mistake."""

    code = "settings"


class Settings(BaseModel):
    """All settings. Frozen: a change is a new value."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    """Where the public listener binds."""
    port: int = Field(default=3978, ge=0, le=65535)
    """The port of the public listener."""
    admin_port: int = Field(default=3979, ge=0, le=65535)
    """The management listener: always on 127.0.0.1."""
    setup_port: int = Field(default=3980, ge=0, le=65535)
    """The set-up's listener, until it is closed: always on this machine alone."""
    public_url: str = ""
    """How Microsoft reaches us, such as ``https://desk.example.com``."""
    data_dir: Path = Path("data")
    """The SQLite database and what else must survive."""
    database_url: SecretStr | None = None
    """``postgresql://...``; unset means SQLite in ``data_dir``."""

    plugins: Words = ()
    """Names of installed plugins that may be loaded; none unless named."""

    bot_app_id: str = ""
    """The app (client) id of the bot's registration in Entra."""
    bot_secret: SecretStr | None = None
    """The bot's client secret."""
    bot_secret_expires: Day = None
    """The last day of the bot's secret, such as 2027-01-31: the doctor warns in time."""
    bot_tenant_ids: Words = ()
    """The Entra tenants whose people may speak here."""
    bot_openid_metadata_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    """Where the keys stand that Teams' messages are signed with."""
    bot_token_issuer: str = "https://api.botframework.com"  # noqa: S105 - an address
    """Who signs Teams' messages."""
    bot_login_url: str = ""
    """msal authority of the bot's own token; unset means the first tenant at login.microsoftonline.com."""
    bot_service_url_hosts: Words = ()
    """Hosts beyond Microsoft's own that a service URL may name; ``.example.com`` allows its subdomains."""
    allow_loopback: bool = False
    """Let outbound calls go to this machine: for the sandbox only."""

    graph_app_id: str = ""
    """The app that asks Microsoft Graph; unset means the bot's own."""
    graph_secret: SecretStr | None = None
    """The secret of the app that asks Microsoft Graph; unset means the bot's own."""

    autotask_zone_url: str = ""
    """``https://webservicesN.autotask.net/ATServicesRest/``; unset means it is discovered."""
    autotask_user: str = ""
    """The API user's name (an e-mail address)."""
    autotask_secret: SecretStr | None = None
    """The API user's secret."""
    autotask_secret_expires: Day = None
    """The last day of the API user's secret: the doctor warns in time."""
    autotask_integration_code: SecretStr | None = None
    """The API tracking identifier."""
    autotask_writes: bool = False
    """Whether AutoTask may be changed at all."""

    administrators: Words = ()
    """Entra object ids of the bot's administrators."""
    linking: Linking = Linking.CONFIRM
    """``confirm``: people confirm their own technician; ``admin``: an administrator links everybody."""
    poll_seconds: int = Field(default=30, ge=5, le=3600)
    """Seconds between two looks for news in AutoTask."""
    history_days: int = Field(default=365, ge=1, le=3650)
    """How far back completed tickets are mirrored."""
    api_hourly_cap: int = Field(default=3000, ge=100, le=10_000)
    """Our share of AutoTask's 10,000 calls an hour, which all integrations of the tenant share."""

    @property
    def is_connected(self) -> bool:
        """Say whether AutoTask has been set up."""
        return bool(self.autotask_user and self.autotask_secret and self.autotask_integration_code)

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        mistakes = [*self._half_connected(), *self._urls()]
        if mistakes:
            raise ValueError("\n".join(mistakes))
        return self

    def _half_connected(self) -> list[str]:
        parts = {
            "ATTMS_AUTOTASK_USER": self.autotask_user,
            "ATTMS_AUTOTASK_SECRET": self.autotask_secret,
            "ATTMS_AUTOTASK_INTEGRATION_CODE": self.autotask_integration_code,
        }
        missing = [name for name, value in parts.items() if not value]
        if 0 < len(missing) < len(parts):
            return [f"{name} is missing: AutoTask needs all three of user, secret and code" for name in missing]
        return []

    def _urls(self) -> list[str]:
        named = {
            "ATTMS_PUBLIC_URL": self.public_url,
            "ATTMS_BOT_OPENID_METADATA_URL": self.bot_openid_metadata_url,
            "ATTMS_BOT_LOGIN_URL": self.bot_login_url,
            "ATTMS_AUTOTASK_ZONE_URL": self.autotask_zone_url,
        }
        return [m for name, url in named.items() if url for m in _url_mistakes(name, url, self.allow_loopback)]


def _url_mistakes(name: str, url: str, allow_loopback: bool) -> list[str]:  # noqa: FBT001 - one caller, above
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        return [f"{name} is no http address"]
    if not parts.hostname or parts.scheme not in {"http", "https"}:
        return [f"{name} is no http address"]
    is_local = parts.hostname in LOOPBACK
    if is_local and not allow_loopback:
        return [f"{name} names this machine: set ATTMS_ALLOW_LOOPBACK=true if that is meant"]
    if parts.scheme == "http" and not is_local:
        return [f"{name} must begin with https://"]
    return []


BOOTSTRAP = frozenset({"data_dir"})
"""Settings that tell where the vault is: it cannot hold them."""
OF_THE_VAULT = frozenset({"ATTMS_VAULT_KEY", "ATTMS_VAULT_KEY_FILE", "ATTMS_VAULT_KEY_SOURCE"})
"""Read by the vault alone, before there are settings."""
RESTART = BOOTSTRAP | {"host", "port", "admin_port", "setup_port", "database_url", "plugins"}
"""Settings that are read once: a change waits for the next start."""


def load(environ: Mapping[str, str] = os.environ, entries: Mapping[str, str] = MappingProxyType({})) -> Settings:
    """Read the settings; ``entries`` are the vault's. Raises ``SettingsError`` with every mistake, one a line."""
    given, mistakes = _from_environment(environ)
    stored = {name: value for name, value in entries.items() if name in Settings.model_fields}
    known = {name: value for name, value in stored.items() if name not in BOOTSTRAP} | given
    mistakes += _mistakes(known)
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return Settings.model_validate(known)


def sources(environ: Mapping[str, str], entries: Mapping[str, str]) -> dict[str, Source]:
    """Say who decides each setting."""
    return {name: _source(name, environ, entries) for name in Settings.model_fields}


def _source(name: str, environ: Mapping[str, str], entries: Mapping[str, str]) -> Source:
    outside = variable(name)
    if outside in environ:
        return Source.ENVIRONMENT
    if f"{outside}_FILE" in environ:
        return Source.FILE
    return Source.VAULT if name in entries and name not in BOOTSTRAP else Source.DEFAULT


def variable(name: str) -> str:
    """Name the environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def help_of(name: str) -> str:
    """Say in a line what a setting is: its docstring."""
    return _docstrings().get(name, "").replace("``", "").replace("\n", " ")


@functools.cache
def _docstrings() -> Mapping[str, str]:
    """Read what stands below each setting. Pydantic would do it too, in every start, and none needs them."""
    lines = ast.parse(inspect.getsource(Settings)).body[0]
    found = {}
    for line, below in itertools.pairwise(lines.body if isinstance(lines, ast.ClassDef) else ()):
        match line, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(told))):
                found[name] = inspect.cleandoc(told)
    return found


def unknown(name: str) -> str:
    """Say that a name is no setting, and which was probably meant."""
    near = difflib.get_close_matches(name, sorted(Settings.model_fields), n=1)
    return f"{name} is not a setting" + (f": did you mean {near[0]}?" if near else "")


def _from_environment(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    names = {variable(name): name for name in Settings.model_fields}
    told = {name: value for name, value in environ.items() if name not in OF_THE_VAULT}
    given, mistakes = _read_files(told, [n for n in names if _is_secret(names[n])])
    mistakes += [_unknown(name, names) for name in given if name.startswith(PREFIX) and name not in names]
    return {names[name]: value for name, value in given.items() if name in names}, mistakes


def _mistakes(given: Mapping[str, str]) -> list[str]:
    """Collect what is wrong, then look again without it: a bad port must not hide a bad address."""
    try:
        Settings.model_validate(given)
    except ValidationError as error:
        said = [line for found in error.errors() for line in _said(found)]
        bad = {str(found["loc"][0]) for found in error.errors() if found["loc"]}
        return said + (_mistakes({k: v for k, v in given.items() if k not in bad}) if bad else [])
    return []


def secret_names() -> frozenset[str]:
    """Name the settings that are secrets."""
    return frozenset(filter(_is_secret, Settings.model_fields))


def _is_secret(field: str) -> bool:
    return "SecretStr" in str(Settings.model_fields[field].annotation)


def _read_files(environ: Mapping[str, str], secrets: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    given, mistakes = dict(environ), []
    for name in secrets:
        path = given.pop(f"{name}_FILE", None)
        if path is None:
            continue
        if name in given:
            mistakes.append(f"{name} and {name}_FILE are both set: keep one")
            continue
        try:
            given[name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            mistakes.append(f"{name}_FILE cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            mistakes.append(f"{name}_FILE cannot be read: it is no UTF-8 text")
    return given, mistakes


def _unknown(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, sorted(names), n=1)
    return f"{name} is not a setting" + (f": did you mean {near[0]}?" if near else "")


def _said(found: Any) -> list[str]:
    text = str(found["msg"]).removeprefix("Value error, ")
    if not found["loc"]:
        return text.split("\n")
    return [f"{variable(str(found['loc'][0]))}: {text}"]
