"""What Meta says of our numbers, templates and business accounts, and what of it needs a person."""
