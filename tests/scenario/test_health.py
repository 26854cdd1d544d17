"""An administrator asks how the installation is: everything in private, one line elsewhere, nothing to others."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from attms_core.errors import CredentialsRefused
from attms_core.health import Doctor, Finding, State
from attms_core.health.finding import Subject
from bot.asking import Asking
from bot.dispatch import Dispatch
from sandbox.teams import Person, buttons, texts
from tests.scenario.conftest import Clock, World, card_of
from tests.scenario.hand import read

SIGN_IN = Subject("autotask-sign-in", "AutoTask sign-in")
DISK = Subject("disk", "Disk space")
KEPT = "The details are for our private chat: ask me there. Say: health"


class Patient:
    """An installation that feels as the test says."""

    def __init__(self) -> None:
        self.sign_in = SIGN_IN.ill("AutoTask refuses the secret.", "On the host type: attms config set autotask_secret")
        self.looked = 0

    async def look(self) -> Finding:
        self.looked += 1
        return self.sign_in

    async def disk(self) -> Finding:
        return DISK.fine("74.3 GiB are free.")


@pytest.fixture
def patient() -> Patient:
    return Patient()


@pytest.fixture
async def doctor(clock: Clock, patient: Patient, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Doctor]:
    """Let a doctor of the test's own be the one that is asked."""
    made: Callable[..., Asking] = Dispatch._asking
    async with Doctor(now=clock.now) as ours:
        ours.register(SIGN_IN.name, SIGN_IN.title, patient.look)
        ours.register(DISK.name, DISK.title, patient.disk)

        def with_ours(*args: Any, **more: Any) -> Asking:
            return structs.replace(made(*args, **more), doctor=ours)

        monkeypatch.setattr(Dispatch, "_asking", with_ours)
        yield ours


@pytest.fixture
async def administrator(doctor: Doctor, world: World) -> Person:
    mara = await world.linked()
    await world.make(mara, "administrator")
    return mara


async def test_what_is_wrong_comes_first_with_its_next_step(world: World, administrator: Person) -> None:
    said = await world.client.say("/health", person=administrator)
    shown = texts(card_of(said))
    assert "1 thing is wrong." in shown
    assert "Wrong: AutoTask sign-in" in shown
    assert "On the host type: attms config set autotask_secret" in shown
    assert "1 check is fine." in shown
    assert said.messages[-1].summary == "Health: 1 thing is wrong."


async def test_checking_again_puts_the_news_in_the_same_place(
    world: World, administrator: Person, patient: Patient
) -> None:
    said = await world.client.say("health", person=administrator)
    patient.sign_in = SIGN_IN.fine("AutoTask lets ATTMS in.")
    pressed = await world.client.press(said.messages[-1], "Check again", person=administrator)
    shown = texts(card_of(pressed))
    assert "All is well: 2 checks are fine." in shown
    assert buttons(card_of(pressed)) == ["Check again"]
    assert patient.looked == 2


async def test_in_a_channel_there_is_one_line_and_no_detail(world: World, administrator: Person) -> None:
    channel = world.teams.team("Service", administrator, world.technician(1), channels=("Desk",)).sibling("Desk")
    said = await world.client.say("health", person=administrator, conversation=channel)
    assert texts(card_of(said)) == ["1 thing is wrong.", KEPT]
    await world.client.say("internal on", person=administrator, conversation=channel)
    again = await world.client.say("health", person=administrator, conversation=channel)
    assert texts(card_of(again)) == ["1 thing is wrong.", KEPT]


@pytest.mark.parametrize("role", ["reader", "technician", "dispatcher"])
async def test_nobody_else_learns_anything(world: World, doctor: Doctor, patient: Patient, role: str) -> None:
    tomas = await world.linked(1)
    await world.make(tomas, role)
    said = await world.client.say("health", person=tomas)
    assert f"This needs the role administrator; yours is {role}." in texts(card_of(said))
    assert patient.looked == 0
    help_ = await world.client.say("help", person=tomas)
    assert "installation" not in read(help_)


async def test_the_administrators_help_names_it(world: World, administrator: Person) -> None:
    assert "See what is wrong with this installation" in read(await world.client.say("help", person=administrator))


async def test_an_administrator_needs_no_link(doctor: Doctor, world: World) -> None:
    guest = world.teams.person("Olga Petrov", email="olga@elsewhere.example")
    await world.client.say("me", person=guest)
    await world.make(guest, "administrator")
    assert "Wrong: AutoTask sign-in" in texts(card_of(await world.client.say("health", person=guest)))


async def test_a_check_that_hangs_keeps_nobody_waiting(
    world: World, administrator: Person, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.commands.health.WITHIN", timedelta(milliseconds=50))
    go = asyncio.Event()

    async def hang() -> Finding:
        await go.wait()
        return Subject("clock", "Clock").fine("It is right.")

    doctor.register("clock", "Clock", hang)
    said = await world.client.say("health", person=administrator)
    assert "Not known yet: Clock." in texts(card_of(said))
    go.set()
    await doctor.examine(names={"clock"})
    pressed = await world.client.press(said.messages[-1], "Check again", person=administrator)
    assert "2 checks are fine." in texts(card_of(pressed))


async def test_a_check_that_breaks_shows_no_stack(world: World, administrator: Person, doctor: Doctor) -> None:
    async def broken() -> Finding:
        raise ZeroDivisionError("hunter2")

    async def refused() -> Finding:
        raise CredentialsRefused("It says no.", hint="Ask it nicely.")

    doctor.register("broken", "Broken", broken)
    doctor.register("refused", "Refused", refused)
    shown = read(await world.client.say("health", person=administrator))
    assert "hunter2" not in shown
    assert "Not known yet: Broken." in shown
    assert "Wrong: Refused" in shown
    assert "Ask it nicely." in shown


async def test_a_whole_house_is_examined_and_what_is_ill_is_only_what_is_missing(world: World) -> None:
    await world.linked()
    await world.poll()
    findings = {finding.name: finding for finding in await world.house.doctor.examine()}
    troubled = {name for name, each in findings.items() if each.state in {State.ILL, State.WARNING}}
    # nobody has told the secrets' last days, and the test's folder is pytest's
    assert troubled <= {"bot-secret-expiry", "autotask-secret-expiry", "data-folder", "clock"}
    for name in ("autotask-sign-in", "autotask-zone", "mirror", "teams-service", "teams-app", "bot-token", "bot-keys"):
        assert findings[name].state is State.OK, findings[name]


async def test_a_tenant_that_was_moved_is_followed_and_the_old_setting_told(world: World) -> None:
    world.at.faults.add("move_zone")
    [sign_in] = await world.house.doctor.examine(names=["autotask-sign-in"])
    [zone] = await world.house.doctor.examine(names=["autotask-zone"])
    assert sign_in.state is State.OK
    assert zone.state is State.WARNING
    assert "/zone1/" in zone.what
    assert "attms config unset autotask_zone_url" in zone.fix
