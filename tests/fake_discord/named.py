"""The names of the routes that tests refuse, hold or count: as they are in Discord's OpenAPI document."""

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
TOKEN_EDIT = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
BOT_EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
SEND = "POST /channels/{channel_id}/messages"
OPEN_DM = "POST /users/@me/channels"
SYNC = "PUT /applications/{application_id}/commands"
