"""GitHub's HTTP surface: who asks, what is refused, git over HTTP, pages for people."""
