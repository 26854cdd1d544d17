"""How the rooms are joined: what is made of settings, what lasts, who leads where. The application alone imports it."""
