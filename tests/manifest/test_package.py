"""Both packages, as Teams unpacks them."""

import io
import zipfile
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, ValidationError

from manifest import App, Command, Publisher, build, teams_app_id
from manifest.rules import MOST_COMMANDS, complaints
from tests.manifest.apps import BOT, SCHEMAS, app, manifests, schema, unpacked
from tests.manifest.pictures import read

VALIDATORS = {version: Draft4Validator(schema(version)) for version in ("1.30", "1.19")}


def check(of: App) -> None:
    """Hold both editions against Microsoft's schema of the version they claim, and its address too."""
    for manifest, version in zip(manifests(of), VALIDATORS, strict=True):
        assert manifest["manifestVersion"] == version
        assert f"/v{version}/" in manifest["$schema"]
        VALIDATORS[version].validate(manifest)


def test_both_editions_satisfy_microsofts_schemas() -> None:
    check(app())


def test_the_older_schema_refuses_what_the_conservative_edition_leaves_out() -> None:
    current, conservative = manifests(app())
    with pytest.raises(ValidationError, match=r"color32x32"):
        VALIDATORS["1.19"].validate(current | {"manifestVersion": "1.19"})
    claimed = current | {"manifestVersion": "1.19", "icons": conservative["icons"]}
    with pytest.raises(ValidationError, match=r"supportsTargetedMessages|triggers"):
        VALIDATORS["1.19"].validate(claimed)


VISIBLE = st.characters(codec="utf-8", categories=["L", "N", "P", "S"])
TITLES = st.text(VISIBLE, min_size=1, max_size=32)
COMMANDS = st.builds(Command, title=TITLES, description=st.text(VISIBLE, min_size=1, max_size=128), slash=st.booleans())


@given(
    commands=st.lists(COMMANDS, min_size=1, max_size=11),
    host=st.from_regex(r"[a-z][a-z-]{0,3}(\.[a-z0-9]{1,3}){1,2}", fullmatch=True),
    version=st.from_regex(r"(0|[1-9][0-9]{0,8})(\.(0|[1-9][0-9]?)){2}", fullmatch=True),
    name=TITLES,
)
def test_what_is_not_refused_in_words_satisfies_the_schemas(
    commands: list[Command], host: str, version: str, name: str
) -> None:
    of = app(commands=tuple(commands), host=host, version=version, publisher=Publisher(name=name))
    assume(not complaints(of))
    check(of)


def test_the_longest_values_that_are_taken_satisfy_the_schemas() -> None:
    commands = [Command(title=f"{number:x}" * 32, description="d" * 128) for number in range(MOST_COMMANDS)]
    host = ".".join(["a" * 61] * 4 + ["com"])
    check(app(commands=tuple(commands), host=host, publisher=Publisher(name="n" * 32)))


def test_slash_commands_are_offered_in_shared_conversations_and_a_reserved_one_only_when_mentioned() -> None:
    current, _ = manifests(app())
    bot = current["bots"][0]
    assert bot["supportsTargetedMessages"] is True
    personal, shared = bot["commandLists"]
    assert (personal["scopes"], personal["triggers"]) == (["personal"], ["mention"])
    assert (shared["scopes"], shared["triggers"]) == (["team", "groupChat"], ["mention", "slash"])
    assert [command["title"] for command in personal["commands"]] == ["tickets mine", "new", "help"]
    assert [command["title"] for command in shared["commands"]] == ["tickets mine", "new"]


def test_the_conservative_edition_offers_every_command_everywhere_after_a_mention() -> None:
    _, conservative = manifests(app())
    bot = conservative["bots"][0]
    assert "supportsTargetedMessages" not in bot
    assert [each["scopes"] for each in bot["commandLists"]] == [["personal"], ["team", "groupChat"]]
    for each in bot["commandLists"]:
        assert "triggers" not in each
        assert [command["title"] for command in each["commands"]] == ["tickets mine", "new", "help"]


def test_both_editions_are_one_app_that_is_not_the_bot_itself() -> None:
    current, conservative = manifests(app(app_id=BOT.upper()))
    assert current["id"] == conservative["id"] == teams_app_id(BOT)
    assert UUID(current["id"]) != UUID(BOT)
    assert current["bots"][0]["botId"] == conservative["bots"][0]["botId"] == BOT


def test_no_permission_is_asked_for() -> None:
    for manifest in manifests(app()):
        assert manifest.keys().isdisjoint({"authorization", "webApplicationInfo", "permissions", "devicePermissions"})


def test_pages_are_those_of_the_host_until_others_are_named() -> None:
    own, _ = manifests(app(host="Desk.Example.com"))
    assert own["validDomains"] == ["desk.example.com"]
    assert own["developer"] == {
        "name": "ATTMS",
        "websiteUrl": "https://desk.example.com/",
        "privacyUrl": "https://desk.example.com/privacy",
        "termsOfUseUrl": "https://desk.example.com/terms",
    }
    elsewhere = Publisher(
        name="Us", website="https://a.example/", privacy="https://b.example/", terms="https://c.example/"
    )
    named, _ = manifests(app(publisher=elsewhere))
    assert list(named["developer"].values()) == ["Us", "https://a.example/", "https://b.example/", "https://c.example/"]


def test_names_and_descriptions_keep_to_what_teams_shows() -> None:
    manifest, _ = manifests(app())
    assert len(manifest["name"]["short"]) <= 30
    assert len(manifest["name"]["full"]) <= 100
    assert len(manifest["description"]["short"]) <= 80
    assert len(manifest["description"]["full"]) <= 4000
    assert manifest["description"]["short"] != manifest["description"]["full"]


def test_everything_lies_at_the_root_and_is_referred_to() -> None:
    for package, manifest in zip(build(app()), manifests(app()), strict=True):
        assert set(unpacked(package.content)) == {"manifest.json", *manifest["icons"].values()}


def test_the_same_app_makes_the_same_bytes_without_a_clock_in_them() -> None:
    first, second = build(app()), build(app())
    assert first == second
    for package in first:
        with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


def test_the_packed_icons_have_the_sizes_and_colours_that_teams_asks_for() -> None:
    for package, manifest in zip(build(app()), manifests(app()), strict=True):
        files = unpacked(package.content)
        color, outline = read(files[manifest["icons"]["color"]]), read(files[manifest["icons"]["outline"]])
        assert (color.width, color.height) == (192, 192)
        assert (outline.width, outline.height) == (32, 32)
        assert {pixel[3] for pixel in color.pixels} == {255}
        assert color.pixels[0][:3] == tuple(bytes.fromhex(manifest["accentColor"][1:]))
        assert {pixel[:3] for pixel in outline.pixels} == {(255, 255, 255)}
        assert {0, 255} <= {pixel[3] for pixel in outline.pixels}


def test_the_borrowed_schemas_come_with_their_licence() -> None:
    notice = (SCHEMAS / "NOTICE.txt").read_text(encoding="utf-8")
    assert "Copyright (c) Microsoft Corporation" in notice
    assert "Permission is hereby granted, free of charge" in notice
    for file in SCHEMAS.glob("*.gz"):
        assert file.name in notice


def test_the_current_package_alone_has_the_small_icon_on_a_transparent_ground() -> None:
    package, _ = build(app())
    current, conservative = manifests(app())
    assert "color32x32" not in conservative["icons"]
    small = read(unpacked(package.content)[current["icons"]["color32x32"]])
    assert (small.width, small.height) == (32, 32)
    accent = tuple(bytes.fromhex(current["accentColor"][1:]))
    assert {pixel[:3] for pixel in small.pixels if pixel[3]} == {accent}
    assert {0, 255} <= {pixel[3] for pixel in small.pixels}
    assert small.pixels[0][3] == 0
