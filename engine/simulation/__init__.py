"""Simulation: what rules would do, on a virtual clock and in memory; it cannot act on the outside world."""
