"""The one place where the application's version stands."""

VERSION = "3.3.0"
