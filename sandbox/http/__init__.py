"""What all platforms share of HTTP: request log, ids, faults, limits, bodies, credentials.

Header names, quotas and the form of errors stay with the platform, which renders the refusals.
"""
