"""Who plays whom."""

import pytest

from attms_core.errors import AskDifferently, NotFound
from attms_core.model import PersonKey, ResourceId, TenantId
from demo.personas import Personas, Technician


def technician(number: int, name: str, open_tickets: int) -> Technician:
    email = f"{name.replace(' ', '.')}@larkspur-it.example".lower()
    return Technician(resource=ResourceId(number), name=name, email=email, open_tickets=open_tickets)


MARA = technician(1, "Mara Lindqvist", 9)
TOMAS = technician(2, "Tomas Okafor", 7)
INES = technician(3, "Ines Calloway", 5)
MARCO = technician(4, "Marco Lund", 0)


def person(name: str, tenant: str = "any opaque string") -> PersonKey:
    return PersonKey(TenantId(tenant), name)


def personas(*reserved: Technician) -> Personas:
    return Personas(lambda: (MARA, TOMAS, INES, MARCO), reserved=[one.email for one in reserved])


def test_a_technicians_own_email_gives_that_technician() -> None:
    assert personas().choose(person("x"), email="INES.Calloway@larkspur-it.example ") == INES.resource


def test_a_technicians_own_name_does_too() -> None:
    assert personas().choose(person("x"), name="tomas okafor", email="t@elsewhere.example") == TOMAS.resource


def test_a_stranger_gets_the_busiest_who_is_free() -> None:
    cast = personas()
    assert cast.choose(person("a"), name="Alex Wilber", email="alexw@contoso.example") == MARA.resource
    assert cast.choose(person("b")) == TOMAS.resource


def test_whoever_speaks_again_stays_the_same() -> None:
    cast = personas()
    first = cast.choose(person("a"))
    cast.choose(person("b"))
    assert cast.choose(person("a"), email=INES.email) == first


def test_a_stranger_leaves_the_expected_person_their_own_part() -> None:
    cast = personas(MARA)
    assert cast.choose(person("stranger")) == TOMAS.resource
    assert cast.choose(person("mara"), email=MARA.email) == MARA.resource


def test_somebody_whose_own_part_is_taken_gets_another() -> None:
    cast = personas()
    cast.choose(person("a"), email=MARA.email)
    assert cast.choose(person("b"), email=MARA.email) == TOMAS.resource


def test_tenants_do_not_take_parts_from_each_other() -> None:
    cast = personas()
    cast.choose(person("a", "one"))
    assert cast.choose(person("a", "two")) == MARA.resource


def test_when_all_are_played_the_least_played_is_shared() -> None:
    cast = personas()
    given = [cast.choose(person(str(number))) for number in range(8)]
    assert {given.count(one.resource) for one in (MARA, TOMAS, INES, MARCO)} == {2}


@pytest.mark.parametrize("words", ["ines", "Calloway", " ines  calloway ", "CALL"])
def test_a_part_of_the_name_is_enough_to_switch(words: str) -> None:
    cast = personas()
    cast.choose(person("a"))
    assert cast.switch(person("a"), words) == INES.resource
    assert cast.choose(person("a")) == INES.resource


def test_switching_frees_the_one_played_before() -> None:
    cast = personas()
    cast.choose(person("a"))
    cast.switch(person("a"), "Ines")
    assert cast.choose(person("b")) == MARA.resource


@pytest.mark.parametrize("words", ["nobody", "", "   ", "quist"])
def test_a_name_that_nobody_has_is_answered_with_those_who_are_free(words: str) -> None:
    cast = personas()
    cast.choose(person("a"))
    with pytest.raises(NotFound) as problem:
        cast.switch(person("b"), words)
    assert problem.value.hint == "Free are: Tomas Okafor, Ines Calloway, Marco Lund."


def test_a_name_that_several_have_is_asked_back() -> None:
    with pytest.raises(AskDifferently, match="Mara Lindqvist, Marco Lund"):
        personas().switch(person("a"), "mar")


def test_a_technician_whom_somebody_plays_is_not_given_twice() -> None:
    cast = personas()
    cast.choose(person("a"))
    with pytest.raises(AskDifferently, match="Somebody else plays Mara Lindqvist"):
        cast.switch(person("b"), "mara")


def test_the_list_names_the_busiest_first() -> None:
    assert personas().technicians() == [MARA, TOMAS, INES, MARCO]
