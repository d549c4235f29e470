"""Images with a model in them: their context, their build, their registry."""
