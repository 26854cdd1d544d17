"""What people need of the chat service: to ask whether somebody is a member, a guest, or of another organisation."""

from typing import Protocol

from attms_core.errors import AttmsError
from attms_core.model import Conversation, Member, PersonKey


class Roster(Protocol):
    """Tells who somebody in a conversation is."""

    async def member(self, conversation: Conversation, mri: str) -> Member | None:
        """Look one person up; none when that person is not there. Raises an ``AttmsError`` when it cannot tell."""
        ...


class NoAnswer(AttmsError):
    """The roster could not tell who somebody is."""

    code = "roster-no-answer"


def outsider(member: Member, key: PersonKey) -> str:
    """Say why somebody gets no data: a guest, or a member of another organisation. Empty for our own people."""
    if member.tenant is not None and member.tenant.lower() != key.tenant.lower():
        return "You belong to another organisation: ATTMS serves members of this one only."
    if member.is_guest or "#ext#" in member.email.lower():
        return "You are a guest here: ATTMS serves members of this organisation only."
    return ""
