"""``python app.py manifest build``, as an administrator types it."""

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from admin import manifest_command
from app import cli
from bot.commands import build_router
from bot.grammar import Misread, read, read_list
from manifest import Package
from tests.manifest.apps import BOT, manifest, unpacked

HOST = "desk.example.com"


def run(out: Path | str, *more: str, app_id: str = BOT, host: str = HOST) -> Result:
    words = ["manifest", "build", "--app-id", app_id, "--host-name", host, "--out", str(out), *more]
    return CliRunner().invoke(cli(), words)


def test_it_writes_both_packages_and_says_which_to_upload(tmp_path: Path) -> None:
    result = run(tmp_path / "new" / "folder")
    assert result.exit_code == 0, result.output
    written = {path.name: path.read_bytes() for path in (tmp_path / "new" / "folder").iterdir()}
    assert set(written) == {"attms.zip", "attms-conservative.zip"}
    assert "attms.zip: upload this one" in result.stdout
    for name, content in written.items():
        assert "manifest.json" in unpacked(content)
        assert manifest(Package(name, content))["id"] in result.stdout


def test_the_package_has_the_version_of_the_product(tmp_path: Path) -> None:
    run(tmp_path)
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert made(tmp_path)["version"] == project["project"]["version"]


def test_without_a_checkout_the_installed_version_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_command, "PROJECT", tmp_path / "none.toml")
    monkeypatch.setattr(manifest_command, "installed_version", {"attms": "7.8.9"}.__getitem__)
    assert manifest_command.product_version() == "7.8.9"


def test_options_reach_the_package(tmp_path: Path) -> None:
    pages = [
        "--website-url",
        "https://a.example/",
        "--privacy-url",
        "https://b.example/",
        "--terms-url",
        "https://c.example/",
    ]
    assert run(tmp_path, "--package-version", "4.5.6", "--developer", "Northwind", *pages).exit_code == 0
    assert made(tmp_path)["version"] == "4.5.6"
    assert made(tmp_path)["developer"] == {
        "name": "Northwind",
        "websiteUrl": "https://a.example/",
        "privacyUrl": "https://b.example/",
        "termsOfUseUrl": "https://c.example/",
    }


def test_mistakes_are_told_in_words_with_code_2_and_nothing_is_written(tmp_path: Path) -> None:
    result = run(tmp_path / "out", app_id="attms", host="https://desk.example.com")
    assert result.exit_code == 2
    assert "'attms' is no app id" in result.stderr
    assert "address with a scheme" in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    result = run(tmp_path / "file" / "out")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_when_one_package_cannot_be_placed_the_other_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "attms.zip").write_bytes(b"the last one")
    (tmp_path / "attms-conservative.zip").mkdir()
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert "attms-conservative.zip" in result.stderr
    assert left(tmp_path) == {"attms.zip", "attms-conservative.zip"}
    assert (tmp_path / "attms.zip").read_bytes() == b"the last one"


def test_when_one_package_cannot_be_written_the_other_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "attms.zip").write_bytes(b"the last one")
    packages = (Package("attms.zip", b"a new one"), Package("too long a name" * 30, b""))
    monkeypatch.setattr(manifest_command, "build", lambda _: packages)
    assert run(tmp_path).exit_code == 2
    assert left(tmp_path) == {"attms.zip"}
    assert (tmp_path / "attms.zip").read_bytes() == b"the last one"


def test_packages_replace_those_of_before(tmp_path: Path) -> None:
    run(tmp_path)
    assert run(tmp_path, "--package-version", "9.9.9").exit_code == 0
    assert left(tmp_path) == {"attms.zip", "attms-conservative.zip"}
    assert made(tmp_path)["version"] == "9.9.9"


@pytest.mark.parametrize("name", ["", " "])
def test_a_folder_without_a_name_is_not_the_one_somebody_is_in(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(name)
    assert result.exit_code == 2
    assert "Name a folder" in result.stderr
    assert list(tmp_path.iterdir()) == []
    assert run(".").exit_code == 0
    assert (tmp_path / "attms.zip").exists()


def test_every_line_of_the_menu_is_understood_by_the_bot() -> None:
    router = build_router()
    for title in manifest_command.MENU:
        spoken = read(title)
        assert router.find(spoken.verb) is not None, title
        if spoken.verb == "tickets":
            assert not isinstance(
                read_list(f"{spoken.rest} printer" if spoken.rest == "search" else spoken.rest), Misread
            )


def test_what_the_menu_suggests_is_understood() -> None:
    words = set(build_router().words())
    assert {title.split()[0] for title in manifest_command.MENU} <= words


def test_bare_commands_are_described_by_their_own_help() -> None:
    router = build_router()
    shown = {command.title: command.description for command in manifest_command.menu(router.commands)}
    assert shown["new"] == router.commands["new"].help
    assert shown["help"] != router.commands["help"].help


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def made(folder: Path) -> dict[str, object]:
    content: dict[str, object] = manifest(Package("attms.zip", (folder / "attms.zip").read_bytes()))
    return content
