"""Issues, their labels and what people write below them; a pull request is an issue too."""
