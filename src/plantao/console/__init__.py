"""The web console: its built files, and how they are served. Its source is in `console/`."""
