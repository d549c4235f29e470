"""From a Space's commit to an app that answers."""
