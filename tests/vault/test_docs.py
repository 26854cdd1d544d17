"""What docs/vault.md says is so, and a program that knows nothing but that page opens every vault."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from attms_core.vault import EnvironmentKey, FileHome, KeySource, PassphraseKey, Vault, crypt
from attms_core.vault.opened import unsealed
from tests.vault.plain import PHRASE, plain

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "vault.md").read_text(encoding="utf-8")
PROGRAM = DOCS / "decrypt_vault.py"
VECTORS = [block.encode() for block in re.findall(r"```vault\n(.*?)```", PAGE, re.DOTALL)]
ENTRIES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
KEY_TEXT = re.findall(r"The key `(.*?)`", PAGE)[0]
KEYS: list[KeySource] = [
    EnvironmentKey(SecretStr(KEY_TEXT)),
    PassphraseKey(SecretStr(re.findall(r"The passphrase `(.*?)`", PAGE)[0])),
]


@pytest.mark.parametrize("number", [0, 1])
def test_a_vector_opens_as_the_page_says_and_is_written_the_same_again(number: int) -> None:
    opened = unsealed(VECTORS[number], KEYS[number])
    assert opened.values() == ENTRIES[number]
    assert opened.holding(ENTRIES[number], generation=opened.generation).data == VECTORS[number]


def test_the_subkeys_on_the_page_are_those_that_are_derived() -> None:
    told = dict(re.findall(r"^(\w+ key) +([0-9a-f]{64})$", PAGE, re.MULTILINE))
    opened = unsealed(VECTORS[0], KEYS[0])
    wrap, salt = opened.document.wrap, bytes.fromhex(opened.document.vault)
    data_key = crypt.unwrapped(wrap, KEYS[0].secret(b""), vault=opened.document.vault)
    assert told == {
        "locking key": crypt.derived(KEYS[0].secret(b""), salt=wrap.salt, purpose=crypt.WRAP).hex(),
        "data key": data_key.hex(),
        "entry key": crypt.derived(data_key, salt=salt, purpose=crypt.ENTRY).hex(),
        "seal key": crypt.derived(data_key, salt=salt, purpose=crypt.SEAL).hex(),
    }
    stretched = re.findall(r"stretched to\s+`([0-9a-f]{64})`", PAGE)
    assert [KEYS[1].secret(unsealed(VECTORS[1], KEYS[1]).document.wrap.salt).hex()] == stretched


def test_the_page_stays_within_two_printed_pages() -> None:
    assert len(PAGE.splitlines()) <= 120


async def test_the_program_opens_a_real_vault(file_vault: Vault, folder: Path) -> None:
    await file_vault.change({"bot_secret": 'Grüße "\\ \0 \U0001f511', "poll_seconds": "30"})
    await file_vault.change({"poll_seconds": "60"})
    assert json.loads(run(folder / "vault.attms", folder / "vault.key")) == plain(file_vault)


async def test_the_program_opens_an_export(file_vault: Vault, tmp_path: Path) -> None:
    await file_vault.change({"bot_secret": "geheim"})
    archive = kept(tmp_path / "export", file_vault.export(PHRASE))
    assert json.loads(run(archive, phrase_file(tmp_path))) == plain(file_vault)


@pytest.mark.parametrize("at", [10, 400, -100, -2])
async def test_the_program_refuses_what_was_changed(
    file_vault: Vault, file_home: FileHome, folder: Path, tmp_path: Path, at: int
) -> None:
    await file_vault.change({"bot_secret": "geheim"})
    data = bytearray((await file_home.look()).current or b"")
    data[at] ^= 1
    with pytest.raises(subprocess.CalledProcessError):
        run(kept(tmp_path / "bad", bytes(data)), folder / "vault.key")


def test_the_program_refuses_another_key(tmp_path: Path) -> None:
    right, wrong = kept(tmp_path / "right", KEY_TEXT.encode()), kept(tmp_path / "wrong", b"A" * 43 + b"=")
    vector = kept(tmp_path / "vault", VECTORS[0])
    assert json.loads(run(vector, right)) == ENTRIES[0]
    with pytest.raises(subprocess.CalledProcessError):
        run(vector, wrong)


def test_the_program_is_short_and_shares_nothing_with_us() -> None:
    text = PROGRAM.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 80
    modules = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert modules - sys.stdlib_module_names == {"cryptography"}


def run(vault: Path, key: Path) -> str:
    """Let the program open a vault; it gets neither our code nor our environment."""
    command = [sys.executable, "-I", str(PROGRAM), str(vault), str(key)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, env={}).stdout


def kept(path: Path, data: bytes) -> Path:
    """Write a file."""
    path.write_bytes(data)
    return path


def phrase_file(folder: Path) -> Path:
    """Write the passphrase of the tests into a file."""
    return kept(folder / "phrase", PHRASE.get_secret_value().encode() + b"\n")
