"""The model: synthetic patients, training on them, and the file that is served."""
