"""A stack's state without any secret: what strangers may start a preview from.

What reads a state belongs elsewhere; here is only what has to be replaced in it.
"""
