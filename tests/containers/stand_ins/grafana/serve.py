"""Not Grafana: it reads what Grafana would be provisioned with, and answers two of its pages.

It starts only if each data source answers, and every dashboard that a provider's folder holds can
be read. So what is proved with it is that the files are where they must be, and that Grafana would
reach Prometheus; not how a dashboard looks.
"""

import http.server
import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

import yaml

PROVISIONING = Path("/etc/grafana/provisioning")


def provisioned(kind: str, key: str) -> list[dict[str, Any]]:
    """All entries of one kind of provisioning file."""
    files = sorted((PROVISIONING / kind).glob("*.yml"))
    return [entry for file in files for entry in yaml.safe_load(file.read_text())[key]]


def dashboards() -> list[dict[str, str]]:
    """Every dashboard of every provider."""
    return [
        {"type": "dash-db", "uid": dashboard["uid"], "title": dashboard["title"]}
        for provider in provisioned("dashboards", "providers")
        for file in sorted(Path(provider["options"]["path"]).rglob("*.json"))
        for dashboard in [json.loads(file.read_text())]
    ]


def main() -> None:
    """Check, then answer on Grafana's port."""
    for source in provisioned("datasources", "datasources"):
        with urllib.request.urlopen(f"{source['url']}/-/ready", timeout=5) as answer:
            assert answer.status == 200, source
    pages = {"/api/health": {"database": "ok"}, "/api/search": dashboards()}

    class Pages(http.server.BaseHTTPRequestHandler):
        def answer(self, *, body: bool) -> None:
            page = self.path.partition("?")[0]
            self.send_response(200 if page in pages else 404)
            self.end_headers()
            if body:
                self.wfile.write(json.dumps(pages.get(page)).encode())

        def do_GET(self) -> None:
            self.answer(body=True)

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def log_message(self, *_: object) -> None:
            pass

    sys.stderr.write(f"{len(pages['/api/search'])} dashboards\n")
    http.server.ThreadingHTTPServer(("", 3000), Pages).serve_forever()


if __name__ == "__main__":
    main()
