"""WhatsApp: the webhook, the ledger, and the client of Meta's Cloud API."""
