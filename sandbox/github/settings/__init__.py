"""What is set in a repository: secrets, variables, environments, rulesets."""
