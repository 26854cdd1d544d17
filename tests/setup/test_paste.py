"""What people paste becomes what they meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.setup.paste import block, guids_in, person_in, tidy

GUID = "3b1a6c52-07f4-4e0d-9c2b-8d5e4f60a7b1"
TENANT = "2b6d3c90-51e7-4f7a-8c1d-9e0f4a3b7c65"


@pytest.mark.parametrize(
    "pasted",
    [
        "  s$4~Lk#9@qW%  ",
        '"s$4~Lk#9@qW%"',
        "'s$4~Lk#9@qW%'\r\n",
        "\u200bs$4~Lk#9@qW%\ufeff",
        "\u201cs$4~Lk#9@qW%\u201d",
        "\u00a0s$4~Lk#9@qW%\u00a0\n\n",
        "\u202as$4~Lk#9@qW%\u202c",
    ],
)
def test_a_value_loses_what_was_copied_along(pasted: str) -> None:
    assert tidy(pasted) == "s$4~Lk#9@qW%"


def test_a_quote_within_a_secret_stays() -> None:
    assert tidy("it's\"fine") == "it's\"fine"
    assert tidy("'") == "'"


@given(st.text())
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert "\n" not in tidy(text)


@given(st.text(alphabet=st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), min_size=1))
def test_a_secret_without_quotes_around_it_is_kept_whole(secret: str) -> None:
    if secret[0] not in "'\"`":
        assert tidy(secret) == secret


@pytest.mark.parametrize(
    "text",
    [
        GUID.upper(),
        f"{{{GUID}}}",
        (
            "https://portal.azure.com/#view/Microsoft_AAD_UsersAndTenants/UserProfileMenuBlade/~/overview/userId/"
            f"{GUID}/hidePreviewBanner~/true"
        ),
        f"https://entra.microsoft.com/#@{TENANT}/view/UserProfile/userId/{GUID}",
        f"https://admin.example.com/users?objectId={GUID}&tenant={TENANT}",
        f"Object ID\n{GUID}",
    ],
)
def test_a_person_is_found_in_what_the_portals_show(text: str) -> None:
    assert person_in(text) == GUID


def test_of_several_ids_none_is_guessed() -> None:
    assert person_in(f"{GUID} {TENANT}") == ""
    assert guids_in(f"{GUID} {TENANT} {GUID}") == [GUID, TENANT]


@pytest.mark.parametrize("text", ["", "3b1a6c52", GUID + "0", "x" + GUID[1:], GUID.replace("-", "")])
def test_what_is_no_id_is_none(text: str) -> None:
    assert guids_in(text) == []


@pytest.mark.parametrize(
    "line",
    [
        "ATTMS_AUTOTASK_SECRET=a$b#c=d",
        "autotask_secret: a$b#c=d",
        'export ATTMS_AUTOTASK_SECRET="a$b#c=d"',
        "  'ignored'\nAUTOTASK_SECRET = 'a$b#c=d'",
        '{"autotask_secret": "a$b#c=d",',
        '"autotask_secret": "a$b#c=d",',
        "$env:ATTMS_AUTOTASK_SECRET = 'a$b#c=d'",
        "secret=a$b#c=d",
    ],
)
def test_a_block_is_read_however_it_was_written(line: str) -> None:
    assert block(line, {"autotask_secret": ("secret",)}) == {"autotask_secret": "a$b#c=d"}


@given(st.text())
def test_any_text_at_all_is_read_without_harm(text: str) -> None:
    assert set(block(text, {"autotask_secret": ("secret",)})) <= {"autotask_secret"}
    person_in(text)
