"""Who is next: agents, their presence and capacity, and the queue that they serve."""
