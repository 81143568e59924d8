"""Speaking to Meta's Graph API: request bodies, the client, and what its errors mean."""
