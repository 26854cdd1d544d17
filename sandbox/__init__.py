"""Stand-ins for the services the product talks to, speaking their real protocols and refusing what they refuse.

Nothing here imports the product, and the product imports nothing from here but through its assembly for the
demo: a stand-in that shared code with what it tests would share its mistakes too.
"""
