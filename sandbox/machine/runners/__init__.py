"""Containers in which a job of somebody's workflow runs, and the image they are made from."""
