"""What the business sets for itself: queues, hours, facts. Data with versions; what ships with the code is their first content."""
