from tests.stories.conftest import system

__all__ = ["system"]
