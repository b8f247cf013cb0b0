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


#: Of each rule: when it is looked, what was read each minute until then (`_`: nothing was), and its labels.
FIRES: dict[str, tuple[str, str, dict[str, str], dict[str, str]]] = {
    "down": ("CutdownDown", "3m", {'up{job="cutdown"}': "0x10"}, {"job": "cutdown"}),
    "queue-stands": (
        "CutdownQueueStands",
        "40m",
        {'cutdown_exports{status="pending"}': "3x60", "cutdown_export_render_seconds_count": "7x60"},
        {"status": "pending"},
    ),
    "queue-stands-since-the-start": (
        "CutdownQueueStands",
        "40m",
        {
            'cutdown_exports{status="pending"}': "3x7 _x2 3x50",
            "cutdown_export_render_seconds_count": "7x7 _x2 0x50",
        },
        {"status": "pending"},
    ),
    "queue-long": (
        "CutdownQueueLong",
        "40m",
        {'cutdown_exports{status="pending"}': "51x60"},
        {"status": "pending"},
    ),
    "renders-fail": (
        "CutdownRendersFail",
        "60m",
        {'cutdown_exports_failed_total{reason="x"}': "0+1x60"},
        {},
    ),
    "renders-fail-for-many-reasons": (
        "CutdownRendersFail",
        "30m",
        {f'cutdown_exports_failed_total{{reason="{reason}"}}': "0x20 1x40" for reason in "abcdef"},
        {},
    ),
    "renders-fail-before-and-after-a-restart": (
        "CutdownRendersFail",
        "40m",
        {'cutdown_exports_failed_total{reason="x"}': "9x5 12x5 _x2 0x5 3x50"},
        {},
    ),
    "first-news-lost": (
        "CutdownNewsLost",
        "30m",
        {'cutdown_news_lost_total{kind="webhook"}': "0x20 1x40"},
        {"kind": "webhook"},
    ),
    "first-news-lost-after-a-restart": (
        "CutdownNewsLost",
        "40m",
        {'cutdown_news_lost_total{kind="webhook"}': "7x20 _x3 0x5 1x40"},
        {"kind": "webhook"},
    ),
    "no-backup": ("CutdownBackupOld", "50h", {"cutdown_backup_timestamp_seconds": "0x3100"}, {}),
    "connections-refused": (
        "CutdownConnectionsRefused",
        "30m",
        {"cutdown_http_connections_refused_total": "0+5x60"},
        {},
    ),
}


@pytest.mark.parametrize(("alert", "at", "series", "labels"), FIRES.values(), ids=FIRES)
def test_a_rule_fires_in_its_case_and_not_on_an_idle_service(
    tmp_path: Path, alert: str, at: str, series: dict[str, str], labels: dict[str, str]
) -> None:
    idle = {
        'up{job="cutdown"}': "1x60",
        'cutdown_exports{status="pending"}': "0x60",
        "cutdown_export_render_seconds_count": "7x60",
        'cutdown_exports_failed_total{reason="x"}': "2x60",
        'cutdown_news_lost_total{kind="webhook"}': "7x60",
        "cutdown_backup_timestamp_seconds": "86400x3100",
        "cutdown_http_connections_refused_total": "7x60",
    }
    promtool("test", "rules", str(case(tmp_path / "fires.yml", alert, at, series, fires=labels)))
    promtool("test", "rules", str(case(tmp_path / "idle.yml", alert, at, idle, fires=None)))


QUIET: dict[str, tuple[str, str, dict[str, str]]] = {
    "exports-wait-for-a-slow-fetch": (
        "CutdownQueueStands",
        "40m",
        {'cutdown_exports{status="fetching"}': "3x60", "cutdown_export_render_seconds_count": "7x60"},
    ),
    "five-failed": ("CutdownRendersFail", "60m", {'cutdown_exports_failed_total{reason="x"}': "0x20 5x60"}),
    "a-restart-after-failures": (
        "CutdownRendersFail",
        "40m",
        {'cutdown_exports_failed_total{reason="x"}': "20x20 _x2 0x40"},
    ),
    "a-restart-after-losses": (
        "CutdownNewsLost",
        "40m",
        {'cutdown_news_lost_total{kind="webhook"}': "7x20 _x2 0x40"},
    ),
    "news-was-overtaken": (
        "CutdownNewsLost",
        "40m",
        {
            'cutdown_deliveries{kind="webhook",status="abandoned"}': "0+1x60",
            'cutdown_news_lost_total{kind="webhook"}': "0x60",
        },
    ),
    "no-backups-are-wanted": ("CutdownBackupOld", "50h", {'up{job="cutdown"}': "1x3100"}),
    "no-backup-yet": (
        "CutdownBackupOld",
        "48h10m",
        {"cutdown_backup_timestamp_seconds": "_x2880 0x10 172800x90"},
    ),
}


@pytest.mark.parametrize(("alert", "at", "series"), QUIET.values(), ids=QUIET)
def test_a_rule_is_quiet_where_nothing_is_wrong(
    tmp_path: Path, alert: str, at: str, series: dict[str, str]
) -> None:
    promtool("test", "rules", str(case(tmp_path / "quiet.yml", alert, at, series, fires=None)))


def case(path: Path, alert: str, at: str, series: dict[str, str], *, fires: dict[str, str] | None) -> Path:
    """`fires` are the labels with which it does. None: it does not."""
    (rule,) = [
        rule for rule in yaml.safe_load(RULES.read_text())["groups"][0]["rules"] if rule["alert"] == alert
    ]
    expected: list[dict[str, Any]] = []
    if fires is not None:
        said = {
            name: text.replace("{{ $labels.kind }}", fires.get("kind", ""))
            for name, text in rule["annotations"].items()
        }
        expected = [{"exp_labels": rule["labels"] | fires, "exp_annotations": said}]
    written = {
        "rule_files": [str(RULES)],
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "alert_rule_test": [{"eval_time": at, "alertname": alert, "exp_alerts": expected}],
            }
        ],
    }
    path.write_text(yaml.safe_dump(written))
    return path


def promtool(*arguments: str) -> None:
    assert PROMTOOL is not None
    done = subprocess.run([PROMTOOL, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
