"""What every step is: fields, reading them all at once, and a test. The steps themselves stand beside this file."""

from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct, field
from pydantic import SecretStr

from admin.setup.fields import Field, Mistake, Report
from admin.setup.paste import block
from admin.setup.ports import Tools
from attms_core.errors import Invalid
from attms_core.settings import Settings

PASTED = "pasted"
"""Under this name a whole block of ``NAME=value`` lines may be given instead of single values."""
Patch = Mapping[str, str | None]


def unchanged(patch: Patch, _settings: Settings) -> Patch:
    """Leave what was read as it is."""
    return patch


def shown(settings: Settings, name: str) -> str:
    """Write a setting as it is typed. Never asked for a secret."""
    value = getattr(settings, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value or "")


class Step(Struct, frozen=True, kw_only=True):
    """One step of the set-up."""

    name: str
    title: str
    why: str
    where: tuple[str, ...]
    """How to come by the values, in order."""
    fields: tuple[Field, ...]
    look: Callable[[Settings, Tools], Awaitable[Report]]
    """Tests settings that hold the values of this step. Raises ``AttmsError`` where its words are good enough."""
    adjust: Callable[[Patch, Settings], Patch] = unchanged
    """Makes the patch of settings out of what was read. Raises ``Invalid`` for what does not go together."""
    says: Mapping[str, Callable[[Settings], str]] = field(default_factory=dict)
    """What stands in fields that are no settings."""
    is_optional: bool = False

    def field(self, name: str) -> Field:
        """Give a field by its name. KeyError when there is none."""
        return next((each for each in self.fields if each.name == name), None) or _no_field(name)

    def standing(self, settings: Settings) -> dict[str, str]:
        """Give the values that stand, secrets left out."""
        return {
            each.name: self.says[each.name](settings) if each.name in self.says else shown(settings, each.name)
            for each in self.fields
            if not each.is_secret
        }


class Reading(Struct, frozen=True):
    """What was made of what somebody gave."""

    patch: Patch
    mistakes: tuple[Mistake, ...]


def read(step: Step, given: Mapping[str, str], settings: Settings) -> Reading:
    """Read everything at once: a wrong first field must not hide a wrong second one.

    A value that is not given, and a secret that is left empty, stays what it is.
    """
    typed = _typed(step, given)
    asked = [each for each in step.fields if _is_asked(each, typed, step, settings)]
    patch: dict[str, str | None] = {}
    mistakes = [wrong for each in asked if (wrong := _take(each, typed, settings, step, patch))]
    if mistakes:
        return Reading({}, tuple(mistakes))
    try:
        return Reading(step.adjust(patch, settings), ())
    except Invalid as error:
        where = next((each for each in step.fields if each.name == error.field), step.fields[0])
        return Reading({}, (Mistake(where, f"{error} {error.hint}".strip()),))


def called(step: Step) -> dict[str, tuple[str, ...]]:
    """Give what each field may be called in a pasted block."""
    return {each.name: (each.label, *each.also_called) for each in step.fields}


def _typed(step: Step, given: Mapping[str, str]) -> dict[str, str]:
    """Join single values and blocks; a block may have been pasted into any of the fields."""
    names = called(step)
    typed = {name: value for name, value in given.items() if name != PASTED}
    for place, value in given.items():
        found = block(value, names) if place == PASTED or "=" in value or "\n" in value else {}
        if place == PASTED or found:
            typed.pop(place, None)
            typed |= found
    return typed


def _is_asked(each: Field, typed: Mapping[str, str], step: Step, settings: Settings) -> bool:
    if each.only_if is None:
        return True
    name, wanted = each.only_if
    return (typed.get(name) or step.standing(settings).get(name, "")) == wanted


def _take(
    each: Field, typed: Mapping[str, str], settings: Settings, step: Step, patch: dict[str, str | None]
) -> Mistake | None:
    """Put one value into the patch, or say why not."""
    try:
        value = each.read(typed.get(each.name, ""))
    except Invalid as error:
        return Mistake(each, f"{error} {error.hint}".strip())
    if value and each.choices and value not in {choice.value for choice in each.choices}:
        return Mistake(each, "Choose one of: " + ", ".join(choice.value for choice in each.choices) + ".")
    if value:
        patch[each.name] = value
    elif each.name in typed and each.is_optional and not each.is_secret:
        patch[each.name] = None
    elif not each.is_optional and (each.name in typed or not has(settings, each, step)) and not _keeps(each, settings):
        return Mistake(each, "This is needed.")
    return None


def _keeps(each: Field, settings: Settings) -> bool:
    return each.is_secret and bool(getattr(settings, each.name))


def has(settings: Settings, each: Field, step: Step) -> bool:
    """Say whether a field has a value already."""
    return bool(step.says[each.name](settings) if each.name in step.says else getattr(settings, each.name))


def tried(settings: Settings, patch: Patch) -> Settings:
    """Give the settings as they would be with a patch. Raises pydantic's ``ValidationError``."""
    values = {name: getattr(settings, name) for name in Settings.model_fields}
    changed = {name: Settings.model_fields[name].default if value is None else value for name, value in patch.items()}
    return Settings.model_validate(values | changed)


def secret(value: SecretStr | None) -> str:
    """Give a secret's text for the service that it belongs to."""
    return value.get_secret_value() if value else ""


def _no_field(name: str) -> Field:
    raise KeyError(name)
