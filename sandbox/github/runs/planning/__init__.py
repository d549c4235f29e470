"""What is to run: workflow files, events, filters, expressions, jobs."""
