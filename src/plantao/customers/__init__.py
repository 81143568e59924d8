"""Who writes: customers and the identifiers they go by."""
