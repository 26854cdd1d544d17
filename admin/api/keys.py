"""The API's own keys: list, make, make anew, revoke. A key's text is shown once, in the answer that made it.

A key can hand on only what it holds itself; otherwise a key that manages keys would be a key for everything.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from admin.administration import Administration
from admin.api.operation import Answer, Call, Operation, Reply, Shape
from admin.api.shapes import WHOLE, Moment, Text
from attms_core.errors import NotAllowed, NotFound
from attms_core.keys import ApiKey, Scope

SUBJECT = "keys"
LONGEST_DAYS = 365
LONGEST_OVERLAP_HOURS = 7 * 24


def _once_each(scopes: list[Scope]) -> list[Scope]:
    if len(set(scopes)) != len(scopes):
        raise ValueError("names a scope twice")
    return scopes


class KeyPath(Shape):
    """Which key, by its id."""

    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{8}$")]


class Key(Shape):
    """A key, without its text."""

    id: str
    name: str
    scopes: list[str]
    created: Moment
    created_by: str
    expires: Moment
    last_used: Moment | None
    revoked: Moment | None


class KeyList(Shape):
    """All keys that are kept, also those that open nothing any more."""

    keys: list[Key]


class NewKey(Shape):
    """A key and, this once, its text."""

    key: Key
    text: str = Field(description="Keep it now: it is not stored and cannot be shown again.")


class KeyBody(Shape):
    """What key is wanted."""

    name: Text = Field(min_length=1, max_length=100, description="What it is for.")
    scopes: Annotated[list[Scope], AfterValidator(_once_each)] = Field(
        min_length=1,
        max_length=len(Scope),
        description="What it may do; not more than the key that asks.",
        json_schema_extra={"uniqueItems": True},
    )
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS), WHOLE] = Field(default=90, description="How long it holds.")


class RotateBody(Shape):
    """How long the old text holds on."""

    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP_HOURS), WHOLE] = 24


async def _list(administration: Administration, _: Call) -> Reply:
    return Reply(answer=KeyList(keys=[_shown(key) for key in await administration.keys.all()]))


async def _create(administration: Administration, call: Call) -> Reply:
    body = call.read(KeyBody)
    _may_hand_on(call, frozenset(body.scopes))
    made, text = await administration.keys.create(
        body.name, body.scopes, lifetime=timedelta(days=body.days), by=call.actor
    )
    return _handed_out(made, text, 201)


async def _rotate(administration: Administration, call: Call) -> Reply:
    old = await _known(administration, call)
    _may_hand_on(call, frozenset(old.scopes))
    overlap = timedelta(hours=call.read(RotateBody).overlap_hours)
    made, text = await administration.keys.rotate(old.id, by=call.actor, overlap=overlap)
    return _handed_out(made, text, 200)


async def _revoke(administration: Administration, call: Call) -> Reply:
    key = await _known(administration, call)
    await administration.keys.revoke(key.id, by=call.actor)
    return Reply(answer=_shown(await _known(administration, call)))


async def _known(administration: Administration, call: Call) -> ApiKey:
    wanted = call.read(KeyPath).id
    for key in await administration.keys.all():
        if key.id == wanted:
            return key
    raise NotFound("There is no such key.")


def _may_hand_on(call: Call, scopes: frozenset[Scope]) -> None:
    missing = sorted(scopes - call.caller.scopes) if call.caller else sorted(scopes)
    if missing:
        raise NotAllowed(
            f"The key that asks does not hold {', '.join(missing)} itself.",
            hint="Use a key that does, or make this one on the host: attms keys create",
        )


def _handed_out(key: ApiKey, text: SecretStr, status: int) -> Reply:
    answer = NewKey(key=_shown(key), text=text.get_secret_value())
    return Reply(answer=answer, status=status, facts={"key": key.id})


def _shown(key: ApiKey) -> Key:
    return Key(
        id=key.id,
        name=key.name,
        scopes=sorted(key.scopes),
        created=key.created,
        created_by=key.created_by,
        expires=key.expires,
        last_used=key.last_used,
        revoked=key.revoked,
    )


def _tell_create(call: Call) -> Mapping[str, str]:
    body = call.read(KeyBody)
    return {"name": body.name, "scopes": " ".join(sorted(body.scopes)), "days": str(body.days)}


def _tell_rotate(call: Call) -> Mapping[str, str]:
    return {"overlap_hours": str(call.read(RotateBody).overlap_hours)}


_MORE = {403: "A page of another origin sent it, or the key that asks would hand on more than it holds."}

OPERATIONS = (
    Operation(
        name="keys.list",
        subject=SUBJECT,
        method="GET",
        path="/api/v1/keys",
        title="List the keys",
        scope=Scope.KEYS_READ,
        handle=_list,
        answers={200: Answer(KeyList, "All keys, without their texts.")},
    ),
    Operation(
        name="keys.create",
        subject=SUBJECT,
        method="POST",
        path="/api/v1/keys",
        title="Make a key",
        about="The answer holds its text, this once.",
        scope=Scope.KEYS_WRITE,
        body=KeyBody,
        handle=_create,
        answers={201: Answer(NewKey, "The key was made.")},
        refusals=_MORE,
        changes=True,
        tell=_tell_create,
    ),
    Operation(
        name="keys.rotate",
        subject=SUBJECT,
        method="POST",
        path="/api/v1/keys/{id}/rotate",
        title="Make a key anew",
        about="The new key holds the same scopes. The old one holds on for the overlap, so that nothing stands still.",
        scope=Scope.KEYS_WRITE,
        place=KeyPath,
        body=RotateBody,
        handle=_rotate,
        answers={200: Answer(NewKey, "The key that takes its place.")},
        refusals=_MORE,
        changes=True,
        tell=_tell_rotate,
    ),
    Operation(
        name="keys.revoke",
        subject=SUBJECT,
        method="DELETE",
        path="/api/v1/keys/{id}",
        title="Revoke a key",
        about="It opens nothing any more within 5 seconds, on every process.",
        scope=Scope.KEYS_WRITE,
        place=KeyPath,
        handle=_revoke,
        answers={200: Answer(Key, "The key as it is now.")},
        changes=True,
    ),
)
