"""HTTP as every domain uses it: errors, transactions, bounds and the request's identity."""
