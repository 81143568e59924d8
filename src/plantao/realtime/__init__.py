"""The console's live line: `/ws/chat`."""
