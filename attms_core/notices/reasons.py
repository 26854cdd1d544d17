"""Why a conversation was told of something: the rules that its standing card was told for, as they are now."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from attms_core.model import (
    AuthorKind,
    Change,
    ChangeId,
    Contact,
    ContactId,
    Kept,
    Lane,
    Note,
    Post,
    Rule,
    RuleKind,
    TenantId,
    Topic,
)
from attms_core.model.ladder import Ladder
from attms_core.notices import happened
from attms_core.notices.escalation import step_of
from attms_core.store import changes, directory, ladders, posts
from attms_core.store.database import Database, Tx


class Because(Struct, frozen=True, kw_only=True):
    """A rule, and the latest change that it told of."""

    rule: Rule
    number: ChangeId | None = None
    change: Change | None = None
    """None of an escalation, and where it is kept no longer."""
    note: Note | None = None
    """Of an added note, as it is now."""
    ladder: Ladder | None = None
    """Of an escalation; none when the ladder is gone."""


class Found(Struct, frozen=True, kw_only=True):
    """All rules of one card, the latest first, and the contacts among the authors."""

    reasons: tuple[Because, ...]
    contacts: Mapping[ContactId, Contact]


class Reasons:
    """Finds reasons. Who asks has to be allowed to see the topic; that is the caller's business."""

    def __init__(self, database: Database, *, tenant: TenantId) -> None:
        self._database = database
        self._tenant = tenant

    async def of(self, lane: Lane, topic: Topic) -> Found:
        """Say why a lane was told of a topic; nothing when no card of it stands there."""
        return await self._database.read(lambda tx: self._found(tx, posts.of_lane(tx, self._tenant, lane, [topic])))

    def _found(self, tx: Tx, standing: Mapping[Topic, Post]) -> Found:
        told = [each for post in standing.values() for each in post.told if each.rule]
        numbers = sorted({each.change for each in told if each.change is not None})
        known = changes.by_id(tx, self._tenant, numbers) if numbers else {}
        notes = {
            each.id: each.note
            for each in happened.load(tx, self._tenant, [Kept(id=n, change=c) for n, c in known.items()])
        }
        climbing = any(each.rule and each.rule.kind is RuleKind.ESCALATION for each in told)
        steps = {ladder.id: ladder for ladder in ladders.everything(tx, self._tenant)} if climbing else {}
        latest: dict[Rule, Because] = {}
        for each in told:
            if each.rule is None or each.rule in latest:
                continue
            place = step_of(each.rule)
            latest[each.rule] = Because(
                rule=each.rule,
                number=each.change,
                change=known.get(each.change) if each.change is not None else None,
                note=notes.get(each.change) if each.change is not None else None,
                ladder=steps.get(place[0]) if place else None,
            )
        return Found(reasons=tuple(latest.values()), contacts=self._contacts(tx, known.values()))

    def _contacts(self, tx: Tx, known: Iterable[Change]) -> dict[ContactId, Contact]:
        authors = (change.author for change in known if change.author.kind is AuthorKind.CONTACT)
        wanted = sorted({ContactId(author.id) for author in authors if author.id is not None})
        return directory.contacts(tx, self._tenant, wanted) if wanted else {}
