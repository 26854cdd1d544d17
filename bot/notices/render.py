"""What a standing card shall show now: a ticket, or what came of a wish. Rendered when sent, never earlier."""

from collections.abc import Callable
from typing import Any

from attms_core.desk import Desk, Wishes
from attms_core.desk.outcomes import error_of
from attms_core.errors import NotFound
from attms_core.model import Conversation, Edit, Person, Wish, WishState
from attms_core.people import People
from bot import faces
from bot.asking import Scene
from bot.notices.sender import NotYet
from bot.reading import Readers, fresh_nonce
from bot.reply import Reply

LIVE = frozenset({WishState.ASKED, WishState.SENT})
Pack = Callable[[dict[str, Any], str], dict[str, Any]]
"""Makes an activity of a card and its summary."""


class Renderer:
    """Renders edits. The base card of a group is nobody's own: it shows what all of its members may see."""

    def __init__(self, *, desk: Desk, wishes: Wishes, people: People, readers: Readers, pack: Pack) -> None:
        self._desk = desk
        self._wishes = wishes
        self._people = people
        self._readers = readers
        self._pack = pack

    async def __call__(self, edit: Edit, conversation: Conversation) -> dict[str, Any]:
        """Make the activity. Raises ``NotYet`` while the wish is under way, ``NotFound`` when nothing is left."""
        wish = await self._wishes.by_id(edit.subject.wish) if edit.subject.wish else None
        if wish is None:
            raise NotFound("The wish is no longer known.")
        if wish.state in LIVE:
            raise NotYet("The wish is under way.")
        reply = await self._of_wish(wish, conversation)
        return self._pack(reply.card, reply.summary)

    async def _of_wish(self, wish: Wish, conversation: Conversation) -> Reply:
        person = await self._people.get(wish.person)
        if person is None:
            raise NotFound("Whoever asked is no longer known.")
        scene = self._scene(person, conversation)
        error = error_of(wish)
        if error is None:
            return await faces.done(scene, wish, by=wish.person_name)
        return await faces.refused(scene, wish, error, trace=wish.id[:16])

    def _scene(self, person: Person, conversation: Conversation) -> Scene:
        reader = self._readers.of_conversation(conversation)
        return Scene(desk=self._desk, person=person, reader=reader, fresh_nonce=fresh_nonce)
