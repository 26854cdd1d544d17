"""The demo: a whole service desk on one machine, with no tenant and no PSA account.

The stand-in for AutoTask, Microsoft's chat window, who plays whom, and how all of it starts and ends belong here.
The bot does not: it is given, and what it does here it does everywhere.
"""
