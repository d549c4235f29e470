"""The Spaces half of the Hub: settings, builds, running apps, their addresses and their logs."""
