"""What the business sets for itself: queues, hours, facts, appearance. Data with versions, of which the first ships with the code."""
