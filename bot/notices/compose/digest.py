"""A digest that is due, as a message: it shows what its maker may see, and of internal notes what the place may."""

from collections.abc import Awaitable, Callable

from attms_core.desk import Desk
from attms_core.errors import NotAllowed, NotFound, NotLinked
from attms_core.model import Owed, Person, Rule
from attms_core.model.digest import DigestId
from bot.asking import Scene
from bot.notices.compose.place import GONE, Place
from bot.notices.compose.plates import Pack
from bot.notices.message import Message, Way
from bot.reading import fresh_nonce
from bot.reply import Reply

Face = Callable[[Scene, DigestId], Awaitable[Reply]]
"""Shows a digest. Raises ``NotFound``, ``NotAllowed`` and ``NotLinked`` when there is nothing to show."""


class Digesting:
    """Makes messages of digests."""

    def __init__(self, *, desk: Desk, face: Face, pack: Pack) -> None:
        self._desk = desk
        self._face = face
        self._pack = pack

    async def message(self, place: Place, row: Owed) -> Message:
        """Make the message of one."""
        person = _maker(place, row.rule)
        if row.rule is None or person is None or not row.rule.name.isdigit():
            return Message(way=Way.NOTHING, settles=(row,), reason=GONE)
        try:
            reply = await self._face(self._scene(place, person), DigestId(int(row.rule.name)))
        except (NotFound, NotAllowed, NotLinked) as error:
            return Message(way=Way.NOTHING, settles=(row,), reason=f"{error.code}: {error}")
        return Message(way=Way.SAY, settles=(row,), activity=self._pack(reply.card, reply.summary))

    def _scene(self, place: Place, person: Person) -> Scene:
        return Scene(
            desk=self._desk,
            person=person,
            reader=place.reader,
            fresh_nonce=fresh_nonce,
            is_alone=place.is_personal,
        )


def _maker(place: Place, rule: Rule | None) -> Person | None:
    maker = place.facts.makers.get(rule) if rule else None
    return place.facts.people.get(maker.person) if maker and not maker.rests else None
