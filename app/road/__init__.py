"""The one road of every change: authorize, handle, record, automate, commit."""
