"""The demo agency: its past days, lived through on the store itself, and a present that goes on."""
