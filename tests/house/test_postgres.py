"""The test database is a real server, and every test has an empty one of its own."""

from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import ServerFailed, await_ready, empty, fresh_database, running_server


def test_a_test_gets_a_database_it_can_write_to(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE ticket (id bigint PRIMARY KEY)")
        connection.execute("INSERT INTO ticket VALUES (42)")
        assert connection.execute("SELECT id FROM ticket").fetchall() == [(42,)]


def test_two_databases_share_nothing(postgres_server_url: str) -> None:
    with fresh_database(postgres_server_url) as ours, fresh_database(postgres_server_url) as theirs:
        with psycopg.connect(ours, autocommit=True) as connection:
            connection.execute("CREATE TABLE ticket (id bigint)")
        with psycopg.connect(theirs) as connection:
            assert connection.execute("SELECT to_regclass('ticket')").fetchone() == (None,)


def test_the_next_test_finds_nothing_of_the_last_and_nobody_connected(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA odd CREATE TABLE odd.ticket (id bigint)")
        connection.execute("CREATE TABLE ticket (id bigint)")
    forgotten = psycopg.connect(postgres_url)
    forgotten.execute("SELECT * FROM ticket")
    empty(postgres_url)
    with pytest.raises(psycopg.OperationalError):
        forgotten.execute("SELECT 1")
    forgotten.close()
    with psycopg.connect(postgres_url) as connection:
        found = connection.execute("SELECT to_regclass('ticket'), to_regclass('odd.ticket')").fetchone()
    assert found == (None, None)


def test_a_server_leaves_nothing_behind() -> None:
    with running_server() as url, psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    assert not Path(row[0]).parent.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_a_server_that_does_not_start_says_why() -> None:
    with pytest.raises(ServerFailed, match="could not bind"):
        await_ready(["LOG: starting\n", "FATAL: could not bind\n"])
