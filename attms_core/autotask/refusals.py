"""What a refusal of AutoTask's means for the person who asked: its texts as a table of patterns. Pure.

Limits, log-in and faults have been told apart before, in ``protocol``.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from attms_core.autotask import wire
from attms_core.autotask.protocol import Call, Deed
from attms_core.errors import AttmsError, ImpersonationRefused, Invalid, NotAllowed, NotFound, Required
from attms_core.model import Field

Fields = Mapping[str, Field]
"""By lower-case wire name."""
SHOWN_CHOICES = 40
"""Labels of legal values in one error at most."""


class Refused(Struct, frozen=True, kw_only=True):
    """One refused write, and what we know of its entity."""

    call: Call
    fields: Fields
    said: str
    """All of AutoTask's texts in one."""
    name: str = ""
    """The wire name of the field that the matching text is about."""

    @property
    def ours(self) -> str:
        """Our name of that field, else the wire's."""
        return wire.our_name(self.call.entity, self.name)


def refusal(call: Call, texts: Sequence[str], fields: Fields) -> AttmsError:
    """Turn AutoTask's texts into the error that says who can act. The first text that we understand decides."""
    said = " ".join(texts) or "AutoTask refused it without a word."
    for pattern, make in _RULES:
        for text in texts:
            found = pattern.search(text)
            if found:
                name = found.groupdict().get("field") or ""
                return make(Refused(call=call, fields=fields, said=said, name=_known(name, fields)))
    return Invalid(said)


def asks_for_fresh_fields(texts: Sequence[str]) -> bool:
    """Say whether a refusal shows that our copy of the fields or picklists is out of date."""
    return any(_OUTDATED.search(text) for text in texts)


def _known(name: str, fields: Fields) -> str:
    found = fields.get(name.lower())
    return found.name if found else name


def _required(refused: Refused) -> AttmsError:
    legal = _legal(refused)
    return Required(refused.said, field=refused.ours, legal=legal, hint=f"Fill in {refused.ours}.")


def _invalid(refused: Refused) -> AttmsError:
    return Invalid(refused.said, field=refused.ours, hint=f"Choose another value for {refused.ours}.")


def _picklist(refused: Refused) -> AttmsError:
    return Invalid(
        refused.said, field=refused.ours, legal=_legal(refused), hint=f"Choose another value for {refused.ours}."
    )


def _assignee(refused: Refused) -> AttmsError:
    hint = "Choose a technician and a role in which that technician may own tickets."
    return Invalid(refused.said, field="assignee", hint=hint)


def _queue_or_assignee(refused: Refused) -> AttmsError:
    return Required(refused.said, field="queue", hint="Choose a queue or a technician.")


def _missing(refused: Refused) -> AttmsError:
    return NotFound(refused.said, hint="It may have been deleted, or be hidden from ATTMS by its security level.")


def _not_allowed(refused: Refused) -> AttmsError:
    return NotAllowed(refused.said, hint="Ask an administrator of AutoTask for the right.")


def _impersonation(refused: Refused) -> AttmsError:
    return no_impersonation(refused.call)


def no_impersonation(call: Call) -> ImpersonationRefused:
    """Say which switches of AutoTask keep us from writing in the person's name."""
    box = "Add" if call.deed is Deed.CREATE else "Edit"
    deed = "create" if call.deed is Deed.CREATE else "change"
    return ImpersonationRefused(
        f"AutoTask does not let ATTMS {deed} {call.entity} in your name.",
        hint=(
            "In AutoTask, Admin > Resources/Users > Security Levels: (1) in the level of ATTMS's API user, under "
            f'"Impersonation", tick {box} for {call.entity}; (2) in the level of the person, under "Other", tick '
            f'"Allow impersonation of resources with this security level", and grant the right to {deed} them.'
        ),
    )


def _legal(refused: Refused) -> tuple[str, ...]:
    field = refused.fields.get(refused.name.lower())
    return tuple(choice.label for choice in field.active()[:SHOWN_CHOICES]) if field else ()


_OUTDATED = re.compile(r"picklist value .* does not exist|unable to find \w+ in the", re.IGNORECASE)

# Texts seen on live tenants; wordings differ between entities, so patterns hold to the words that stay.
_RULES: tuple[tuple[re.Pattern[str], Callable[[Refused], AttmsError]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), make)
    for pattern, make in (
        (r"adequate permissions? to \w+ this entity", _impersonation),
        (r"when assigning a resource", _assignee),
        (r"assignedresourceid and assignedroleid combination", _assignee),
        (r"queueid or an? assignedresourceid", _queue_or_assignee),
        (r"missing required field:?\s*(?P<field>\w+)", _required),
        (r"required field:? (?P<field>\w+)", _required),
        (r"^(?P<field>\w+) is (a )?required\b", _required),
        (r"must have an? (?P<field>\w+)$", _required),
        (r"picklist value \[.*\] does not exist for (?P<field>\w+)", _picklist),
        (r"reference value on field: ?(?P<field>\w+)", _invalid),
        (r"existing entity for (?P<field>\w+)", _invalid),
        (r"value of (?P<field>\w+) exceeds", _invalid),
        (r"(?P<field>\w+) .*exceeds? .*(maximum )?length", _invalid),
        (r"the (?P<field>\w+)\[[^\]]*\] cannot be associated", _invalid),
        (r"unable to find (?P<field>\w+) in the", _invalid),
        (r"no matching records found", _missing),
        (r"not authorized|do(es)? not have (the )?permission", _not_allowed),
    )
)
