"""The set-up: from nothing to a bot that answers, in a browser on this machine or in a terminal.

Steps, guards and faces live here. Where values are kept, and who asks AutoTask, Entra and the database, is given.
"""
