"""Alembic's entry. Runs on a connection that plantao.kit.migrations opened, under its lock and its timeouts."""

from alembic import context

# Importing the tables fills the metadata that autogenerate and `alembic check` compare with.
import plantao.chatbot.tables
import plantao.conversations.tables
import plantao.customers.tables
import plantao.identity.tables
import plantao.routing.tables
import plantao.tags.tables
import plantao.whatsapp.tables  # noqa: F401 - imported for its effect
from plantao.kit.db import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
