"""CEL's standard library: operators and functions, each overload a plain Python function over exact types."""
