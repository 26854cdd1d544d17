"""What a standing card shall show now: a ticket, or what came of a wish. Rendered when sent, never earlier."""

from collections.abc import Callable
from typing import Any

from attms_core.desk import Desk, Wishes
from attms_core.desk.outcomes import error_of
from attms_core.errors import NotFound
from attms_core.model import Conversation, Owed, Wish, WishState
from attms_core.people import People
from bot import faces
from bot.asking import Scene
from bot.conversations import is_personal
from bot.notices.lines import NotYet
from bot.reading import Readers, fresh_nonce
from bot.reply import Reply

TOO_BIG = "The whole card is too big for Teams."
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

    async def __call__(
        self, edit: Owed, conversation: Conversation, *, viewers: tuple[str, ...] = (), is_short: bool = False
    ) -> dict[str, Any]:
        """Make the activity; ``viewers`` get views of their own, by their Teams ids.

        Raises ``NotYet`` while the wish is under way, ``NotFound`` when nothing is left.
        """
        wish = await self._wishes.by_id(edit.wish) if edit.wish else None
        if wish is None:
            raise NotFound("The wish is no longer known.")
        if wish.state in LIVE:
            raise NotYet("The wish is under way.")
        scene = await self._scene(wish, conversation, viewers)
        reply = await self._of_wish(scene, wish)
        if is_short:
            reply = faces.told(scene, reply.summary, more=TOO_BIG, ticket=wish.outcome.ticket or wish.ticket)
        return self._pack(reply.card, reply.summary)

    async def _of_wish(self, scene: Scene, wish: Wish) -> Reply:
        error = error_of(wish)
        if error is None:
            return await faces.done(scene, wish, by=wish.person_name)
        return await faces.refused(scene, wish, error, trace=wish.id[:16])

    async def _scene(self, wish: Wish, conversation: Conversation, viewers: tuple[str, ...]) -> Scene:
        person = await self._people.get(wish.person)
        if person is None:
            raise NotFound("Whoever asked is no longer known.")
        alone = is_personal(conversation)
        return Scene(
            desk=self._desk,
            person=person,
            reader=self._readers.of_conversation(conversation, me=person.resource if alone else None),
            fresh_nonce=fresh_nonce,
            watchers=viewers,
            is_alone=alone,
        )
