"""REST routes by which the bot answers an interaction: the callback, then the token's webhook."""

import time

from tests.fake_discord import posting
from tests.fake_discord.calls import NOTHING, Call, Reply
from tests.fake_discord.errors import ApiError
from tests.fake_discord.interactions import Answer, Callback, Interaction, InteractionKind, Json
from tests.fake_discord.messages import EPHEMERAL, LOADING, Message
from tests.fake_discord.rest import Handler
from tests.fake_discord.world import World

ALLOWED = {
    InteractionKind.COMMAND: {Callback.MESSAGE, Callback.DEFERRED_MESSAGE, Callback.MODAL},
    InteractionKind.AUTOCOMPLETE: {Callback.CHOICES},
    InteractionKind.COMPONENT: set(Callback) - {Callback.CHOICES},
    InteractionKind.MODAL: set(Callback) - {Callback.CHOICES, Callback.MODAL},
}


class InteractionRoutes:
    """Knows the interactions by token, as Discord's webhook addresses do."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.interactions: dict[str, Interaction] = {}

    def table(self) -> dict[str, Handler]:
        webhook = "/webhooks/{webhook_id}/{webhook_token}"
        original, followup = f"{webhook}/messages/@original", f"{webhook}/messages/{{message_id}}"
        return {
            "POST /interactions/{interaction_id}/{interaction_token}/callback": self.callback,
            f"POST {webhook}": self.follow_up,
            f"GET {original}": lambda call: Reply(self._message(call).state),
            f"PATCH {original}": self.edit,
            f"DELETE {original}": self.delete,
            f"GET {followup}": lambda call: Reply(self._message(call).state),
            f"PATCH {followup}": self.edit,
            f"DELETE {followup}": self.delete,
        }

    def callback(self, call: Call) -> Reply:
        interaction = self.interactions.get(call.params["interaction_token"])
        if interaction is None or interaction.id != call.params["interaction_id"] or interaction.dead:
            raise ApiError(10062)
        if interaction.answer is not None:
            raise ApiError(40060)
        kind, data = Callback(call.body["type"]), call.body.get("data") or {}
        if kind not in ALLOWED[interaction.kind]:
            raise ApiError(50035, f"{interaction.kind.name} cannot be answered with {kind.name}")
        if kind in (Callback.UPDATE, Callback.DEFERRED_UPDATE) and interaction.source is None:
            raise ApiError(50035, "there is no message to update")
        self._apply(interaction, kind, call, data)
        interaction.answer = Answer(type=kind, data=data, after_s=time.monotonic() - interaction.sent_at)
        if call.query.get("with_response", "").lower() not in ("1", "true"):
            return NOTHING
        return Reply(_callback_json(interaction, kind))

    def follow_up(self, call: Call) -> Reply:
        interaction = self._interaction(call)
        if interaction.answer is None:
            raise ApiError(10015)
        original = interaction.original
        if original is not None and original.loading and not original.deleted:
            message = original
            posting.edit(self._world, message, call.body, call.files, by="interaction")
        else:
            message = self._create(interaction, call, call.body)
            interaction.followups.append(message)
        return Reply(message.state)

    def edit(self, call: Call) -> Reply:
        message = self._message(call)
        return Reply(posting.edit(self._world, message, call.body, call.files, by="interaction").state)

    def delete(self, call: Call) -> Reply:
        self._message(call).deleted = True
        return NOTHING

    def _apply(self, interaction: Interaction, kind: Callback, call: Call, data: Json) -> None:
        if kind is Callback.MESSAGE:
            interaction.original = self._create(interaction, call, data)
        elif kind is Callback.DEFERRED_MESSAGE:
            flags = LOADING | (data.get("flags") or 0) & EPHEMERAL
            interaction.original = self._create(interaction, call, {"flags": flags})
        elif kind is Callback.DEFERRED_UPDATE:
            interaction.original = interaction.source
        elif kind is Callback.UPDATE and interaction.source is not None:
            interaction.original = posting.edit(
                self._world, interaction.source, data, call.files, by="interaction"
            )

    def _create(self, interaction: Interaction, call: Call, payload: Json) -> Message:
        extra: Json = {
            "type": 0,
            "flags": EPHEMERAL if interaction.forced_ephemeral else 0,
            "application_id": self._world.application_id,
            "webhook_id": self._world.application_id,
            "interaction_metadata": interaction.metadata(),
        }
        if interaction.kind is InteractionKind.COMMAND and interaction.original is None:
            extra["type"] = 20 if interaction.command_kind == 1 else 23
        world, channel = self._world, interaction.channel
        return posting.create(world, channel, payload, call.files, author=world.bot, extra=extra)

    def _interaction(self, call: Call) -> Interaction:
        interaction = self.interactions.get(call.params["webhook_token"])
        if interaction is None or call.params["webhook_id"] != self._world.application_id:
            raise ApiError(10015)
        interaction.require_alive()
        return interaction

    def _message(self, call: Call) -> Message:
        """`@original`, or any other message that this interaction's token has made."""
        interaction = self._interaction(call)
        wanted = call.params.get("message_id")
        if interaction.answer is None:
            raise ApiError(10015)
        candidates = [interaction.original, interaction.source, *interaction.followups]
        named = [one for one in candidates if one is not None and one.id == wanted]
        found = interaction.original if wanted is None else next(iter(named), None)
        if found is None or found.deleted:
            raise ApiError(10008)
        return found


def _callback_json(interaction: Interaction, kind: Callback) -> Json:
    about: Json = {"id": interaction.id, "type": int(interaction.kind), "channel_id": interaction.channel.id}
    if interaction.channel.guild is not None:
        about["guild_id"] = interaction.channel.guild.id
    message = interaction.original
    if message is None or kind in (Callback.CHOICES, Callback.MODAL):
        return {"interaction": about}
    about |= {"response_message_id": message.id, "response_message_ephemeral": message.ephemeral}
    about["response_message_loading"] = message.loading
    if kind is Callback.DEFERRED_UPDATE:
        return {"interaction": about}
    shown = Callback.UPDATE if kind is Callback.UPDATE else Callback.MESSAGE  # also when it was deferred
    return {"interaction": about, "resource": {"type": int(shown), "message": message.state}}
