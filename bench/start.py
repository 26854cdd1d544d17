"""Starts the bot under the bench as ``app`` starts the product: what is loaded is loaded without the collector."""

from assembly import collecting


def main() -> None:
    """Load the bot and serve until told to stop."""
    with collecting.paused():
        import assembly.process  # noqa: F401, PLC0415 - the whole house, which ``app.serve`` would load later
        from bench import bot  # noqa: PLC0415 - the subject of the pause
    bot.main()


if __name__ == "__main__":
    main()
