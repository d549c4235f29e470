"""Where mutations begin."""

from sandbox.github.graphql.mutations.issues import IssueMutations
from sandbox.github.graphql.mutations.pulls import PullMutations
from sandbox.github.graphql.mutations.repositories import RepositoryMutations
from sandbox.github.graphql.mutations.reviews import ReviewMutations
from sandbox.github.graphql.mutations.threads import ThreadMutations


class Mutation(
    IssueMutations, PullMutations, ReviewMutations, ThreadMutations, RepositoryMutations
):
    """The fields of the schema's `Mutation`."""
