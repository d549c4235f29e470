"""The log of predictions: what an entry holds, where entries are kept, what they warn of."""
