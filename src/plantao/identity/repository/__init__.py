"""All of identity's SQL."""
