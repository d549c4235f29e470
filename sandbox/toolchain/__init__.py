"""How pulumi, its language host, its plugins and a builder get onto a machine."""
