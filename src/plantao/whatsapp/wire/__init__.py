"""Reading what Meta sends: bytes in, plain records out. No database, no network."""
