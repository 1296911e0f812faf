"""What other systems meet: the description of the API, and the routes that join two rooms."""
