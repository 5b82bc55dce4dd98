"""The record: every SQL statement of Textdesk, in named functions that return frozen dataclasses."""
