"""Tags: the few words by which people sort conversations and customers."""
