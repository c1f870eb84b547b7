"""``python -m counterclaim``."""

from counterclaim.cli import app

if __name__ == "__main__":  # Not where a process that helps looks at how it was started.
    app()
