from typing import Any

import pytest

from attms_core.autotask.zone import configured, discovered, question
from attms_core.http import ForbiddenAddress
from attms_core.model import TicketId

GOOD = {"url": "https://webservices5.autotask.net/ATServicesRest/", "webUrl": "https://ww5.autotask.net/"}


def test_a_zone_gives_the_base_and_the_deep_link() -> None:
    zone = discovered(GOOD, allow_loopback=False)
    assert zone.base == GOOD["url"]
    assert zone.ticket_url(TicketId(7)) == (
        "https://ww5.autotask.net/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenTicketDetail&TicketID=7"
    )


@pytest.mark.parametrize("number", ["1", "29", "prde", "pres"])
def test_zones_have_numbers_or_pre_release_names(number: str) -> None:
    zone = configured(f"https://webservices{number}.autotask.net/ATServicesRest", allow_loopback=False)
    assert zone.base.endswith("/ATServicesRest/")
    assert zone.pages == f"https://ww{number}.autotask.net/"


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://webservices5.autotask.net/ATServicesRest/"},
        {"url": "https://webservices5.autotask.net:8443/ATServicesRest/"},
        {"url": "https://webservices5.autotask.net.evil.test/ATServicesRest/"},
        {"url": "https://evil.test/webservices5.autotask.net/ATServicesRest/"},
        {"url": "https://evilwebservices5.autotask.net/ATServicesRest/"},
        {"url": "https://webservices5.autotask.net@evil.test/ATServicesRest/"},
        {"url": "https://user:pass@webservices5.autotask.net/ATServicesRest/"},
        {"url": "https://webservices5.autotask.net/elsewhere/"},
        {"url": "https://webservices5.autotask.net/ATServicesRest/?next=/"},
        {"url": "https://webservices555.autotask.net/ATServicesRest/"},
        {"url": "http://127.0.0.1:9/ATServicesRest/"},
        {"url": "https://[::1/ATServicesRest/"},
        {"url": None},
        {"url": ["https://webservices5.autotask.net/ATServicesRest/"]},
        {"webUrl": "https://evil.test/"},
        {"webUrl": "javascript:alert(1)"},
    ],
)
def test_an_address_that_is_not_autotasks_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ForbiddenAddress):
        discovered({**GOOD, **change}, allow_loopback=False)


def test_this_machine_is_a_zone_only_when_allowed() -> None:
    local = "http://127.0.0.1:8080/zone1/ATServicesRest/"
    assert configured(local, allow_loopback=True).pages == "http://127.0.0.1:8080/"
    with pytest.raises(ForbiddenAddress):
        configured(local, allow_loopback=False)


def test_the_users_name_is_encoded_in_the_question() -> None:
    assert question("https://h/ATServicesRest/", "a+b@c.test").endswith("?user=a%2Bb%40c.test")
