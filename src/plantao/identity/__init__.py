"""Users, roles and tokens. The second database, when there is one, lives behind this package's repository only."""
