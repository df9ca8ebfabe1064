"""A backtest as one page: what happened, what a draft would change, and why, readable without the program."""
