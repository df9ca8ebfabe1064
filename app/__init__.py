"""The Virel application: command line, records and everything that acts on the outside world."""
