"""Pictures that people upload: checked, made anew, and kept as files outside of any web root."""
