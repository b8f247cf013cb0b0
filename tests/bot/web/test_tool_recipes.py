"""What docs/webhooks.md tells users of n8n, Zapier and Make to set is performed, field by field."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.bot.web.conftest import TOKEN, Answer, House
from tests.bot.web.test_recipes import PAPER, RECIPES

WORKFLOW = json.loads((Path(__file__).parents[3] / "docs/recipes/n8n.json").read_text(encoding="utf-8"))
SERVICE = "https://shorts.example.org"
#: What each tool puts in the place of its own words.
RUN = {"{{ $execution.id }}": "117", "{{zap_meta_human_now}}": "now", "{{executionId}}": "117"}


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
    scene = await house.scene()
    item: dict[str, Any] = {}
    for node in in_order(WORKFLOW):
        if node["type"] == "n8n-nodes-base.httpRequest":
            answer = await perform(node["parameters"], item, house, scene_id=scene.id)
            assert answer.status in (200, 202), answer.json
            item = answer.json
    assert item["status"] == "completed"
    assert (await house.ask("GET", item["download_url"])).raw == house.pool.content


async def test_the_workflow_holds_no_secret() -> None:
    assert all("credentials" not in node for node in WORKFLOW["nodes"])
    assert "Bearer" not in json.dumps(WORKFLOW)


def in_order(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes as their connections lead from the first."""
    nodes = {node["name"]: node for node in workflow["nodes"]}
    name, found = workflow["nodes"][0]["name"], []
    while True:
        found.append(nodes[name])
        if name not in workflow["connections"]:
            return found
        ((following,),) = workflow["connections"][name]["main"]
        name = following["node"]


async def perform(node: dict[str, Any], item: dict[str, Any], house: House, *, scene_id: str) -> Answer:
    """What n8n's HTTP Request node does with these parameters; the header credential is the token."""
    assert (node["authentication"], node["genericAuthType"]) == ("genericCredentialType", "httpHeaderAuth")
    headers = pairs(node, "sendHeaders", "headerParameters", item) | house.bearer()
    options: dict[str, Any] = {"params": pairs(node, "sendQuery", "queryParameters", item)}
    if node.get("sendBody"):
        assert (node["contentType"], node["specifyBody"]) == ("json", "json")
        body = json.loads(node["jsonBody"]) | {"scene_id": scene_id}
        options["json"] = body
    url = evaluated(node["url"], item).replace(SERVICE, house.services.base_url)
    return await house.ask(node["method"], url, headers=headers, **options)


def pairs(node: dict[str, Any], switch: str, name: str, item: dict[str, Any]) -> dict[str, str]:
    if not node.get(switch):
        return {}
    return {one["name"]: evaluated(one["value"], item) for one in node[name]["parameters"]}


def evaluated(text: str, item: dict[str, Any]) -> str:
    """An expression begins with `=`; these two are all that the workflow needs."""
    if not text.startswith("="):
        return text
    text = text[1:].replace("{{ $execution.id }}", "117")
    return re.sub(r"{{ \$json\.(\w+) }}", lambda found: str(item[found[1]]), text)
