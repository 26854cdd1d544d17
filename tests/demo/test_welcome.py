"""What is said when all is running."""

from demo import cast, welcome

ADDRESSES = welcome.Addresses(
    bot="http://127.0.0.1:3978",
    management="http://127.0.0.1:3979/",
    autotask="http://127.0.0.1:5/ATServicesRest/",
    window="http://127.0.0.1:3976/",
)
SIGHTS = cast.Sights(mine="T20260101.0007", unassigned=29, customer="Quillbrook Dental Group")


def test_every_address_and_the_way_out_are_named() -> None:
    said = welcome.text(ADDRESSES, cast.speaker(), SIGHTS)
    for words in (
        "http://127.0.0.1:3976/",
        "http://127.0.0.1:3978/api/messages",
        "http://127.0.0.1:3978/api/status/health",
        "http://127.0.0.1:3979/",
        "http://127.0.0.1:5/ATServicesRest/",
        "Ctrl-C",
    ):
        assert words in said


def test_the_hints_name_what_is_really_there() -> None:
    said = welcome.text(ADDRESSES, cast.speaker(), SIGHTS)
    assert "/ticket T20260101.0007" in said
    assert "29 wait" in said
    assert "/tickets company Quillbrook Dental Group" in said
    assert "/tickets overdue queue Service Desk" in said


def test_an_empty_desk_gets_no_hints_about_tickets() -> None:
    said = welcome.text(ADDRESSES, cast.speaker(), cast.Sights())
    assert "/ticket " not in said
    assert "/tickets company" not in said


def test_without_a_chat_window_the_way_to_attach_one_is_told() -> None:
    alone = welcome.Addresses(bot=ADDRESSES.bot, management="m", autotask="a")
    said = welcome.text(alone, cast.speaker(), SIGHTS)
    assert "Chat window" not in said
    assert "start -c msteams --disable-telemetry -e http://127.0.0.1:3978/api/messages" in said
