"""Where something is told and who reads it there; which rows still hold, and whose rights show what they are about."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from attms_core.model import (
    Conversation,
    Lane,
    Owed,
    OwedKind,
    Person,
    Personal,
    PersonKey,
    Post,
    Right,
    Rule,
    RuleKind,
    Topic,
)
from attms_core.people import authorize
from bot.notices.compose.look import Facts
from cards.reader import Reader

MINE = frozenset({Personal.ASSIGNED, Personal.ANSWERED, Personal.SLA})
"""What is told only while the ticket is its reader's."""
SILENT, UNSEEN, GONE, ELSEWHERE, TAKEN = (
    "silenced, or chosen not to be told",
    "whoever arranged it may not see this, or is not linked any more",
    "the rule is gone or paused",
    "the ticket is no longer the reader's",
    "somebody has taken it, or the ladder rests",
)
"""Reasons to say nothing."""


class Place(Struct, frozen=True, kw_only=True):
    """One conversation, for one call of the composer."""

    conversation: Conversation
    lane: Lane
    reader: Reader
    is_personal: bool
    owner: PersonKey | None
    """Whose own chat it is."""
    facts: Facts

    @property
    def person(self) -> Person | None:
        """Whose own chat it is, as they are now."""
        return self.facts.people.get(self.owner) if self.owner else None

    def against(self, row: Owed) -> str:
        """Say why a row has nothing to say here any more; empty while it has."""
        rule = row.rule
        if row.id not in self.facts.heard:
            return SILENT
        if rule is None or row.topic is None:
            return UNSEEN
        if rule.kind is RuleKind.ESCALATION and row.id not in self.facts.called:
            return TAKEN
        if self._maker(rule) is None or self._rests(rule):
            return GONE
        if not self.shows(row.topic, [rule]):
            return UNSEEN
        return ELSEWHERE if self._is_elsewhere(rule, row.topic) else ""

    def shows(self, topic: Topic, rules: Iterable[Rule]) -> bool:
        """Say whether one of these rules may show a topic here: its maker sees it, and in a chat its person too."""
        if self.owner is not None and not self._sees(self.owner, topic):
            return False
        makers = (self._maker(rule) for rule in rules)
        return any(self._sees(maker, topic) for maker in makers if maker is not None)

    def keeps_true(self, post: Post) -> bool:
        """Say whether a standing card may still be brought up to date."""
        return self.shows(post.topic, [each.rule for each in post.told if each.rule])

    def _maker(self, rule: Rule) -> PersonKey | None:
        maker = self.facts.makers.get(rule)
        if rule.kind is RuleKind.PERSONAL:
            return self.owner
        return maker.person if maker else None

    def _rests(self, rule: Rule) -> bool:
        maker = self.facts.makers.get(rule)
        return maker is not None and maker.rests

    def _sees(self, who: PersonKey, topic: Topic) -> bool:
        person = self.facts.people.get(who)
        return person is not None and may_see(person, topic, self.facts)

    def _is_elsewhere(self, rule: Rule, topic: Topic) -> bool:
        if rule.kind is not RuleKind.PERSONAL or rule.name not in MINE or topic.ticket is None:
            return False
        ticket, person = self.facts.tickets.get(topic.ticket), self.person
        return ticket is None or person is None or ticket.assignee != person.resource


def may_see(person: Person, topic: Topic, facts: Facts) -> bool:
    """Say whether somebody may see a topic; one that is gone, whoever sees all."""
    if not authorize(person, Right.READ).allowed:
        return False
    if topic.ticket is not None and (ticket := facts.tickets.get(topic.ticket)) is not None:
        return authorize(person, Right.READ, ticket=ticket).allowed
    if topic.opportunity is not None and (found := facts.opportunities.get(topic.opportunity)) is not None:
        return person.within_companies is None or found.company in person.within_companies
    return person.within_companies is None and person.within_queues is None


def by_topic(rows: Sequence[Owed]) -> Mapping[Topic, list[Owed]]:
    """Put rows together that are about the same, in the order of the first of each."""
    found: dict[Topic, list[Owed]] = {}
    for row in rows:
        if row.topic is not None:
            found.setdefault(row.topic, []).append(row)
    return found


def news_of(rows: Iterable[Owed]) -> list[Owed]:
    """Give the rows that tell something."""
    return [row for row in rows if row.kind is OwedKind.NEWS]
