"""What an operator sets, from the environment with the prefix ``ATTMS_``; a secret also as ``..._FILE``.

All mistakes are told at once, each with the nearest valid name. Nothing is read while a module is imported.
"""

import difflib
import os
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
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


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class SettingsError(OperatorNeeded):
    """The settings do not hold together; the message lists every mistake."""

    code = "settings"


class Settings(BaseModel):
    """All settings. Frozen: a change is a new value and a restart."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    """Where the public listener binds."""
    port: int = Field(default=3978, ge=0, le=65535)
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

    bot_app_id: str = ""
    bot_secret: SecretStr | None = None
    bot_tenant_ids: Words = ()
    """The Entra tenants whose people may speak here."""
    bot_openid_metadata_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    bot_token_issuer: str = "https://api.botframework.com"  # noqa: S105 - an address
    bot_login_url: str = ""
    """msal authority of the bot's own token; unset means the first tenant at login.microsoftonline.com."""
    bot_service_url_hosts: Words = ()
    """Hosts beyond Microsoft's own that a service URL may name; ``.example.com`` allows its subdomains."""
    allow_loopback: bool = False
    """Let outbound calls go to this machine: for the sandbox only."""

    graph_app_id: str = ""
    """The app that asks Microsoft Graph; unset means the bot's own."""
    graph_secret: SecretStr | None = None

    autotask_zone_url: str = ""
    """``https://webservicesN.autotask.net/ATServicesRest/``; unset means it is discovered."""
    autotask_user: str = ""
    autotask_secret: SecretStr | None = None
    autotask_integration_code: SecretStr | None = None
    autotask_writes: bool = False

    administrators: Words = ()
    """Entra object ids."""
    linking: Linking = Linking.CONFIRM
    poll_seconds: int = Field(default=30, ge=5, le=3600)
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


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises ``SettingsError`` with every mistake, one a line."""
    names = {f"{PREFIX}{name.upper()}": name for name in Settings.model_fields}
    given, mistakes = _read_files(environ, [n for n in names if _is_secret(names[n])])
    mistakes += [_unknown(name, names) for name in given if name.startswith(PREFIX) and name not in names]
    known = {names[name]: value for name, value in given.items() if name in names}
    mistakes += _mistakes(known)
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return Settings.model_validate(known)


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
    return [f"{PREFIX}{str(found['loc'][0]).upper()}: {text}"]
