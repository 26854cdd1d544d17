"""Whose rights the rules have that tell something: who arranged a subscription, a ladder or a digest."""

from collections.abc import Iterable

from msgspec import Struct

from attms_core.model import PersonKey, Rule, RuleKind, SubscriptionId, TenantId
from attms_core.model.digest import DigestId
from attms_core.notices.escalation import step_of
from attms_core.store import digests, ladders, subscriptions
from attms_core.store.database import Tx


class Maker(Struct, frozen=True):
    """Somebody who arranged a rule."""

    person: PersonKey
    rests: bool = False
    """Whether the rule is paused: it tells nothing new, and what it told of stays true."""


def makers(tx: Tx, tenant: TenantId, rules: Iterable[Rule]) -> dict[Rule, Maker]:
    """Name them by rule; rules that are gone are left out, and so are those that nobody arranges."""
    asked = set(rules)
    return {
        **_of_subscriptions(tx, tenant, _numbered(asked, RuleKind.SUBSCRIPTION)),
        **_of_digests(tx, tenant, _numbered(asked, RuleKind.DIGEST)),
        **_of_ladders(tx, tenant, [rule for rule in asked if rule.kind is RuleKind.ESCALATION]),
    }


def _numbered(rules: Iterable[Rule], kind: RuleKind) -> dict[int, Rule]:
    return {int(rule.name): rule for rule in rules if rule.kind is kind and rule.name.isdigit()}


def _of_subscriptions(tx: Tx, tenant: TenantId, rules: dict[int, Rule]) -> dict[Rule, Maker]:
    found = subscriptions.makers(tx, tenant, [SubscriptionId(number) for number in rules]) if rules else {}
    return {rules[number]: Maker(PersonKey(tenant, who), is_paused) for number, (who, is_paused) in found.items()}


def _of_digests(tx: Tx, tenant: TenantId, rules: dict[int, Rule]) -> dict[Rule, Maker]:
    found = ((rule, digests.get(tx, tenant, DigestId(number))) for number, rule in rules.items())
    return {rule: Maker(digest.maker) for rule, digest in found if digest}


def _of_ladders(tx: Tx, tenant: TenantId, rules: list[Rule]) -> dict[Rule, Maker]:
    known = {ladder.id: ladder for ladder in ladders.everything(tx, tenant)} if rules else {}
    found = ((rule, known.get(place[0])) for rule in rules if (place := step_of(rule)))
    return {rule: Maker(PersonKey(tenant, one.created_by), one.is_paused) for rule, one in found if one}
