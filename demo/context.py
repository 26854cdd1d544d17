"""The make-believe Teams tenant that the chat window shows: who is in it, and where they talk."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

FILE = ".m365agentsplayground.yml"
"""The file's name: the Playground reads it from its working directory."""
OTHERS = 5
"""The Playground wants exactly so many people beside the one who types."""
NAMESPACE = uuid.UUID("6f2f9a52-54a7-4a0e-8b0c-3d1a0f5c7e11")
TENANT_ID = str(uuid.uuid5(NAMESPACE, "tenant"))
APP_ID = str(uuid.uuid5(NAMESPACE, "bot"))
CHANNEL = "Service Desk"
"""The Playground takes one channel and no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """Somebody of the tenant; ids follow from the e-mail, so that they are the same at every start."""

    first: str
    last: str
    email: str

    @property
    def name(self) -> str:
        """The name as Teams shows it."""
        return f"{self.first} {self.last}"

    @property
    def object_id(self) -> str:
        """The Entra object id."""
        return str(uuid.uuid5(NAMESPACE, self.email))


def render(speaker: Face, others: Sequence[Face], *, company: str, bot: str) -> str:
    """Write the context file: YAML, of which JSON is a part. Raises ValueError unless there are exactly five others."""
    if len(others) != OTHERS:
        raise ValueError(f"the chat window wants exactly {OTHERS} other people, not {len(others)}")
    context = {
        "version": "0.1.1",
        "tenantId": TENANT_ID,
        "bot": {"id": f"28:{APP_ID}", "name": bot},
        "currentUser": _user(speaker),
        "users": [_user(face) for face in others],
        "personalChat": {"id": f"a:{_opaque(f'chat {speaker.email}')}"},
        "groupChat": {"id": _thread("group", "v2"), "name": "Shift handover"},
        "team": {
            "id": _thread("team", "tacv2"),
            "name": company,
            "aadGroupId": str(uuid.uuid5(NAMESPACE, "team")),
            "channels": [{"id": _thread(CHANNEL, "tacv2"), "name": CHANNEL}],
        },
    }
    return json.dumps(context, indent=2, ensure_ascii=False) + "\n"


def _user(face: Face) -> dict[str, Any]:
    return {
        "id": f"29:{_opaque(face.email)}",
        "name": face.name,
        "userPrincipleName": face.email,  # spelled so by the Playground
        "aadObjectId": face.object_id,
        "givenName": face.first,
        "surname": face.last,
        "email": face.email,
    }


def _opaque(what: str) -> str:
    return uuid.uuid5(NAMESPACE, f"mri {what}").hex


def _thread(what: str, kind: str) -> str:
    return f"19:{uuid.uuid5(NAMESPACE, f'thread {what}').hex}@thread.{kind}"
