"""Secret values: sealed on their way, compared by digests, masked in what is shown."""
