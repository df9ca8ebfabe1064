"""The live feed: what was committed, numbered in the order of commits, told to everybody who may see it."""
