"""OIDC: what a workflow's job says it is, signed, so that others can trust it without a secret."""
