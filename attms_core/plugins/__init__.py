"""Finding plugins: installed packages that name an entry point of the group ``attms.plugins``.

What they may do is said by the rooms that ask them. A plugin is code with all our rights: so none is loaded that an
operator has not named, and only at the start.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points

import pluggy
import structlog

log = structlog.get_logger(__name__)

GROUP = "attms.plugins"


@dataclass(slots=True)
class Plugins:
    """The plugins that were asked for: those at work, and why the others are not."""

    manager: pluggy.PluginManager
    loaded: tuple[str, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)


def discover(allowed: Collection[str], *specifications: type) -> Plugins:
    """Load the allowed plugins, in the order of their names. One that breaks is told and left out."""
    manager = pluggy.PluginManager("attms")
    for specification in specifications:
        manager.add_hookspecs(specification)
    found = Plugins(manager)
    installed = {point.name: point for point in entry_points(group=GROUP)}
    for name in sorted(set(allowed)):
        if name not in installed:
            found.failed[name] = "It is not installed."
        elif trouble := _register(manager, installed[name]):
            found.failed[name] = trouble
    found.loaded = tuple(name for name in sorted(set(allowed)) if name not in found.failed)
    for name, trouble in found.failed.items():
        log.warning("plugin_left_out", plugin=name, reason=trouble)
    return found


def told(found: Plugins, hook: str) -> Iterable[tuple[str, object]]:
    """Ask each plugin that has a hook; one that breaks is told in ``failed`` and left out."""
    for name in found.loaded:
        plugin = found.manager.get_plugin(name)
        ask = getattr(plugin, hook, None)
        if ask is None:
            continue
        try:
            yield name, ask()
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and must not stop the start
            found.failed[name] = _said(error)
            log.warning("plugin_broke", plugin=name, hook=hook, reason=found.failed[name])


def _register(manager: pluggy.PluginManager, point: EntryPoint) -> str:
    try:
        manager.register(point.load(), name=point.name)
        manager.check_pending()
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and must not stop the start
        return _said(error)
    return ""


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
