"""The pulumi CLI, complete with language host and plugins, in an environment of its own."""
