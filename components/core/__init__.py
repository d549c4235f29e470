"""What every platform's parts are made of. It names no platform."""
