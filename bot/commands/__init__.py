"""The abilities, one module each. A new one is a module here and a line in the list below."""

from bot.commands import (
    deeds,
    digest,
    escalation,
    groups,
    health,
    helping,
    internal,
    me,
    new_ticket,
    note,
    notices,
    silence,
    subscribe,
    subscriptions,
    ticket,
    tickets,
    why,
)
from bot.router import Router

ABILITIES = (
    tickets,
    ticket,
    new_ticket,
    deeds,
    note,
    internal,
    me,
    notices,
    silence,
    digest,
    escalation,
    subscribe,
    subscriptions,
    groups,
    why,
    health,
)


def build_router(*more: Router) -> Router:
    """Unite the abilities, those given besides, and the help that is made of them all."""
    router = Router()
    for ability in ABILITIES:
        router.include(ability.router)
    for other in more:
        router.include(other)
    router.include(helping.make(router))
    return router
