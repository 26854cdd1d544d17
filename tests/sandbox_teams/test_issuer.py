from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import jwt
import pytest

from sandbox.teams import ATTACKS, TeamsSandbox, wrong_tokens
from sandbox.teams.keys import SigningKey

Json = dict[str, Any]
SERVICE = "https://smba.trafficmanager.net/emea/"


async def fetch(session: aiohttp.ClientSession, url: str) -> Json:
    async with session.get(url) as response:
        assert response.status == 200
        found = await response.json()
        assert isinstance(found, dict)
        return found


async def published(teams: TeamsSandbox, session: aiohttp.ClientSession) -> dict[str, Json]:
    metadata = await fetch(session, teams.issuer.metadata_url)
    keys = await fetch(session, metadata["jwks_uri"])
    return {key["kid"]: key for key in keys["keys"]}


def judge(lines: tuple[str, ...], keys: dict[str, Json], *, app_id: str, now: float) -> str:
    """A careful validator; returns why the header is refused, or nothing."""
    try:
        claims = decode(lines, keys, app_id=app_id)
        exp, nbf, aud, url = claims["exp"], claims["nbf"], claims["aud"], claims["serviceurl"]
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, RecursionError) as error:
        return repr(error)
    if type(exp) is not int or type(nbf) is not int or not isinstance(aud, str):
        return "types"
    if not (nbf - 300 <= now < exp + 300) or exp - nbf > 86400:
        return "times"
    return "" if url == SERVICE else "serviceurl"


def decode(lines: tuple[str, ...], keys: dict[str, Json], *, app_id: str) -> Json:
    [line] = lines
    scheme, token = line.split(" ")
    if scheme != "Bearer" or len(line) > 6 * 1024 or not token.isascii() or "=" in token:
        raise ValueError("header")
    head = jwt.get_unverified_header(token)
    key = keys[head["kid"]]
    if "crit" in head or "msteams" not in key["endorsements"]:
        raise ValueError("endorsement")
    found = jwt.decode(
        token,
        jwt.PyJWK(key, algorithm="RS256"),
        algorithms=["RS256"],
        audience=app_id,
        issuer="https://api.botframework.com",
        # The time is the test's own, so the library must not look at its clock.
        options={"verify_exp": False, "verify_nbf": False},
    )
    assert isinstance(found, dict)
    return found


async def test_an_honest_token_is_valid_against_the_published_keys(
    teams: TeamsSandbox, session: aiohttp.ClientSession, clock: Any
) -> None:
    keys = await published(teams, session)
    line = f"Bearer {teams.issuer.token(service_url=SERVICE)}"
    assert judge((line,), keys, app_id=teams.app_id, now=clock.now) == ""


async def test_the_metadata_says_what_the_real_one_says(teams: TeamsSandbox, session: aiohttp.ClientSession) -> None:
    metadata = await fetch(session, teams.issuer.metadata_url)
    assert metadata["issuer"] == "https://api.botframework.com"
    assert metadata["id_token_signing_alg_values_supported"] == ["RS256"]
    keys = await published(teams, session)
    current = keys[teams.issuer.key.kid]
    assert {"kty", "use", "kid", "x5t", "n", "e", "x5c", "endorsements"} == set(current)
    assert "msteams" in current["endorsements"]
    assert "endorsements" not in keys[teams.issuer.unendorsed_key.kid]


async def test_every_wrong_token_is_wrong(teams: TeamsSandbox, session: aiohttp.ClientSession, clock: Any) -> None:
    keys = await published(teams, session)
    attacks = wrong_tokens(teams.issuer, service_url=SERVICE)
    assert len(attacks) == len(ATTACKS) >= 60
    accepted = [name for name, lines in attacks.items() if not judge(lines, keys, app_id=teams.app_id, now=clock.now)]
    assert accepted == []


async def test_no_two_wrong_tokens_are_wrong_in_the_same_way(teams: TeamsSandbox) -> None:
    attacks = wrong_tokens(teams.issuer, service_url=SERVICE)
    assert len(set(attacks.values())) == len(attacks)


async def test_every_wrong_token_fits_into_a_header_line(teams: TeamsSandbox) -> None:
    attacks = wrong_tokens(teams.issuer, service_url=SERVICE)
    assert [name for name, lines in attacks.items() if any(len(line) > 8000 for line in lines)] == []


async def test_a_rotation_withdraws_the_old_key(teams: TeamsSandbox, session: aiohttp.ClientSession) -> None:
    old = teams.issuer.rotate()
    keys = await published(teams, session)
    assert old.kid not in keys
    assert teams.issuer.key.kid in keys
    assert jwt.get_unverified_header(teams.issuer.token(service_url=SERVICE))["kid"] == teams.issuer.key.kid


async def test_a_rotation_may_leave_the_old_key_published(teams: TeamsSandbox, session: aiohttp.ClientSession) -> None:
    old = teams.issuer.rotate(withdraw_old=False)
    assert {old.kid, teams.issuer.key.kid} <= set(await published(teams, session))


async def test_fetches_are_counted(teams: TeamsSandbox, session: aiohttp.ClientSession) -> None:
    await published(teams, session)
    await published(teams, session)
    assert (teams.issuer.metadata_fetches, teams.issuer.key_fetches) == (2, 2)


async def test_an_outage_answers_503(teams: TeamsSandbox, session: aiohttp.ClientSession) -> None:
    teams.issuer.door.outage = True
    async with session.get(teams.issuer.metadata_url) as response:
        assert response.status == 503


async def test_a_held_door_keeps_everybody_waiting_until_released(
    teams: TeamsSandbox, session: aiohttp.ClientSession
) -> None:
    teams.issuer.door.hold()
    waiting = asyncio.create_task(fetch(session, teams.issuer.metadata_url))
    await teams.issuer.door.somebody_waits()
    assert not waiting.done()
    teams.issuer.door.release()
    assert (await waiting)["issuer"] == teams.issuer.issuer


@pytest.mark.parametrize("claim", ["aud", "iss", "exp", "nbf", "serviceurl"])
async def test_a_token_can_lack_any_claim(teams: TeamsSandbox, claim: str) -> None:
    token = teams.issuer.token(service_url=SERVICE, without=(claim,))
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claim not in claims
    assert len(claims) == 4


async def test_claims_headers_and_key_can_be_overridden(teams: TeamsSandbox) -> None:
    key = SigningKey.make("msteams")
    token = teams.issuer.token(service_url=SERVICE, app_id="other", key=key, headers={"x": 1}, iss=["odd"])
    claims = json.loads(jwt.api_jws.decode(token, key.private.public_key(), algorithms=["RS256"]))
    assert (claims["aud"], claims["iss"]) == ("other", ["odd"])
    assert jwt.get_unverified_header(token)["x"] == 1
