"""Groups of companies: a short name that subscriptions use, such as ``company:@vip``."""

import re

from attms_core.errors import Invalid, NotAllowed, NotFound
from attms_core.model import CompanyGroup, Right
from attms_core.people import authorize
from bot.asking import Asking
from bot.faces import subscriptions as faces
from bot.reply import Reply
from bot.router import Router
from cards.subscription_asks import YES, GroupForm, ListGroups, RemoveGroup, SaveGroup

router = Router()
HOW = "Say it like this: groups vip = Contoso, Fabrikam, or groups vip + X, groups vip - X, groups remove vip"
_CHANGE = re.compile(r"@?(?P<name>[^\s=+]+?)\s*(?P<sign>[=+]|(?<=\s)[-\u2013])\s*(?P<companies>.*)", re.DOTALL)
_REMOVE = re.compile(r"(?:remove|delete)\s+@?(?P<name>\S+)", re.IGNORECASE)
_COMPANY = re.compile(r'"([^"]*)"|“([^”]*)”|([^,;\n]+)')


@router.command(
    "groups",
    usage="groups [NAME = COMPANY, COMPANY | NAME + COMPANY | NAME - COMPANY | remove NAME]",
    help="List the groups of companies that subscriptions use, such as company:@vip. Dispatchers change them.",
    needs=Right.READ,
)
async def groups(asking: Asking, words: str) -> Reply:
    """List them, or change one."""
    if not words:
        return await _list(asking)
    _must_dispatch(asking)
    if found := _REMOVE.fullmatch(words):
        return await _remove(asking, found["name"], sure=False)
    if found := _CHANGE.fullmatch(words):
        return await _change(asking, found["name"], found["sign"], _companies(found["companies"]))
    return await _form(asking, words.removeprefix("@"))


@router.on(ListGroups, needs=Right.READ)
async def page(asking: Asking, wish: ListGroups) -> Reply:
    """List from a place on."""
    return await _list(asking, wish.offset)


@router.on(GroupForm, needs=Right.DISPATCH)
async def form(asking: Asking, wish: GroupForm) -> Reply:
    """Show the form of a new group, or of one that is there."""
    return await _form(asking, wish.name) if wish.name else await faces.group_form(asking)


@router.on(SaveGroup, needs=Right.DISPATCH)
async def save(asking: Asking, wish: SaveGroup) -> Reply:
    """Keep what stands in the form; what is refused comes back in it."""
    name = wish.group or wish.name.strip().removeprefix("@")
    lines = [line.strip() for line in wish.companies.splitlines() if line.strip()]
    lines += [f"#{wish.company}"] if wish.company else []
    try:
        kept = await asking.wants.groups.set(asking.person, name, lines)
    except Invalid as error:
        return await faces.group_form(asking, group=wish.group, name=name, companies="\n".join(lines), error=error)
    return await _list(asking, said=_kept(kept))


@router.on(RemoveGroup, needs=Right.DISPATCH)
async def remove(asking: Asking, wish: RemoveGroup) -> Reply:
    """Ask once, then take it away."""
    return await _remove(asking, wish.name, sure=wish.sure == YES)


async def _list(asking: Asking, offset: int = 0, said: str = "") -> Reply:
    found = await asking.wants.groups.all(asking.person)
    can_change = authorize(asking.person, Right.DISPATCH).allowed
    return faces.company_groups(asking, found, offset=offset, can_change=can_change, said=said)


async def _form(asking: Asking, name: str) -> Reply:
    group = await _find(asking, name)
    seen = faces.companies_of(asking, group)
    if len(seen) < len(group.companies):
        hint = f"Put companies in or take them out by words: groups {group.name} + X, groups {group.name} - X"
        raise NotAllowed(f"@{group.name} holds companies that your role does not cover.", hint=hint)
    return await faces.group_form(asking, group=group.name, companies="\n".join(seen))


async def _change(asking: Asking, name: str, sign: str, companies: list[str]) -> Reply:
    if not companies:
        raise Invalid("Name at least one company.", field="companies", hint=HOW)
    use = asking.wants.groups
    verb = {"=": use.set, "+": use.extend}.get(sign, use.shrink)
    return await _list(asking, said=_kept(await verb(asking.person, name, companies)))


async def _remove(asking: Asking, name: str, *, sure: bool) -> Reply:
    group = await _find(asking, name)
    if not sure:
        return faces.group_removal(asking, group)
    await asking.wants.groups.delete(asking.person, group.name)
    return await _list(asking, said=f"The group @{group.name} is removed.")


async def _find(asking: Asking, name: str) -> CompanyGroup:
    found = await asking.wants.groups.all(asking.person)
    wanted = name.removeprefix("@").casefold()
    for group in found:
        if group.name.casefold() == wanted:
            return group
    raise NotFound(f"There is no group @{wanted}.", hint=HOW)


def _must_dispatch(asking: Asking) -> None:
    """Refuse somebody who may only look. Raises ``NotAllowed``."""
    decision = authorize(asking.person, Right.DISPATCH)
    if not decision.allowed:
        raise NotAllowed(f"Groups are for dispatchers to change. {decision.reason}", hint="To see them, say: groups")


def _companies(text: str) -> list[str]:
    """Part names at commas; one that holds a comma stands in quotes."""
    found = ("".join(part or "" for part in each.groups()).strip() for each in _COMPANY.finditer(text))
    return [name for name in found if name]


def _kept(group: CompanyGroup) -> str:
    count = len(group.companies)
    return f"@{group.name} holds {count} {'company' if count == 1 else 'companies'} now."
