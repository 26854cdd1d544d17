"""Finding plugins: installed packages that name an entry point of the group ``attms.plugins``.

What they may do is said by the rooms that ask them. A plugin is code with all our rights: so none is loaded that an
operator has not named, and only at the start.
"""

from collections.abc import Collection, Iterator
from importlib.metadata import EntryPoint, entry_points

import pluggy
import structlog
from msgspec import Struct, field

log = structlog.get_logger(__name__)

GROUP = "attms.plugins"
MARK = "attms"


class _Manager(pluggy.PluginManager):
    """Takes a function with a hook's name for its implementation, marked or not, as pytest does."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        marked = super().parse_hookimpl_opts(plugin, name)
        if marked is not None or not hasattr(self.hook, name) or not callable(getattr(plugin, name)):
            return marked
        return pluggy.HookimplOpts(
            wrapper=False, hookwrapper=False, optionalhook=False, tryfirst=False, trylast=False, specname=None
        )


class Plugins(Struct):
    """The plugins that were asked for: those at work, and why the others are not."""

    manager: pluggy.PluginManager
    loaded: tuple[str, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)


def discover(allowed: Collection[str], *specifications: type) -> Plugins:
    """Load the allowed plugins, in the order of their names. One that breaks is told and left out."""
    manager = _Manager(MARK)
    for specification in specifications:
        manager.add_hookspecs(specification)
    found = Plugins(manager)
    wanted = sorted(set(allowed))
    for name in wanted:
        if trouble := _load(manager, name):
            found.failed[name] = trouble
            log.warning("plugin_left_out", plugin=name, reason=trouble)
    found.loaded = tuple(name for name in wanted if name not in found.failed)
    return found


def told(found: Plugins, hook: str) -> Iterator[tuple[str, object]]:
    """Ask each plugin that has a hook; one that breaks is told in ``failed`` and left out."""
    answers = {each.plugin_name: each.function for each in getattr(found.manager.hook, hook).get_hookimpls()}
    for name in found.loaded:
        if name not in answers:
            continue
        try:
            answer = answers[name]()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything, and must not stop the start
            found.failed[name] = _said(error)
            log.warning("plugin_broke", plugin=name, hook=hook, reason=found.failed[name])
        else:
            yield name, answer


def _load(manager: pluggy.PluginManager, name: str) -> str:
    """Load a plugin; say what is wrong, nothing if all is well."""
    points = list(entry_points(group=GROUP, name=name))
    if not points:
        return "It is not installed."
    if len(points) > 1:  # which of them was allowed?
        packages = sorted(point.dist.name for point in points if point.dist is not None)
        return f"More than one installed package has this name: {', '.join(packages)}."
    return _register(manager, points[0])


def _register(manager: pluggy.PluginManager, point: EntryPoint) -> str:
    try:
        manager.register(point.load(), name=point.name)
        manager.check_pending()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything, and must not stop the start
        if manager.has_plugin(point.name):
            manager.unregister(name=point.name)
        return _said(error)
    return ""


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]
