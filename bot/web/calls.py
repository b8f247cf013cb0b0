"""One call of a route: who calls, in whose name, with what body."""

from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel

from bot.config import ClientSettings
from bot.services import Services
from bot.web.incoming import Upload
from bot.web.problems import Problem

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a handler is given. Everything in it has been authenticated."""

    services: Services
    request: web.Request
    client: ClientSettings
    raw: bytes
    upload: Upload | None
    signed_id: str | None

    def body(self, model: type[Model]) -> Model:
        """The JSON body, checked; one that must hold nothing need not be there.

        Raises:
            ValidationError: it is not what the model says.
        """
        return model.model_validate_json(self.raw or (b"{}" if may_be_left_out(model) else b"null"))

    def query(self, model: type[Model]) -> Model:
        """What stands behind the question mark, checked.

        Raises:
            ValidationError: it is not what the model says.
        """
        return model.model_validate(dict(self.request.query))

    def user(self, named: str | None) -> str:
        """The user in whose name the client acts: the one named, or itself.

        Raises:
            Problem: it may not act for that user.
        """
        user_id = named or self.client.name
        if not self.client.may_act_for(user_id):
            raise Problem(403, "forbidden", "This client may not act for that user.")
        return user_id

    def path(self, name: str) -> str:
        """A part of the address."""
        return self.request.match_info[name]

    def link(self, path: str) -> str:
        """An address of this service, as the outside knows it."""
        return f"{self.services.base_url}{path}"


def may_be_left_out(model: type[BaseModel]) -> bool:
    """Whether a body of that kind need not be sent, as there is nothing that it must hold."""
    return not any(field.is_required() for field in model.model_fields.values())
