"""The backend: loads the model at its start and answers with it."""
