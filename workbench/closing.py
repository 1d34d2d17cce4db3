"""What is closed at the end of a `with` block."""

from typing import Self


class Closing:
    """Lets whatever has a `close` stand in a `with` statement."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what is held; nothing by itself."""
