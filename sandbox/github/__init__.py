"""The sandbox's GitHub: repositories, their settings, and the workflows they hold."""
