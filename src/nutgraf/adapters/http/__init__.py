"""The one way out of the program."""
