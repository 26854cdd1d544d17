"""Between the words of a subscription and what people see of them: plain words, and the inputs of its form. Pure."""

from collections.abc import Sequence

from msgspec import Struct, field

from attms_core.model import Choice, Event, Mode
from attms_core.model.filter import About
from attms_core.model.subscription import events_of, usual_events
from attms_core.notices.subscribing.words import Misread, Term, read, spell
from cards.parts import capital
from cards.subscription_asks import OPPORTUNITY, TICKET, WORDS, PreviewSubscription
from cards.subscription_form import Filled

_LABELS = {
    "assignee": "Assigned to",
    "by": "Done by",
    "hours": "Hours logged",
    "note": "Notes",
    "sla": "SLA",
    "subissue": "Sub-issue",
    "title": "Title",
}
"""Where a field's own name is not what people call it."""
_HOW = frozenset({"events", "mode", "about"})
"""Fields that say when and how, and filter nothing."""
_COUNTED = {"<": "less than {}", "<=": "at most {}", ">": "more than {}", ">=": "at least {}"}
ALL = "all"


def about_of(words: str) -> About:
    """Say what words are about: tickets, unless they say otherwise."""
    told = next((term.values for term in _terms(words) if term.field == "about"), ())
    return OPPORTUNITY if any(value.casefold().startswith("opp") for value in told) else TICKET


def clauses(words: str) -> tuple[tuple[str, str], ...]:
    """Say the filter in plain words: ``Queue``, ``Service Desk or Field Work``."""
    return tuple((_label(term), _said(term)) for term in _terms(words) if term.field not in _HOW)


def in_short(words: str) -> str:
    """Say the filter in one line; nothing for one that takes everything."""
    return "; ".join(f"{label}: {said}" for label, said in clauses(words))


def company_of(words: str) -> str:
    """Give the company or group that the form's input can show; nothing where there is none, or more than one."""
    named = [term for term in _terms(words) if term.field == "company"]
    return named[0].values[0] if len(named) == 1 and _is_plain(named[0]) and len(named[0].values) == 1 else ""


def has_term(words: str, name: str) -> bool:
    """Say whether words speak of a field."""
    return any(term.field == name for term in _terms(words))


class Offers(Struct, frozen=True, kw_only=True):
    """What the form's inputs offer, for words to be found among."""

    queues: Sequence[Choice] = ()
    priorities: Sequence[Choice] = ()
    company: str = ""
    """What the words' company is among the choices: an id, or ``@`` and a group; nothing if it is not offered."""
    company_name: str = ""


def filled(words: str, about: About, offers: Offers) -> Filled:
    """Put words into the inputs; what no input can show stays words."""
    usual = tuple(event.value for event in usual_events(about))
    terms = read(words)
    if isinstance(terms, Misread):
        return Filled(events=usual, more=words[:WORDS])
    taken = _Taken(events=usual)
    left = [term for term in terms if not _take(term, taken, about, offers)]
    return Filled(
        queue=taken.numbers.get("queue", ()),
        priority=taken.numbers.get("priority", ()),
        company=taken.company,
        company_name=offers.company_name,
        events=taken.events,
        mode=taken.mode,
        more=spell(left)[:WORDS],
    )


def inputs_of(wish: PreviewSubscription, *, company_name: str) -> Filled:
    """Give what somebody filled in, for the same form again."""
    return Filled(
        queue=wish.queue,
        priority=wish.priority,
        company=wish.company,
        company_name=company_name,
        events=wish.events,
        mode=Mode(wish.mode),
        more=wish.more,
    )


def spelled(wish: PreviewSubscription) -> str:
    """Write what stands in the inputs as words, values by their numbers: names may fit more than one."""
    company = wish.company if wish.company.startswith("@") or not wish.company else f"#{wish.company}"
    terms = [
        *_term("about", ("opportunities",) if wish.about == OPPORTUNITY else ()),
        *_term("queue", tuple(f"#{value}" for value in wish.queue)),
        *_term("priority", tuple(f"#{value}" for value in wish.priority)),
        *_term("company", (company,) if company else ()),
        *_term("events", _events(wish.events, wish.about)),
        *_term("mode", (wish.mode,) if wish.mode != Mode.BOTH else ()),
    ]
    return f"{spell(terms)} {wish.more}".strip()


class _Taken(Struct):
    """What the inputs have been given so far."""

    events: tuple[str, ...]
    mode: Mode = Mode.BOTH
    company: str = ""
    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict)


def _take(term: Term, taken: _Taken, about: About, offers: Offers) -> bool:
    """Put a term into its input; say whether it fitted."""
    if term.field == "about" or not _is_plain(term):
        return term.field == "about"
    match term.field:
        case "queue" | "priority":
            return _take_numbers(term, taken, about, offers)
        case "company" if offers.company and term.values == (offers.company_name,):
            taken.company = offers.company
        case "events":
            return _take_events(term, taken, about)
        case "mode" if term.values[0] in set(Mode):
            taken.mode = Mode(term.values[0])
        case _:
            return False
    return True


def _take_numbers(term: Term, taken: _Taken, about: About, offers: Offers) -> bool:
    choices = offers.queues if term.field == "queue" else offers.priorities
    by_name = {choice.label.casefold(): choice.value for choice in choices} | {f"#{c.value}": c.value for c in choices}
    found = [by_name.get(value.casefold()) for value in term.values]
    numbers = tuple(number for number in found if number is not None)
    if about != TICKET or len(numbers) < len(found) or term.field in taken.numbers:
        return False
    taken.numbers[term.field] = numbers
    return True


def _take_events(term: Term, taken: _Taken, about: About) -> bool:
    legal = [event.value for event in events_of(about)]
    if term.values == (ALL,):
        taken.events = tuple(legal)
        return True
    if not set(legal).issuperset(term.values):
        return False
    taken.events = term.values
    return True


def _terms(words: str) -> tuple[Term, ...]:
    found = read(words)
    return () if isinstance(found, Misread) else found


def _is_plain(term: Term) -> bool:
    return term.sign == ":" and not term.is_out


def _label(term: Term) -> str:
    return term.name or _LABELS.get(term.field) or capital(term.field)


def _said(term: Term) -> str:
    values = [_COUNTED.get(term.sign, "{}").format(value) for value in term.values]
    if not term.is_out:
        return " or ".join(values)
    return f"not {values[0]}" if len(values) == 1 else f"none of {', '.join(values)}"


def _term(name: str, values: tuple[str, ...]) -> tuple[Term, ...]:
    return (Term(field=name, values=values),) if values else ()


def _events(chosen: Sequence[str], about: About) -> tuple[str, ...]:
    """Name the events; none where they are the usual ones, all in a word."""
    wanted = {Event(name) for name in chosen}
    if wanted == usual_events(about):
        return ()
    if wanted == set(events_of(about)):
        return (ALL,)
    return tuple(event.value for event in events_of(about) if event in wanted)
