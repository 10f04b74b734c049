"""What every address of the API shares: who calls, how answers are paged, how refusals read."""
