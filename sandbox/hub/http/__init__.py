"""The Hub's HTTP surface for repositories: who asks, what is refused, each route."""
