"""Kills of real processes between any two steps of a notice, and a count of what was lost or told twice."""
