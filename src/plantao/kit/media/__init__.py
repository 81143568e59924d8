"""Audio, video and stickers that people send: looked at, and put into shape, in a process of their own."""
