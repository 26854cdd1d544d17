"""What an administrator touches. The chat is a stranger here."""
