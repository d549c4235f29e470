"""What a query can see, one class per type of the schema; fields are its attributes and methods."""
