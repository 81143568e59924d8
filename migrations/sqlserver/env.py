"""Alembic's entry for the users' own database. Runs on a connection that plantao.identity opened, under its lock."""

from alembic import context

options = context.config.attributes
if context.is_offline_mode():
    context.configure(dialect_name="mssql", literal_binds=True)
else:
    context.configure(connection=options["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
