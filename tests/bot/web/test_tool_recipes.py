"""What docs/webhooks.md tells users of n8n, Zapier and Make to set is performed, field by field."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from processing.errors import RenderFailed
from tests.bot.web.conftest import TOKEN, Answer, House
from tests.bot.web.test_recipes import PAPER, RECIPES

WORKFLOW = json.loads((Path(__file__).parents[3] / "docs/recipes/n8n.json").read_text(encoding="utf-8"))
SERVICE = "https://shorts.example.org"


def settings_of(tool: str) -> dict[str, str]:
    """The table's column of one tool: field -> what is set."""
    rows = re.findall(r"^\| (.+) \|$", PAPER[PAPER.index("### n8n, Zapier, Make") :], re.MULTILINE)[:8]
    head, *fields = ([cell.strip() for cell in row.split(" | ")] for row in rows if not row.startswith("---"))
    (column,) = [number for number, cell in enumerate(head) if cell.startswith(tool)]
    return {row[0]: row[column] for row in fields}


@pytest.mark.parametrize("tool", ["n8n", "Zapier", "Make"])
async def test_the_settings_of_the_table_make_a_short_once(house: House, tool: str) -> None:
    said = settings_of(tool)
    headers = dict(re.findall(r"`([\w-]+): ([^`]+)`", said["headers"]))
    assert set(headers) == {"Authorization", "Idempotency-Key", "Content-Type"}
    headers |= {"Authorization": headers["Authorization"].replace("…", TOKEN)}
    body = json.loads(RECIPES["body"]) | {"scene_id": (await house.scene()).id}
    path = said["address"].strip("`").removeprefix(SERVICE)
    answers = [
        await house.ask(said["method"], path, data=json.dumps(body), headers=headers) for _ in range(2)
    ]
    assert [answer.status for answer in answers] == [202, 202], answers[0].json
    assert answers[0].json == answers[1].json


async def test_the_workflow_for_n8n_goes_from_a_scene_to_its_link(house: House) -> None:
    items = await performed(house)
    assert list(items)[-1] == "How it stands"
    assert items["How it stands"]["status"] == "completed"
    link = items["How it stands"]["download_url"]
    assert (await house.ask("GET", link)).raw == house.pool.content


async def test_the_workflow_asks_again_while_the_short_is_being_made(house: House) -> None:
    house.pool.gate.clear()
    asked: list[str] = []

    def on_answer(item: dict[str, Any]) -> None:
        asked.append(item["status"])
        if asked.count("processing") == 2:
            house.pool.gate.set()

    items = await performed(house, on_answer=on_answer, wait="1")
    assert asked.count("processing") >= 2
    assert items["How it stands"]["status"] == "completed"


def test_each_item_that_goes_through_the_workflow_is_a_request_of_its_own() -> None:
    (asking,) = (node for node in WORKFLOW["nodes"] if node["name"] == "Ask for a short")
    headers = [
        pairs(asking["parameters"], "sendHeaders", "headerParameters", Facts({}, {}, number))
        for number in (0, 1)
    ]
    assert headers[0]["Idempotency-Key"] != headers[1]["Idempotency-Key"]
    assert asking["parameters"]["headerParameters"]["parameters"][0]["value"].removeprefix("=") in PAPER


async def test_the_workflow_says_why_there_is_no_short(house: House) -> None:
    house.pool.error = RenderFailed("The video could not be processed.")
    items = await performed(house)
    assert items["Say why"] == {"errorMessage": "The video could not be processed."}


def test_the_workflow_has_the_id_without_which_n8n_refuses_it_on_its_command_line() -> None:
    assert re.fullmatch(r"\w{16}", WORKFLOW["id"])


async def test_the_workflow_holds_no_secret() -> None:
    assert all("credentials" not in node for node in WORKFLOW["nodes"])
    assert "Bearer" not in json.dumps(WORKFLOW)


async def performed(
    house: House, *, on_answer: Callable[[dict[str, Any]], None] = lambda item: None, wait: str = "60"
) -> dict[str, Any]:
    """What each node put out at last, in the order in which they ended; the way is as n8n goes it."""
    nodes = {node["name"]: node for node in WORKFLOW["nodes"]}
    scene, name, item, items = await house.scene(), WORKFLOW["nodes"][0]["name"], {}, {}
    while True:
        node, output = nodes[name]["parameters"], 0
        match nodes[name]["type"].removeprefix("n8n-nodes-base."):
            case "httpRequest":
                answer = await perform(node, Facts(item, items), house, scene_id=scene.id, wait=wait)
                assert answer.status in (200, 202), answer.json
                item = answer.json
                on_answer(item)
            case "switch":
                output = output_of(node, Facts(item, items))
            case "stopAndError":
                item = {"errorMessage": evaluated(node["errorMessage"], Facts(item, items))}
        items.pop(name, None)
        items[name] = item
        ways = WORKFLOW["connections"].get(name, {"main": []})["main"]
        if output >= len(ways) or not ways[output]:
            return items
        (name,) = (way["node"] for way in ways[output])


class Facts(NamedTuple):
    """What an expression may speak of: the item at hand, and what other nodes put out."""

    item: dict[str, Any]
    of_nodes: dict[str, Any]
    number: int = 0


async def perform(node: dict[str, Any], facts: Facts, house: House, *, scene_id: str, wait: str) -> Answer:
    """What n8n's HTTP Request node does with these parameters; the header credential is the token."""
    assert (node["authentication"], node["genericAuthType"]) == ("genericCredentialType", "httpHeaderAuth")
    headers = pairs(node, "sendHeaders", "headerParameters", facts) | house.bearer()
    params = pairs(node, "sendQuery", "queryParameters", facts)
    options: dict[str, Any] = {"params": params | ({"wait": wait} if "wait" in params else {})}
    if node.get("sendBody"):
        assert (node["contentType"], node["specifyBody"]) == ("json", "json")
        options["json"] = json.loads(node["jsonBody"]) | {"scene_id": scene_id}
    url = evaluated(node["url"], facts).replace(SERVICE, house.services.base_url)
    return await house.ask(node["method"], url, headers=headers, **options)


def output_of(node: dict[str, Any], facts: Facts) -> int:
    """Which way n8n's Switch node goes: that of the first rule that holds, or the extra one behind them."""
    rules = node["rules"]["values"]
    for number, rule in enumerate(rules):
        conditions = rule["conditions"]["conditions"]
        assert {condition["operator"]["operation"] for condition in conditions} == {"equals"}
        holds = [evaluated(each["leftValue"], facts) == each["rightValue"] for each in conditions]
        if {"and": all, "or": any}[rule["conditions"]["combinator"]](holds):
            return number
    assert node["options"]["fallbackOutput"] == "extra"
    return len(rules)


def pairs(node: dict[str, Any], switch: str, name: str, facts: Facts) -> dict[str, str]:
    if not node.get(switch):
        return {}
    return {one["name"]: evaluated(one["value"], facts) for one in node[name]["parameters"]}


def evaluated(text: str, facts: Facts) -> str:
    """An expression begins with `=`; these are all that the workflow needs."""
    if not text.startswith("="):
        return text
    text = text[1:].replace("{{ $workflow.id }}", "Wf1").replace("{{ $execution.id }}", "117")
    text = text.replace("{{ $itemIndex }}", str(facts.number))
    text = re.sub(
        r"{{ \$\('([^']+)'\)\.item\.json\.(\w+) }}",
        lambda found: str(facts.of_nodes[found[1]][found[2]]),
        text,
    )
    return re.sub(
        r"{{ \$json\.(\w+)(?: \?\? \$json\.(\w+))? }}",
        lambda found: str(next(facts.item[key] for key in found.groups() if facts.item.get(key) is not None)),
        text,
    )
