"""What a change would mean: all that is wrong with it, at once, and who decides instead. Nothing is changed here."""

from collections.abc import Callable, Iterable, Mapping

from attms_core import settings as known
from attms_core.config.values import Patch, Verdict
from attms_core.errors import Invalid
from attms_core.settings import BOOTSTRAP, RESTART, Settings, SettingsError, Source
from attms_core.vault.format import NAME
from attms_core.vault.vault import MOST_CHARACTERS

Check = Callable[[str], object]
"""Reads a value of another subject. Raises ``Invalid``."""
OUTSIDE = frozenset({Source.ENVIRONMENT, Source.FILE})


def judge(
    patch: Patch, stored: Mapping[str, str], *, environ: Mapping[str, str], extra: Mapping[str, Check]
) -> Verdict:
    """Look at a change of what is stored. ``extra`` checks names of other subjects, by how they begin."""
    merged = {name: value for name, value in {**stored, **patch}.items() if value is not None}
    mistakes = [mistake for name, value in patch.items() for mistake in _of_entry(name, value, extra)]
    mistakes += _of_settings(environ, merged)
    outside = known.sources(environ, {})
    hidden = [name for name in patch if outside.get(name) in OUTSIDE]
    mistakes += [mistake for name in hidden for mistake in _of_hidden(name, environ, merged)]
    if mistakes:
        return Verdict(mistakes=tuple(mistakes))
    changed = frozenset(name for name in patch if merged.get(name) != stored.get(name))
    overruled = changed.intersection(hidden)
    return Verdict(changed=changed, restart=changed & RESTART - overruled, overruled=overruled)


def _of_entry(name: str, value: str | None, extra: Mapping[str, Check]) -> list[str]:
    if name in BOOTSTRAP:
        return [f"{name} tells where the vault is, so it stands in the environment: {known.variable(name)}"]
    check = next((check for prefix, check in extra.items() if name.startswith(prefix)), None)
    if name not in Settings.model_fields and check is None:
        return [known.unknown(name)]
    if value is None:
        return []
    try:
        if check is not None:
            check(value)
    except Invalid as error:
        return [f"{name}: {error} {error.hint}".rstrip()]
    return _of_text(name, value)


def _of_text(name: str, value: str) -> list[str]:
    """Tell what no vault would hold, so that a dry run tells it too."""
    if not NAME.fullmatch(name):
        return [f"{name[:60]!r} is no name: it takes small letters, digits, dots, hyphens and underscores"]
    if len(value) > MOST_CHARACTERS:
        return [f"{name}: The value is too long for the vault"]
    if any("\ud800" <= character <= "\udfff" for character in value):
        return [f"{name}: The value holds half of a character"]
    return []


def _of_settings(environ: Mapping[str, str], entries: Mapping[str, str]) -> list[str]:
    try:
        known.load(environ, entries)
    except SettingsError as error:
        return str(error).split("\n")
    return []


def _of_hidden(name: str, environ: Mapping[str, str], entries: Mapping[str, str]) -> Iterable[str]:
    """Tell what is wrong with a value that the environment hides: it would come to light when that is taken away."""
    variable = known.variable(name)
    without = {key: value for key, value in environ.items() if key not in {variable, f"{variable}_FILE"}}
    told = _of_settings(without, entries) if name in entries else []
    return [mistake for mistake in told if mistake.startswith((f"{variable}:", f"{variable} "))]
