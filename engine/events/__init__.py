"""Events on the wire: their form, and files of them, one JSON object a line."""
