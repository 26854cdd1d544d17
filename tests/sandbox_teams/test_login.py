from __future__ import annotations

import asyncio
from typing import Any

import msal
import pytest

from sandbox.teams import TeamsSandbox
from sandbox.teams.login import BOT_SCOPE


@pytest.fixture(autouse=True)
def _no_certificates_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    # requests lets these override what msal is told by `verify`
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)


async def ask(teams: TeamsSandbox, *, scope: str = BOT_SCOPE, **options: Any) -> dict[str, Any]:
    settings = {
        "client_id": teams.app_id,
        "client_credential": teams.secret,
        "authority": teams.settings()["BOT_LOGIN_URL"],
        "instance_discovery": False,
        **options,
    }

    def log_in() -> dict[str, Any]:
        client = msal.ConfidentialClientApplication(verify=str(teams.ca_file), timeout=5, **settings)
        try:
            answer = client.acquire_token_for_client([scope])
        finally:
            client.http_client.close()
        assert isinstance(answer, dict)
        return answer

    return await asyncio.to_thread(log_in)


async def test_msal_gets_a_token_that_the_connector_accepts(teams: TeamsSandbox) -> None:
    answer = await ask(teams)
    assert teams.login.accepts(answer["access_token"])
    assert answer["expires_in"] == 3599
    assert (teams.login.discoveries, teams.login.granted, teams.login.refused) == (1, 1, 0)


async def test_msal_trusts_the_certificate_through_the_environment(
    teams: TeamsSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", teams.environment()["REQUESTS_CA_BUNDLE"])

    def log_in() -> Any:
        client = msal.ConfidentialClientApplication(
            teams.app_id, teams.secret, teams.settings()["BOT_LOGIN_URL"], instance_discovery=False
        )
        try:
            return client.acquire_token_for_client([BOT_SCOPE])
        finally:
            client.http_client.close()

    assert "access_token" in await asyncio.to_thread(log_in)


async def test_msal_takes_the_address_as_oidc_authority_too(teams: TeamsSandbox) -> None:
    base = teams.settings()["BOT_LOGIN_URL"]
    answer = await ask(teams, authority=None, oidc_authority=f"{base}/v2.0")
    assert teams.login.accepts(answer["access_token"])


async def test_msal_looks_nothing_up_elsewhere_for_the_adfs_path(teams: TeamsSandbox) -> None:
    answer = await ask(teams, authority=teams.login.authority("adfs"), instance_discovery=None)
    assert teams.login.accepts(answer["access_token"])


async def test_msal_refuses_plain_http(teams: TeamsSandbox) -> None:
    with pytest.raises(ValueError, match="should consist of an https url"):
        await ask(teams, authority=teams.settings()["BOT_LOGIN_URL"].replace("https:", "http:"))


@pytest.mark.parametrize(
    ("options", "error", "number"),
    [
        ({"client_credential": "wrong"}, "invalid_client", 7000215),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, "unauthorized_client", 700016),
        ({"scope": "https://graph.microsoft.com/.default"}, "invalid_resource", 500011),
        ({"scope": "https://api.botframework.com/read"}, "invalid_scope", 1002012),
    ],
)
async def test_refusals_are_worded_as_entra_words_them(
    teams: TeamsSandbox, options: dict[str, Any], error: str, number: int
) -> None:
    answer = await ask(teams, **options)
    assert answer["error"] == error
    assert answer["error_codes"] == [number]
    assert answer["error_description"].startswith(f"AADSTS{number}: ")
    assert (teams.login.granted, teams.login.refused) == (0, 1)


async def test_an_expired_secret_is_told_apart(teams: TeamsSandbox) -> None:
    teams.login.expired_secrets.add(teams.secret)
    assert (await ask(teams))["error_codes"] == [7000222]


async def test_a_second_secret_works_beside_the_first(teams: TeamsSandbox) -> None:
    teams.login.secrets.add("newer")
    assert "access_token" in await ask(teams, client_credential="newer")


async def test_an_unknown_tenant_has_no_metadata(teams: TeamsSandbox) -> None:
    with pytest.raises(ValueError, match="double check your tenant"):
        await ask(teams, authority=teams.login.authority("nobody"))


async def test_a_token_holds_until_it_expires_or_is_revoked(teams: TeamsSandbox, clock: Any) -> None:
    token = (await ask(teams))["access_token"]
    clock.now += 3598
    assert teams.login.accepts(token)
    clock.now += 1
    assert not teams.login.accepts(token)
    fresh = (await ask(teams))["access_token"]
    teams.login.revoke_all()
    assert not teams.login.accepts(fresh)
    assert teams.login.accepts((await ask(teams))["access_token"])


async def test_a_channel_token_is_no_token_of_the_bot(teams: TeamsSandbox) -> None:
    assert not teams.login.accepts(teams.issuer.token(service_url="x", aud="https://api.botframework.com"))
