"""The alert rules are rules to Prometheus itself, and fire when they should: promtool says so."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

RULES = Path(__file__).parents[3] / "docs/monitoring/alerts.yml"
PROMTOOL = shutil.which("promtool")

pytestmark = pytest.mark.skipif(
    PROMTOOL is None, reason="no promtool here: `apt-get install prometheus` brings it"
)


def test_prometheus_reads_every_rule() -> None:
    promtool("check", "rules", str(RULES))


@pytest.mark.parametrize(
    ("alert", "at", "series"),
    [
        pytest.param("CutdownDown", "3m", {'up{job="cutdown"}': "0x10"}, id="down"),
        pytest.param(
            "CutdownQueueStands",
            "40m",
            {'cutdown_exports{status="pending"}': "3x60", "cutdown_export_render_seconds_count": "7x60"},
            id="queue-stands",
        ),
        pytest.param("CutdownQueueLong", "40m", {'cutdown_exports{status="pending"}': "51x60"}, id="long"),
        pytest.param(
            "CutdownRendersFail", "60m", {'cutdown_export_failures{reason="x"}': "0+1x60"}, id="renders-fail"
        ),
        pytest.param(
            "CutdownConnectionsRefused",
            "30m",
            {"cutdown_http_connections_refused_total": "0+5x60"},
            id="connections-refused",
        ),
    ],
)
def test_a_rule_fires_in_its_case_and_not_on_an_idle_service(
    tmp_path: Path, alert: str, at: str, series: dict[str, str]
) -> None:
    idle = {
        'up{job="cutdown"}': "1x60",
        'cutdown_exports{status="pending"}': "0x60",
        "cutdown_export_render_seconds_count": "7x60",
        'cutdown_export_failures{reason="x"}': "2x60",
        "cutdown_http_connections_refused_total": "7x60",
    }
    promtool("test", "rules", str(case(tmp_path / "fires.yml", alert, at, series, fires=True)))
    promtool("test", "rules", str(case(tmp_path / "idle.yml", alert, at, idle, fires=False)))


def case(path: Path, alert: str, at: str, series: dict[str, str], *, fires: bool) -> Path:
    (rule,) = [
        rule for rule in yaml.safe_load(RULES.read_text())["groups"][0]["rules"] if rule["alert"] == alert
    ]
    labels = {"job": "cutdown", "status": "pending"}
    shown = {
        name: value for name, value in labels.items() if any(f'{name}="{value}"' in key for key in series)
    }
    if rule["expr"].startswith("sum("):
        shown = {}
    expected: list[dict[str, Any]] = [
        {"exp_labels": rule["labels"] | shown, "exp_annotations": rule["annotations"]}
    ]
    written = {
        "rule_files": [str(RULES)],
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "alert_rule_test": [
                    {"eval_time": at, "alertname": alert, "exp_alerts": expected if fires else []}
                ],
            }
        ],
    }
    path.write_text(yaml.safe_dump(written))
    return path


def promtool(*arguments: str) -> None:
    assert PROMTOOL is not None
    done = subprocess.run([PROMTOOL, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
