"""What Teams would refuse is refused here first, in words."""

import pytest

from manifest import Command, Publisher, UnfitApp, build
from manifest.rules import RESERVED, about_lists
from manifest.values import CommandList
from tests.manifest.apps import app

ONE = Command(title="tickets mine", description="Yours.")


def said(**values: object) -> str:
    with pytest.raises(UnfitApp) as caught:
        build(app(**values))  # type: ignore[arg-type] # each test gives one field of an app
    return str(caught.value)


@pytest.mark.parametrize(
    "app_id",
    [
        "",
        "attms",
        "1f0e2d3c4b5a49788695a4b3c2d1e0f9",
        "{1f0e2d3c-4b5a-4978-8695-a4b3c2d1e0f9}",
        "00000000-0000-0000-0000-000000000000",
    ],
)
def test_an_app_id_is_a_guid(app_id: str) -> None:
    assert "application (client) id" in said(app_id=app_id)


@pytest.mark.parametrize("version", ["", "1", "1.2", "1.2.3.4", "1.2.3-beta", "01.2.3", "v1.2.3", "1.2.3\n"])
def test_a_version_is_three_numbers(version: str) -> None:
    assert "three numbers" in said(version=version)


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("https://desk.example.com", "scheme"),
        ("desk.example.com/api/messages", "port or a path"),
        ("desk.example.com:3978", "port or a path"),
        ("*.example.com", "sites of others"),
        ("203.0.113.7", "IP address"),
        ("[2001:db8::1]", "IP address"),
        ("büro.example.com", "xn--"),
        ("localhost", "no public host name"),
        ("desk.localhost", "no public host name"),
        ("desk", "no public host name"),
        ("", "no public host name"),
        ("desk..example.com", "no public host name"),
        ("-desk.example.com", "no public host name"),
        ("desk.example.com ", "no public host name"),
        ("desk_1.example.com", "no public host name"),
        ("1.2.3", "no public host name"),
        (f"{'a' * 64}.example.com", "no public host name"),
        (".".join(["a" * 60] * 5), "no public host name"),
    ],
)
def test_a_host_is_a_public_name_and_nothing_else(host: str, words: str) -> None:
    assert words in said(host=host)


@pytest.mark.parametrize("title", sorted(RESERVED))
def test_a_name_that_teams_keeps_cannot_stand_in_the_slash_menu(title: str) -> None:
    assert f"Teams keeps /{title} for itself" in said(commands=(ONE, Command(title=title, description="Ours.")))


@pytest.mark.parametrize("title", ["Help", "help me", "/help"])
def test_a_kept_name_is_found_in_any_spelling(title: str) -> None:
    assert "Teams keeps /help for itself" in said(commands=(ONE, Command(title=title, description="Ours.")))


def test_a_kept_name_may_be_mentioned_and_may_begin_another_word() -> None:
    build(app(commands=(ONE, Command(title="help", description="Ours.", slash=False))))
    build(app(commands=(Command(title="helpers", description="Ours."),)))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (Command(title="t" * 33, description="d"), "33 characters, and Teams takes 32"),
        (Command(title="t", description="d" * 129), "129 characters, and Teams takes 128"),
        (Command(title="", description="d"), "empty"),
        (Command(title="t", description=""), "empty"),
        (Command(title=" t", description="d"), "space around it"),
        (Command(title="t", description="two\nlines"), "line breaks"),
        (Command(title="/t", description="d"), "slash of its own"),
        (Command(title="TICKETS mine", description="d"), "twice"),
    ],
)
def test_a_command_fits_the_menu(command: Command, words: str) -> None:
    assert words in said(commands=(ONE, command))


def test_a_menu_has_at_most_ten_commands_and_at_least_one_for_the_slash() -> None:
    many = tuple(Command(title=f"word{number}", description="d") for number in range(11))
    build(app(commands=many[:10]))
    assert "11 commands are too many" in said(commands=many)
    assert "No command may stand in the / menu" in said(commands=())
    assert "No command may stand in the / menu" in said(commands=(Command(title="t", description="d", slash=False),))


def listing(*titles: str, triggers: tuple[str, ...] = ()) -> CommandList:
    commands = tuple(Command(title=title, description="d") for title in titles)
    return CommandList(scopes=("team",), commands=commands, triggers=triggers)


@pytest.mark.parametrize("triggers", [("slash",), ("mention", "slash")])
def test_a_kept_name_stands_in_no_list_that_a_slash_opens(triggers: tuple[str, ...]) -> None:
    (told,) = about_lists((listing("new", "help"), listing("new", "help", triggers=triggers)))
    assert "Teams keeps /help for itself" in told


@pytest.mark.parametrize("triggers", [(), ("mention",)])
def test_a_kept_name_may_stand_in_a_list_that_only_a_mention_opens(triggers: tuple[str, ...]) -> None:
    assert not list(about_lists((listing("help", triggers=triggers),)))


def test_teams_takes_three_lists_of_ten_commands() -> None:
    assert not list(about_lists((listing(*"abcdefghij"),) * 3))
    told = list(about_lists((listing("a"), listing("b"), listing("c"), listing(*"abcdefghijk"))))
    assert "4 lists of commands are too many" in told[0]
    assert "11 commands are too many" in told[1]


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/privacy",
        "example.com/privacy",
        "https://",
        "https://[",
        "https://a.example/ b",
        "https://é.example",
        "https://a.example:99999/",
        "https://a.example:0/",
        "https://a.example:https/",
    ],
)
def test_the_developers_pages_are_https(address: str) -> None:
    assert "no https address" in said(publisher=Publisher(privacy=address))


def test_the_developers_pages_may_have_a_port() -> None:
    build(app(publisher=Publisher(privacy="https://a.example:8443/privacy", terms="https://a.example:/terms")))


@pytest.mark.parametrize("name", ["", "n" * 33, "two\nlines"])
def test_a_developers_name_fits(name: str) -> None:
    assert "The developer's name" in said(publisher=Publisher(name=name))


def test_all_mistakes_are_told_at_once() -> None:
    words = said(app_id="x", host="y", version="z", publisher=Publisher(name="", terms="ftp://a.example"), commands=())
    assert len(words.splitlines()) == 6
