"""What libraries load at a start: less than they would, for what is never asked of them.

Loading modules is nearly all of a start. A sixth of it were helpers that libraries load where they find them, and
parts of theirs that nobody here uses.
"""

import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

GUESSERS = ("chardet", "charset_normalizer", "yaml")
"""Loaded by requests to guess the encoding of an answer that does not tell it, and by jsonpickle as one more format."""
PAINTER = "rich"
"""Loaded by structlog to paint what goes wrong. The command line does use it, so it is hidden from structlog alone."""
SELDOM = ("azure.core", "cryptography.x509", "oauthlib.oauth2", "requests_oauthlib")
"""Held by msrest for clients that botbuilder has and we do not use, and by PyJWT for keys in certificates."""
GATHERINGS = ("botbuilder.core", "botframework.connector", "botframework.connector.auth")
"""Packages that gather two hundred modules, of which a turn needs thirty. The module of a class has its name."""

_INNER_WORD = re.compile("(?<!^)(?=[A-Z])")
"""Where the later words of a class's name begin."""


@contextmanager
def lean() -> Iterator[None]:
    """Let modules be loaded without what their libraries can do without.

    For plugins pydantic reads the metadata of every installed package, and no package that nobody named may join in.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    warnings.filterwarnings("ignore", message="Unable to find acceptable character detection")  # of requests
    with hidden(PAINTER):
        import structlog  # noqa: F401, PLC0415 - everything logs
    with hidden(*GUESSERS), deferred(*SELDOM, *GATHERINGS):
        yield


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Let libraries find that packages are not installed, unless they have been loaded already."""
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(_in_place(name, None))
        yield


@contextmanager
def deferred(*names: str) -> Iterator[None]:
    """Let libraries take hold of packages that are loaded when something is asked of them, unless they have been.

    Where a class is asked of a package that has a module of its name, that module is loaded alone.
    """
    with ExitStack() as stack:
        for name in names:
            spec = find_spec(name)
            if spec is not None:
                stack.enter_context(_in_place(name, _deputy(spec)))
        yield


@contextmanager
def _in_place(name: str, module: ModuleType | None) -> Iterator[None]:
    """Let ``import`` find this for a name, or nothing, where no module has the name yet."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = module  # type: ignore[assignment] # None says that there is no such module
    try:
        yield
    finally:
        if sys.modules.get(name) is module:
            del sys.modules[name]


def _deputy(spec: ModuleSpec) -> ModuleType:
    """Make a module that has nothing of its own: it asks the true ones, which it loads for that."""
    deputy = module_from_spec(spec)

    def ask(name: str) -> Any:
        found = _in_part(spec, name)
        if found is not None:
            return found
        if sys.modules.get(spec.name) is deputy:
            del sys.modules[spec.name]
        return getattr(import_module(spec.name), name)

    vars(deputy)["__getattr__"] = ask
    return deputy


def _in_part(package: ModuleSpec, name: str) -> Any:
    """Find a module of a package, or a class in the module that is named after it."""
    part = f"{package.name}.{_INNER_WORD.sub('_', name).lower()}"
    if package.submodule_search_locations is None or find_spec(part) is None:
        return None
    module = import_module(part)
    return module if part == f"{package.name}.{name}" else getattr(module, name, None)
