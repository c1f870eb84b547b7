"""Wire shapes: what is taken in and what is given out. Nothing here knows a table."""
