"""A vault that does not open: alive, ready for nothing, and at work again by itself once it opens."""

from pathlib import Path

from bot.channel import PATH
from tests.newcomer.test_newcomer import LISTENS, newcomer


async def test_a_sealed_process_answers_503_until_its_key_is_back(tmp_path: Path) -> None:
    async with newcomer(tmp_path) as who, who.teams.client(f"http://127.0.0.1:{who.port}{PATH}") as teams:
        who.more = {"ATTMS_BOT_SECRET": who.teams.secret}
        code, said = await who.command("vault", "create")
        assert code == 0, said
        told = {"bot_app_id": who.teams.app_id, "bot_tenant_ids": who.teams.tenants[0]}
        for name, value in told.items():
            code, said = await who.command("config", "set", name, value)
            assert code == 0, said
        key = tmp_path / "data" / "vault.key"
        held = key.rename(tmp_path / "held.key")
        async with who.process(until=b"The vault is sealed"):
            assert (await who.ask("/api/status/live"))[0] == 200
            assert await who.ask("/api/status/ready") == (503, '{"status": "sealed"}')
            assert (await who.ask(PATH))[0] == 503
            assert LISTENS not in who.console
            held.rename(key)
            await who.hear(LISTENS)
            said_back = await teams.say("help", person=who.teams.person("Ana Ruiz", email="ana@example.com"))
            assert said_back.messages


async def test_a_start_with_bad_settings_says_all_of_them_and_ends_with_2(tmp_path: Path) -> None:
    async with newcomer(tmp_path) as who:
        who.more = {"ATTMS_POLL_SECNODS": "5", "ATTMS_HISTORY_DAYS": "many"}
        code, said = await who.command("run")
        assert code == 2
        assert "did you mean ATTMS_POLL_SECONDS?" in said
        assert "ATTMS_HISTORY_DAYS" in said
        assert "Traceback" not in said


async def test_the_doctor_says_that_the_vault_is_sealed_and_looks_at_what_is_left(tmp_path: Path) -> None:
    async with newcomer(tmp_path) as who:
        code, said = await who.command("vault", "create")
        assert code == 0, said
        (tmp_path / "data" / "vault.key").unlink()
        code, said = await who.command("doctor")
        assert code == 1
        assert "vault.key" in said
        assert "Disk" in said
        assert "Traceback" not in said
