"""The Hugging Face Hub and its Spaces, as their own clients see them."""
