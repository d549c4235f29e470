"""The Hub's webhooks: users watch repositories, and hear of what happens to them."""
