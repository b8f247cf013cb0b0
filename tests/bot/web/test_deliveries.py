"""What was sent to a client can be looked up, and sent once more."""

from bot.notifiers.webhook import gone_note
from tests.bot.web.conftest import OTHER_TOKEN, House

HOOK = "https://hooks.example.org/cutdown"


async def test_the_log_shows_what_goes_to_a_client_and_to_nobody_else(house: House) -> None:
    export_id = await house.completed(await house.scene(), notify=HOOK)
    (shown,) = (await house.get("/v1/deliveries")).json["deliveries"]
    assert (shown["type"], shown["url"], shown["status"]) == ("export.completed", HOOK, "due")
    assert shown["export_id"] == export_id
    assert (await house.get("/v1/deliveries?export_id=exp_none")).json["deliveries"] == []
    others = await house.get("/v1/deliveries", headers=house.bearer(OTHER_TOKEN))
    assert others.json["deliveries"] == []


async def test_acceptance_is_told_to_those_who_ask_for_it(house: House) -> None:
    events = ["export.accepted", "export.completed"]
    await house.completed(await house.scene(), notify=HOOK, notify_events=events)
    shown = (await house.get("/v1/deliveries")).json["deliveries"]
    assert [one["type"] for one in shown] == ["export.completed", "export.accepted"]


async def test_what_was_not_asked_for_is_not_told(house: House) -> None:
    await house.completed(await house.scene(), notify=HOOK, notify_events=["export.failed"])
    assert (await house.get("/v1/deliveries")).json["deliveries"] == []


async def test_given_up_news_is_due_again_when_asked_for(house: House) -> None:
    await house.completed(await house.scene(), notify=HOOK)
    (shown,) = (await house.get("/v1/deliveries")).json["deliveries"]
    await house.services.deliveries.abandon(shown["id"], error="the endpoint answered 410: it is gone")
    note = gone_note({"client": "tool", "url": HOOK})
    await house.services.notes.put(note, "then")
    house.clock.advance(hours=1)
    again = await house.post(f"/v1/deliveries/{shown['id']}/resend")
    assert (again.status, again.json["status"]) == (202, "due")
    assert again.json["next_attempt_at"] == "2026-03-01T13:00:00Z"
    assert await house.services.notes.get(note) is None


async def test_the_news_of_others_cannot_be_sent_again(house: House) -> None:
    await house.completed(await house.scene(), notify=HOOK)
    (shown,) = (await house.get("/v1/deliveries")).json["deliveries"]
    answer = await house.post(f"/v1/deliveries/{shown['id']}/resend", headers=house.bearer(OTHER_TOKEN))
    assert answer.status == 404
