"""What the house's files must say, and what none of them may."""

import re

import pytest

from tests.house.house import ROOT, files, text

# Written so that none of them matches itself: this file is read too.
FORBIDDEN = re.compile(
    r"""
    pypi[.]org | python[h]osted | registry[.]npmjs | npmjs[.](?:org|com) | deb[.]debian[.]org | proxy[.]golang[.]org
    | (?:^ | [\s"'`(=:]) / (?: work | farm | root | home | Users | opt/[p]ypi ) / [A-Za-z]
    """,
    re.MULTILINE | re.VERBOSE,
)


def test_no_file_names_a_registry_or_a_path_of_somebodys_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0].strip()}"
        for path in files()
        for match in FORBIDDEN.finditer(path.read_bytes().decode("utf-8", errors="replace"))
    ]
    assert found == []


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_readme_names_the_two_commands(command: str) -> None:
    assert command in text("README.md")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_make_word_that_a_page_names_exists(page: str) -> None:
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text(page), re.DOTALL))
    words = set(re.findall(r"\bmake (?:PYTHON=\S+ )?([a-z]+)", code))
    known = set(re.findall(r"^([a-z]+):.*## ", text("Makefile"), re.MULTILINE))
    assert words
    assert words <= known


def test_the_licence_is_there_whole() -> None:
    licence = text("LICENSE")
    assert "Apache License\n                           Version 2.0, January 2004" in licence
    assert licence.rstrip().endswith("limitations under the License.")
