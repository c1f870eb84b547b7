"""``python -m counterclaim``."""

from counterclaim.cli import app

app()
