"""Conversations and messages: the heart. Everything that is said is a row here, numbered without gaps."""
