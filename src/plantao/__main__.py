"""`python -m plantao` is `plantao`."""

from plantao.cli import main

main()
