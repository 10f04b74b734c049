"""Figures: rolled up from facts and clocks, and frozen when a month closes."""
