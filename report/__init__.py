"""What a change will do, for people: an engine's plan as a comment, a table, a redacted snapshot.

It runs no Pulumi program, installs nothing and imports nothing of ours, so that the workflow that
may write to a pull request runs it as it stands.
"""
