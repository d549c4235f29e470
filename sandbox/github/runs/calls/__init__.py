"""Workflows that jobs of other workflows call: `workflow_call`."""
