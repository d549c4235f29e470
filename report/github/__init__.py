"""What is said on GitHub: a pull request's comment and label, a stack's issue, a promotion.

By the standard library alone, so that a workflow that may write runs it without installing a thing.
"""
