"""Programs that run apart from the sandbox, beside or inside a job; standard library only."""
