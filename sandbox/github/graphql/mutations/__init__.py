"""What a query can change, with the rights and by the services of the REST endpoints."""
