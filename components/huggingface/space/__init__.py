"""One Space: repository, settings, files, readiness."""
