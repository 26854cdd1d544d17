"""Schemathesis reads the document and tries what it says, and what it does not, against the real thing."""

import asyncio
import os
import sys
from pathlib import Path

from tests.admin_api.conftest import Listener
from tests.support.administration import PERSON
from tests.support.fake_autotask import ANA

CHECKS = (
    "not_a_server_error",
    "negative_data_rejection",
    "ignored_auth",
    "unsupported_method",
    "response_schema_conformance",
    "status_code_conformance",
    "content_type_conformance",
)
EXAMPLES = int(os.environ.get("ATTMS_FUZZ_EXAMPLES", "25"))
"""Of each operation. More find more, and take longer."""
KNOWN = """
[generation]
with-security-parameters = false
[parameters]
"path.name" = "count"
"path.id" = "{key}"
"path.object_id" = "{person}"
"""
SPARED = ("--exclude-operation-id=keys.revoke", "--exclude-operation-id=keys.rotate")
"""It lists the keys and uses what it learns: it would end its own."""
ANYTHING = "[generation]\nwith-security-parameters = false\n"


async def _fuzz(api: Listener, folder: Path, configuration: str, examples: int, *more: str) -> str:
    """Give what it found, in its words; nothing when all is as it should be."""
    (folder / "schemathesis.toml").write_text(configuration)
    child = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("schemathesis"),
        "--config-file=schemathesis.toml",
        "run",
        f"http://127.0.0.1:{api.port}/api/v1/openapi.json",
        f"--header=Authorization: Bearer {api.root}",
        f"--checks={','.join(CHECKS)}",
        f"--max-examples={examples}",
        "--phases=examples,coverage,fuzzing",
        "--generation-deterministic" if os.environ.get("CI") else "--generation-database=none",
        "--no-color",
        *more,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    assert (await api.get("/api/v1/config")).status == 200, "it has lost its key, so it has seen nothing since"
    return "" if child.returncode == 0 else said.decode(errors="replace")


async def test_whatever_is_sent_is_answered_as_the_document_says(wide: Listener, tmp_path: Path) -> None:
    assert await _fuzz(wide, tmp_path, ANYTHING, EXAMPLES, *SPARED) == ""


async def test_whatever_is_done_to_what_is_there_is_answered_as_the_document_says(
    wide: Listener, tmp_path: Path
) -> None:
    key = (await wide.ground.key()).split("_")[1]
    await wide.post(f"/api/v1/people/{PERSON}/link", json={"resource": ANA, "name": "Ana"})
    assert await _fuzz(wide, tmp_path, KNOWN.format(key=key, person=PERSON), EXAMPLES // 2) == ""
