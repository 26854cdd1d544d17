"""x"""
from random import Random
from sandbox.autotask.world import World
def records(world: World, random: Random) -> None:
    """x"""
