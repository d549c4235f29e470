"""What the plans of several systems are made of; each part checks itself and is declared once."""
