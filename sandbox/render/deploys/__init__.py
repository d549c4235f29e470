"""Deploys: from a commit or an image to an instance that serves."""
