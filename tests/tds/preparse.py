"""What has to be moved or left out before sqlglot reads a statement."""

import re

from sqlglot import tokenize
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType
from tests.tds.errors import syntax

_LEFT_OUT = re.compile(r"(?:NON)?CLUSTERED\b", re.IGNORECASE)
_DEFAULT_VALUES = re.compile(r"\bDEFAULT\s+VALUES\s*$", re.IGNORECASE)


def prepare(statement: str) -> tuple[str, str]:
    """The statement for the parser, and the OUTPUT list of a DELETE (or of DEFAULT VALUES), which it cannot read."""
    try:
        tokens = tokenize(statement, read="tsql")
    except TokenError as error:
        raise syntax(statement[:60]) from error
    for token in reversed([each for each in tokens if _is_word(each)]):
        if found := _LEFT_OUT.match(statement, token.start):  # the token may hold the next word too
            statement = statement[: token.start] + statement[found.end() :]
    first = tokens[0].text.upper() if tokens else ""
    if first == "DELETE" or (first == "INSERT" and _DEFAULT_VALUES.search(statement)):
        return _without_output(statement)
    return statement, ""


def _is_word(token: Token) -> bool:
    return token.token_type not in {TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.IDENTIFIER}


def _without_output(statement: str) -> tuple[str, str]:
    tokens = tokenize(statement, read="tsql")
    depth, start = 0, -1
    for token in tokens:
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if start < 0 and token.token_type == TokenType.RETURNING and depth == 0:
            start = token.start
        elif start >= 0 and depth == 0 and token.text.upper() in {"WHERE", "FROM", "DEFAULT"}:
            return statement[:start] + statement[token.start :], statement[start + len("OUTPUT") : token.start].strip()
    return (statement, "") if start < 0 else (statement[:start], statement[start + len("OUTPUT") :].strip())
