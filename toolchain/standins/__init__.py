"""Provider plugins that stand in for official ones which only Pulumi's own downloads have.

They serve the same SDK classes, names and state as the official plugins, for the resource types
that this project uses, and talk to the sandbox alone. Real accounts need the official plugins.
"""
