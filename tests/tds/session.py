"""One logged-in client: its options, variables and transaction; batches and calls in, answers out."""

from collections.abc import Mapping

import asyncpg
from sqlglot import exp
from tests.tds import batches, catalog, columns, procedures, tokens
from tests.tds.backend import Backend, Result
from tests.tds.control import Control
from tests.tds.ddl import schema_change
from tests.tds.errors import SqlError
from tests.tds.tokens import Answer, Done
from tests.tds.transactions import ISOLATION_NUMBERS
from tests.tds.translate import Translated, parse, translate, written_to
from tests.tds.variables import session_variable

DONE, DONE_IN_PROCEDURE, DONE_PROCEDURE = 0xFD, 0xFF, 0xFE


class Session:
    """`spid` is the process id that @@SPID tells. Not for two requests at once."""

    def __init__(self, connection: asyncpg.Connection, database: str, spid: int) -> None:
        self.backend = Backend(connection, database)
        self.transactions = self.backend.transactions
        self.database = database
        self.spid = spid
        self.nocount = False
        self.lock_timeout = 0  # milliseconds, as PostgreSQL counts: 0 waits for ever
        self.rowcount = 0
        self.prepared: dict[int, tuple[str, tuple[str, ...]]] = {}
        self._control = Control(self)

    async def open(self) -> None:
        await catalog.introduce(self.backend.connection, self.spid, ISOLATION_NUMBERS[self.transactions.isolation])

    async def batch(self, text: str, parameters: Mapping[str, exp.Expr], answer: Answer, done: int = DONE) -> int:
        """Runs every statement of `text`. Returns the number of the last error, 0 for none."""
        variables = dict(parameters)
        number, run_next = 0, True
        try:
            for statement in batches.statements(text):
                if condition := batches.IF_TRANCOUNT.match(statement):
                    run_next = self._control.holds(condition)
                elif run_next:
                    number = await self._guarded(statement, variables, answer, done) or number
                else:
                    run_next = True
        except SqlError as error:
            return error.number
        return number

    async def reset(self) -> None:
        """A pool hands the connection to its next user."""
        if self.transactions.count:
            await self.transactions.rollback()
        await self.backend.connection.execute("SELECT pg_advisory_unlock_all(); SET lock_timeout = 0")
        self.nocount = self.transactions.implicit = False
        self.lock_timeout = 0
        self.prepared.clear()

    async def _guarded(self, statement: str, variables: dict[str, exp.Expr], answer: Answer, done: int) -> int:
        """An error that ends only its statement is its number; one that ends the batch is raised, answered already."""
        try:
            await self._statement(statement, variables, answer, done)
        except SqlError as error:
            answer.add(tokens.error(error))
            if error.ends_transaction and self.transactions.count:
                answer.add(*await self.transactions.rollback())
            elif not error.ends_batch:
                answer.add(tokens.info(3621, "The statement has been terminated."))
            answer.add(Done(done, tokens.FAILED))
            if error.ends_batch:
                raise
            return error.number
        return 0

    async def _statement(self, text: str, variables: dict[str, exp.Expr], answer: Answer, done: int) -> None:
        if (told := await self._control.run(text)) is not None:
            answer.add(*told, Done(done, self._in_transaction()))
        elif await procedures.run(self, text, variables):
            answer.add(Done(done, self._in_transaction()))
        elif (changes := schema_change(text)) is not None:
            answer.add(*self._begin_implicitly())
            for change in changes:
                await self.backend.run(Translated(change, ""))
            answer.add(Done(done, self._in_transaction()))
        else:
            await self._query(text, variables, answer, done)

    async def _query(self, text: str, variables: dict[str, exp.Expr], answer: Answer, done: int) -> None:
        parsed = parse(text)
        if self.transactions.implicit and (not isinstance(parsed, exp.Select) or parsed.args.get("from_")):
            answer.add(*self._begin_implicitly())
        result = await self.backend.run(await self.translated(parsed, variables))
        self.rowcount = result.count or 0
        self._answer(result, answer, done)

    async def translated(self, parsed: exp.Expr, variables: Mapping[str, exp.Expr]) -> Translated:
        kinds = await self.backend.columns(written_to(parsed))
        return translate(parsed, variables, self._variable, kinds)

    def _begin_implicitly(self) -> list[bytes]:
        wanted = self.transactions.implicit and not self.transactions.count
        return self.transactions.begin() if wanted else []

    def _variable(self, name: str) -> exp.Expr:
        return session_variable(name, trancount=self.transactions.count, rowcount=self.rowcount, spid=self.spid)

    def _in_transaction(self) -> int:
        return tokens.IN_TRANSACTION if self.transactions.count else 0

    def _answer(self, result: Result, answer: Answer, done: int) -> None:
        if result.columns:
            described = [
                columns.column(name, oid, [row[at] for row in result.rows])
                for at, (name, oid) in enumerate(result.columns)
            ]
            answer.add(columns.metadata(described))
            answer.add(*(columns.row(described, tuple(row)) for row in result.rows))
        counted = result.count is not None and not self.nocount
        status = (tokens.COUNTED if counted else 0) | self._in_transaction()
        answer.add(Done(done, status, result.command, result.count if counted and result.count else 0))
