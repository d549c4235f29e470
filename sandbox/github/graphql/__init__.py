"""GraphQL beside REST: the part of GitHub's schema that its own command line asks for.

Resolvers read and change through the services that the REST endpoints use; none keeps anything.
"""
