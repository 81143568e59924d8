"""Errors as SQL Server words them: number, severity, state and text."""

from dataclasses import dataclass


@dataclass
class SqlError(Exception):
    """`ends_batch`: what follows in the batch is not run. `ends_transaction`: the open transaction is rolled back."""

    number: int
    severity: int
    state: int
    text: str
    ends_batch: bool = False
    ends_transaction: bool = False


def syntax(near: str) -> SqlError:
    return SqlError(102, 15, 1, f"Incorrect syntax near '{near}'.", ends_batch=True)


def login_failed(user: str) -> SqlError:
    return SqlError(18456, 14, 1, f"Login failed for user '{user}'.")


def cannot_open(database: str) -> SqlError:
    return SqlError(4060, 11, 1, f'Cannot open database "{database}" requested by the login. The login failed.')


def no_transaction(verb: str) -> SqlError:
    number = 3902 if verb == "COMMIT" else 3903
    return SqlError(number, 16, 1, f"The {verb} TRANSACTION request has no corresponding BEGIN TRANSACTION.")
