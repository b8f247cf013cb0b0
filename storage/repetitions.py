"""What clients' own names for requests stand for already."""

from storage.admission import EARLIER, Admission, Idempotency, again
from storage.database import Database
from storage.models import Quota


class Repetitions:
    """Requests that have been admitted before: whatever has changed since, their answer has not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, client: str | None, idempotency: Idempotency, *, quota: Quota) -> Admission | None:
        """What the client was answered under that name; None: it has not used it yet."""
        earlier = await self._database.fetch_one(EARLIER, (client, idempotency.key))
        return again(earlier, idempotency, quota) if earlier else None
