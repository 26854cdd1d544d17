"""The work on one claimed lane: what is left of it, what has come of it, and what is not committed yet. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from attms_core.model import Conversation, Owed, Post, Topic
from attms_core.store.claims import Burial, Claim, Deferral, Result
from attms_core.store.lanes import End, Fullness
from attms_core.store.posts import REMEMBERED
from bot.notices.message import Message, Way


@dataclass(slots=True)
class Work:
    """A lane while it is served."""

    claim: Claim
    conversation: Conversation | None = None
    fullness: Fullness = field(default_factory=Fullness)
    left: dict[int, Owed] = field(default_factory=dict)
    """Rows of which nothing has come yet, by their numbers."""
    posts: dict[Topic, Post] = field(default_factory=dict)
    lost: set[Topic] = field(default_factory=set)
    """Topics that have been given up: what follows of them is not sent."""
    result: Result = field(init=False)
    """What is not committed yet."""
    has_posted: bool = False
    """Whether a new message is among what is not committed."""
    is_over: bool = False
    """Whether nothing more may be sent now."""
    is_left: bool = False
    """Whether nothing can be said there until the app is there again."""
    is_lost: bool = False
    """Whether the lane is somebody else's by now."""
    has_moved: bool = False
    has_reopened: bool = False

    def __post_init__(self) -> None:
        """Begin with all that is due."""
        self.fullness = self.claim.fullness
        self.left = {row.id: row for row in (*self.claim.rows, *(each.owed for each in self.claim.unreadable))}
        self.posts = dict(self.claim.posts)
        self.result = Result(self.claim.key)

    def take_result(self) -> Result:
        """Give what is to be committed now, and begin anew."""
        result, self.result, self.has_posted = self.result, Result(self.claim.key), False
        return result

    def settle(self, rows: Iterable[Owed]) -> None:
        """Note that rows have arrived."""
        self.result.settled += self._taken(rows)

    def bury(self, rows: Iterable[Owed], reason: str) -> None:
        """Note that rows are given up."""
        if taken := self._taken(rows):
            self.result.buried.append(Burial(rows=tuple(taken), reason=reason))

    def defer(self, rows: Iterable[Owed], until: datetime) -> None:
        """Note that rows wait while others go on."""
        if taken := self._taken(rows):
            self.result.deferred.append(Deferral(rows=tuple(taken), until=until))

    def count_try(self, rows: Iterable[Owed]) -> None:
        """Note that rows were tried in vain; they stay."""
        self.result.tried += [row for row in rows if row.id in self.left]

    def rows_of(self, message: Message) -> list[Owed]:
        """Give the rows that a message is for: those that it settles, else those of its topic."""
        if message.settles:
            return [row for row in message.settles if row.id in self.left]
        return [row for row in self.left.values() if message.topic is not None and row.topic == message.topic]

    def stand(self, post: Post) -> None:
        """Note that a card stands for its topic."""
        self.posts[post.topic] = post
        self.result.stands = [each for each in self.result.stands if each.topic != post.topic]
        self.result.stands.append(post)

    def fall(self, topic: Topic) -> None:
        """Note that a topic's card stands no more."""
        if (post := self.posts.pop(topic, None)) is not None:
            self.result.gone.append(post)
            self.result.stands = [each for each in self.result.stands if each.topic != topic]

    def tell(self, message: Message, now: datetime) -> None:
        """Note for which telling the topic's card stands as it does."""
        post = self.posts.get(message.topic) if message.topic else None
        if post is None or not message.told or message.way is Way.NOTHING:
            return
        told = (*message.told, *(each for each in post.told if each not in message.told))
        self.stand(replace(post, told=told[:REMEMBERED], told_at=now))

    def end(self, *, now: datetime, wait: timedelta = timedelta(), trouble: str = "") -> None:
        """Give the lane back; after ``wait`` it may be served again."""
        self.is_over = True
        until = now + wait if wait else None
        self.result.end = End(key=self.claim.key, fullness=self.fullness, wait_until=until, trouble=trouble)

    @property
    def is_ended(self) -> bool:
        """Say whether the lane has been given back."""
        return self.result.end is not None

    def _taken(self, rows: Iterable[Owed]) -> list[Owed]:
        return [row for row in rows if self.left.pop(row.id, None) is not None]
