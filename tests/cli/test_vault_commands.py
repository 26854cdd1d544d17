"""``attms vault``: over a real vault in a folder of its own."""

import json
import stat
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine, Unwritable

PASSPHRASE = "seven quiet horses at noon"
SECRET = "planted-canary-5f1c9"


@pytest.fixture
def vault(attms: CommandLine) -> CommandLine:
    assert attms("vault", "create").exit_code == 0
    assert attms("config", "set", "bot_secret", given=f"{SECRET}\n").exit_code == 0
    return attms


def test_a_vault_is_made_once(attms: CommandLine) -> None:
    made = attms("vault", "create")
    assert made.exit_code == 0
    assert "locked by file" in made.stdout
    assert "copy of its key file" in made.stderr
    assert stat.S_IMODE((attms.data_dir / "vault.attms").stat().st_mode) == 0o600
    again = attms("vault", "create")
    assert again.exit_code == 1
    assert "There is a vault already." in again.stderr


def test_without_a_vault_one_is_told_how_to_make_it(attms: CommandLine) -> None:
    for words in (("status",), ("list",), ("rotate",)):
        done = attms("vault", *words)
        assert done.exit_code == 2
        assert "There is no vault" in done.stderr
        assert "attms setup" in done.stderr


def test_its_status_is_a_stable_shape(vault: CommandLine) -> None:
    assert vault.json("vault", "status") == {
        "key_source": "file",
        "home": str(vault.data_dir / "vault.attms"),
        "generation": 2,
        "entries": 2,
        "damaged": None,
        "warnings": [],
    }
    assert "2 entries, generation 2, locked by file." in vault("vault", "status").stdout


def test_the_list_names_entries_and_shows_no_value(vault: CommandLine) -> None:
    assert vault.json("vault", "list") == {"names": ["bot_secret", "config.history"]}
    assert vault("vault", "list").stdout == "bot_secret\nconfig.history\n"


def test_rotating_keeps_every_value_and_is_taken_down(vault: CommandLine) -> None:
    before = (vault.data_dir / "vault.attms").read_bytes()
    assert vault.json("vault", "rotate") == {"generation": 3}
    assert (vault.data_dir / "vault.attms").read_bytes() != before
    assert vault.json("vault", "status")["entries"] == 2
    row = vault.audited()[-1]
    assert (row.action, row.outcome, dict(row.detail)) == ("vault.rotate", "done", {"generation": "3"})
    assert row.actor.startswith("host:")


def test_another_key_file_locks_it_and_the_old_one_opens_nothing(vault: CommandLine, tmp_path: Path) -> None:
    new = tmp_path / "keys" / "new.key"
    done = vault("vault", "rekey", "--source", "file", "--key-file", str(new))
    assert done.exit_code == 0
    assert f"ATTMS_VAULT_KEY_FILE={new}" in done.stderr
    sealed = vault("vault", "status")
    assert sealed.exit_code == 2
    assert "sealed" in sealed.stderr
    assert vault.json("vault", "status", ATTMS_VAULT_KEY_FILE=str(new))["generation"] == 3


def test_a_passphrase_locks_it_and_is_asked_for(vault: CommandLine) -> None:
    assert vault("vault", "rekey", "--source", "passphrase", given=f"{PASSPHRASE}\n").exit_code == 0
    locked = {"ATTMS_VAULT_KEY_SOURCE": "passphrase"}
    assert vault.json("vault", "status", given=f"{PASSPHRASE}\n", **locked)["key_source"] == "passphrase"
    wrong = vault("vault", "status", given="another one altogether\n", **locked)
    assert wrong.exit_code == 2
    nothing = vault("vault", "status", given="", **locked)
    assert nothing.exit_code == 1
    assert "No value came" in nothing.stderr


def test_a_short_passphrase_changes_nothing(vault: CommandLine) -> None:
    done = vault("vault", "rekey", "--source", "passphrase", given="short\n")
    assert done.exit_code == 1
    assert "at least 12" in done.stderr
    assert vault.json("vault", "status")["generation"] == 2


def test_a_source_that_does_not_exist_is_usage(vault: CommandLine) -> None:
    assert vault("vault", "rekey", "--source", "cloud").exit_code == 64


def test_an_export_is_private_and_comes_back(vault: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "backup.attms"
    assert vault.json("vault", "export", str(file), given=f"{PASSPHRASE}\n") == {"file": str(file), "entries": 2}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    elsewhere = CommandLine(tmp_path / "elsewhere")
    done = elsewhere("vault", "import", str(file), given=f"{PASSPHRASE}\n")
    assert done.exit_code == 0
    assert elsewhere.json("vault", "list") == {"names": ["bot_secret", "config.history"]}


def test_an_export_does_not_write_over_a_file(vault: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "backup.attms"
    file.write_text("precious", encoding="utf-8")
    done = vault("vault", "export", str(file), given=f"{PASSPHRASE}\n")
    assert done.exit_code == 1
    assert "is there already" in done.stderr
    assert file.read_text(encoding="utf-8") == "precious"


def test_an_older_export_comes_back_only_by_force(vault: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "backup.attms"
    vault("vault", "export", str(file), given=f"{PASSPHRASE}\n")
    vault("vault", "rotate")
    older = vault("vault", "import", str(file), given=f"{PASSPHRASE}\n")
    assert older.exit_code == 1
    assert "--force" in older.stderr
    assert vault("vault", "restore", str(file), "--force", given=f"{PASSPHRASE}\n").exit_code == 0


def test_a_file_that_is_no_export_is_told_in_words(vault: CommandLine, tmp_path: Path) -> None:
    missing = vault("vault", "import", str(tmp_path / "none"), given=f"{PASSPHRASE}\n")
    assert missing.exit_code == 1
    assert "none: No such file or directory." in missing.stderr
    (tmp_path / "odd").write_bytes(b"\x00" * 40)
    odd = vault("vault", "import", str(tmp_path / "odd"), given=f"{PASSPHRASE}\n")
    assert odd.exit_code == 1
    assert "does not open" in odd.stderr


def test_what_was_done_is_told_also_when_the_audit_cannot_take_it_down(vault: CommandLine) -> None:
    vault.memory.audit = Unwritable
    done = vault("vault", "rotate", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {"generation": 3}
    assert "the audit could not take it down: The disk is full." in done.stderr


def test_nothing_that_was_said_holds_the_planted_secret(vault: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "backup.attms"
    for words in (["status"], ["list"], ["rotate"], ["export", str(file)], ["import", str(file)]):
        vault("vault", *words, given=f"{PASSPHRASE}\n")
        vault("vault", *words, "--json", given=f"{PASSPHRASE}\n")
    for said in vault.said:
        assert SECRET not in said.output
        assert PASSPHRASE not in said.output
    assert SECRET.encode() not in file.read_bytes()
