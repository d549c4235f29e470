"""Secret values: sealed on their way, compared by digests."""
