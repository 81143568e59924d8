"""For those who watch: what happens now, and how the day goes."""
