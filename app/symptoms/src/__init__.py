"""The symptom checker: what runs in its container, each package with its own task."""
