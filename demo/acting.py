"""The play inside the bot: whoever speaks is given a technician, is told so, and may change parts with ``persona``."""

from collections.abc import Awaitable, Callable, Sequence

from attms_core.errors import Invalid
from attms_core.model import Conversation, LinkState, Person, PersonKey, PersonRole, Right, TenantId
from attms_core.people import People, Roster
from attms_core.ports import Now
from attms_core.settings import Linking
from attms_core.store.database import Database
from bot import faces
from bot.asking import Asking
from bot.reading import Readers, fresh_nonce
from bot.reply import Reply
from bot.router import Router
from bot.turn import PERSONAL_DEEDS, Answer, Handle, Turn
from cards.said import SaidCard
from demo.personas import Personas, Technician

BY = "the demo"
OTHERS = 3
Tell = Callable[[Turn, Reply], Awaitable[object]]
"""Says something in the turn's conversation besides its answer."""


class Play:
    """What the demo puts in the place of the house's people, and before and beside its commands."""

    def __init__(self, personas: Personas) -> None:
        self._personas = personas

    def people(
        self,
        database: Database,
        roster: Roster | None,
        *,
        tenant: TenantId,
        linking: Linking,
        administrators: Sequence[str],
        now: Now,
    ) -> People:
        """Make the people, each of whom plays a technician."""
        acted = ActedPeople(database, roster, tenant=tenant, linking=linking, administrators=administrators, now=now)
        acted.personas = self._personas
        return acted

    def router(self) -> Router:
        """Make the demo's own command."""
        return acting(self._personas)

    def stage(self, handle: Handle, *, people: People, readers: Readers, tell: Tell) -> Handle:
        """Let everybody be told first which part they play."""
        return Stage(handle, people=people, personas=self._personas, readers=readers, tell=tell)


class ActedPeople(People):
    """People of the demo: everybody plays a technician who may also dispatch."""

    personas: Personas

    async def known(self, key: PersonKey, name: str, *, conversation: Conversation, mri: str) -> Person:
        """Say who speaks, and give them a technician if they have none."""
        person = await super().known(key, name, conversation=conversation, mri=mri)
        if person.link.state in {LinkState.LINKED, LinkState.REFUSED}:
            return person
        resource = self.personas.choose(key, name=person.name, email=person.email)
        try:
            await self.link(key, resource, by=BY, name=name)
        except Invalid:
            return person  # more people than technicians: whoever comes late only looks on
        return await self.set_role(key, PersonRole.DISPATCHER)


class Stage:
    """Tells everybody once which part they play, then passes the turn on."""

    def __init__(self, handle: Handle, *, people: People, personas: Personas, readers: Readers, tell: Tell) -> None:
        self._handle = handle
        self._people = people
        self._personas = personas
        self._readers = readers
        self._tell = tell
        self._told: set[PersonKey] = set()

    async def __call__(self, turn: Turn) -> Answer:
        """Answer a turn."""
        if turn.kind in PERSONAL_DEEDS and turn.person not in self._told:
            self._told.add(turn.person)
            await self._introduce(turn)
        return await self._handle(turn)

    async def _introduce(self, turn: Turn) -> None:
        person = await self._people.known(
            turn.person, turn.person_name, conversation=turn.conversation, mri=turn.person_mri
        )
        playing = [one for one in self._personas.technicians() if one.resource == person.resource]
        if not playing:
            return
        card = SaidCard(
            what=f"You play {playing[0].name} here, a technician with {playing[0].open_tickets} open tickets.",
            more="This is the demo: AutoTask is a sandbox on this machine. Be somebody else with: persona NAME",
            commands=("tickets mine", "persona", "help"),
        )
        reader = self._readers.of_turn(turn, turn.conversation, me=person.resource)
        await self._tell(turn, Reply(card.render(reader, fresh_nonce()), card.summary()))


def acting(personas: Personas) -> Router:
    """Build the demo's own command."""
    router = Router()

    @router.command(
        "persona",
        usage="persona [NAME]",
        help="Demo: play another technician. Alone it lists who is free.",
        needs=Right.HELP,
        examples=("persona",),
    )
    async def persona(asking: Asking, words: str) -> Reply:
        """Change parts."""
        who = asking.turn.person
        if not words:
            free = [one for one in personas.free_for(who) if one.resource != asking.person.resource]
            commands = tuple(f"persona {one.name}" for one in free[:OTHERS])
            return faces.told(asking, "Whom would you like to play?", more=_listed(free), commands=commands)
        resource = personas.switch(who, words)
        linked = await asking.people.link(who, resource, by=BY)
        said = f"You play {asking.desk.resource_name(resource)} now."
        return faces.me(asking, linked, said=said, commands=(("My tickets", "tickets mine"),))

    return router


def _listed(free: list[Technician]) -> str:
    return ", ".join(f"{one.name} ({one.open_tickets} open)" for one in free)
