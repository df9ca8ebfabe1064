"""Publishing: from a working folder to a release, and back."""
