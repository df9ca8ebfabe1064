"""The command line: one file a command, one group over them."""
