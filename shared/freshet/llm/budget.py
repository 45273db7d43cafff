"""How much may be asked a minute: what is over it is not asked, and nobody waits."""

from aiolimiter import AsyncLimiter

#: A token is at least so many bytes of UTF-8, for the common tokenizers: near 4 in English, one
#: character (3 bytes) in Chinese.
_BYTES_A_TOKEN = 3


def tokens_of(text: str) -> int:
    """An estimate of a text's tokens, high rather than low."""
    return len(text.encode()) // _BYTES_A_TOKEN + 1


class Budget:
    """Calls and tokens a minute, each a leaky bucket: a minute's worth may come at once.

    A call over the budget is refused rather than kept waiting: what it is for has a fallback, and
    a queue would grow for as long as more is wanted than may be asked.
    """

    def __init__(self, requests_per_minute: int, tokens_per_minute: int) -> None:
        self._requests = AsyncLimiter(requests_per_minute, 60)
        self._tokens = AsyncLimiter(tokens_per_minute, 60)

    async def take(self, tokens: int) -> bool:
        """Take a call of so many tokens, or nothing; returns whether it was there."""
        if not (self._requests.has_capacity() and self._tokens.has_capacity(tokens)):
            return False
        # There is room, so neither waits.
        await self._requests.acquire()
        await self._tokens.acquire(tokens)
        return True
