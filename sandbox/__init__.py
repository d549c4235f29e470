"""A local cloud that speaks the platforms' own APIs and really runs what it is given."""
