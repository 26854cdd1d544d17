"""Teams' side of the house: the only room that knows botbuilder. Outside it there are turns, answers and dicts."""

from bot.channel.answers import card_message, text_message
from bot.channel.channel import PATH, Channel
from bot.channel.connector import Connector
from bot.channel.credentials import Grant
from bot.channel.entra import AskEntra
from bot.channel.places import TEAMS_HOSTS

__all__ = ["PATH", "TEAMS_HOSTS", "AskEntra", "Channel", "Connector", "Grant", "card_message", "text_message"]
