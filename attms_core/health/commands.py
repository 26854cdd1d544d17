"""What fixes tell people to type. Commands stand here once, so that they can be compared with those that exist."""


def setup() -> str:
    """Go through the set-up again."""
    return "On the host type: attms setup"


def put(*names: str, value: object = "") -> str:
    """Set settings; of a secret the command line asks for the value without showing it."""
    given = f" {value}" if value != "" else ""
    return f"type: {'; '.join(f'attms config set {name}{given}' for name in names)}"


def drop(*names: str) -> str:
    """Take settings out."""
    return f"type: {'; '.join(f'attms config unset {name}' for name in names)}"


def mirror() -> str:
    """Look at the mirror."""
    return "On the host type: attms mirror status"


def verify_vault() -> str:
    """Look at the vault."""
    return "On the host type: attms vault status"


def repair_callouts() -> str:
    """Make AutoTask's webhooks what they should be."""
    return "On the host type: attms callouts repair"


def reach() -> str:
    """See who can be reached."""
    return "On the host type: attms people reach"


def people() -> str:
    """See who is linked."""
    return "On the host type: attms people list"


def manifest() -> str:
    """Make the Teams app package."""
    return "On the host type: attms manifest build"
