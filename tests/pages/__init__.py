"""The raised apps as a person with a browser meets them. Not part of a test tier: it needs a
browser, and the dev stack that `make up` raised."""
