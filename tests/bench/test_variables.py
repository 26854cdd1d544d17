"""What a bench asks for by its variables is done, or refused in one line before anything is built or answered."""

import asyncio
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import bot, mirror, peers, run
from bench.table import OURS
from bench.world import LOOPBACK
from sandbox.teams.keys import LoopbackTls
from tests.house.house import ROOT, text

WRONG = {
    "PORT": ["", "x", "70000"],
    "APP_ID": [""],
    "APP_SECRET": [""],
    "BENCH_ISSUER": [""],
    "BENCH_ISSUER_BASE": ["", "nonsense"],
    "BENCH_LOGIN_URL": ["", "x", "https://localhost:18443", "https://localhost:99999/adfs", "http://localhost/adfs"],
    "BENCH_SERVICE_URL": ["", "x", "https://evil.example/", "http://127.0.0.1.evil.example/", "https://localhost@x/"],
    "BENCH_CARD_ROWS": ["", "x", "62", "0"],
    "BENCH_TICKETS": ["", "many", "10", "-5000", "1e6", str(mirror.FEWEST - 1)],
    "BENCH_MIRRORS": [""],
    "SSL_CERT_FILE": ["", "nowhere.pem", __file__],
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give what a candidate must be told, the rest being usual."""
    home = tmp_path_factory.mktemp("tls")
    return {"PORT": "0", "SSL_CERT_FILE": str(LoopbackTls.make(home).ca_file)}


@pytest.fixture
def taken() -> Iterator[int]:
    """Hold a port."""
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        yield other.getsockname()[1]


def test_what_the_bench_of_peers_says_is_taken(good: dict[str, str]) -> None:
    said = {"BENCH_SERVICE_URL": "http://127.0.0.1:18081/", "BENCH_CARD_ROWS": "8", "BENCH_AUTH": "on"}
    assert bot.asked({**good, **said}).tickets == bot.TICKETS


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_what_cannot_be_meant_is_refused_in_one_line_that_names_it(good: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(bot.WrongVariable) as refused:
        bot.asked({**good, name: value})
    said = str(refused.value)
    assert said.startswith(name)
    assert "\n" not in said


def test_without_tokens_nobody_logs_in_and_no_certificate_is_needed() -> None:
    assert bot.asked({"PORT": "0", "BENCH_AUTH": "off"}).openness == {"dangerously_open": True}


def test_a_port_that_is_taken_is_told_before_a_mirror_is_built(good: dict[str, str], taken: int) -> None:
    with pytest.raises(bot.WrongVariable, match=f"PORT is {taken}"):
        bot.asked({**good, "PORT": str(taken)})


def _names(folder: Path) -> list[str]:
    return [found.name for found in folder.iterdir()]


async def test_a_candidate_that_was_asked_for_too_little_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *run.BOTS[OURS],
        env={**os.environ, "BENCH_TICKETS": "10", "BENCH_MIRRORS": str(tmp_path / "mirrors")},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert said.decode() == "BENCH_TICKETS is '10': it must be a whole number of 1000 or more\n"
    assert not _names(tmp_path)


async def test_a_place_where_no_mirror_can_be_kept_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(bot.WrongVariable, match=r"BENCH_MIRRORS is .*Not a directory"):
        await bot.kept(mirror.FEWEST, file / "mirrors")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("BENCH_ROUNDS", wrong) for wrong in ("", "0", "x")),
        *(("BENCH_SECONDS", wrong) for wrong in ("", "0", "nan", "-1")),
        *(("BENCH_SOAK", wrong) for wrong in ("", "-1")),
        ("BENCH_TICKETS", "10"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(name: str, value: str) -> None:
    with pytest.raises(bot.WrongVariable, match=name):
        run.plan_of({name: value})


def test_the_other_bench_may_be_named_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "harness").mkdir()
    (tmp_path / "harness" / "run.sh").touch()
    monkeypatch.chdir(tmp_path)
    assert peers.harness_of({"BENCH_HARNESS": "harness"}) == tmp_path / "harness"
    assert peers.harness_of({}) is None


def test_another_bench_that_is_not_there_is_told_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_HARNESS", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        run.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"BENCH_HARNESS is '{tmp_path}': there is no run.sh in {tmp_path}\n"


def test_every_variable_that_the_bench_reads_is_explained() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bench").glob("*.py"))
    read = set(re.findall(r'"(BENCH_[A-Z_]+|PORT|APP_ID|APP_SECRET|SSL_CERT_FILE)"', code))
    _, _, told = text("docs/performance.md").partition("## What the bench is told")
    explained = {
        name for row in re.findall(r"^\| (`.*?) \|", told, re.MULTILINE) for name in re.findall("`(.*?)`", row)
    }
    assert read - {"BENCH_STATE", "BENCH_OUT"} <= explained  # the two are what the bench of peers is told
    assert {name for name in explained if name.startswith("BENCH_")} <= read
