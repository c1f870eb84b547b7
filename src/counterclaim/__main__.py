"""``python -m counterclaim``."""

if __name__ == "__main__":  # Not where a process that helps another looks at how that was started.
    from counterclaim.cli import app

    app()
