"""Who asks for something, and where the answer goes."""

from msgspec import Struct

from attms_core.errors import NotLinked
from attms_core.model import Person, ResourceId


class Asker(Struct, frozen=True, kw_only=True):
    """A person with the place and the deed that make one wish out of any number of deliveries."""

    person: Person
    conversation: str
    key: str
    """Of this deed: the activity id, or the card's nonce with its action. The same key is the same wish."""
    message: str | None = None
    """The card that was pressed; it is edited for everybody when the wish ends."""

    @property
    def resource(self) -> ResourceId:
        """The technician to act as. Raises ``NotLinked``."""
        if self.person.resource is None:
            raise NotLinked("You are not linked to an AutoTask technician.", hint="Say: me")
        return self.person.resource
