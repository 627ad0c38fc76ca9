"""An office that sends: a project in a temporary folder with a ledger beside it, driven through the command.

UBUGI names the program.
"""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

UBUGI = Path(os.environ.get("UBUGI", "ubugi")).resolve()
DATE = "2026-11-21"


class Office:
    def __init__(self, channels, articles):
        """Makes the project; `channels` is YAML in a line, `articles` are titles with what else stands in their front matter."""
        self._folder = tempfile.TemporaryDirectory(prefix="ubugi-office-")
        self.folder = Path(self._folder.name)
        self.ubugi("new", str(self.folder / "project"))
        town = self.folder / "project/municipalities/132128-hino"
        settings = town / "municipality.yaml"
        text = re.sub(r"^demo: true\n", "", settings.read_text("utf-8"), flags=re.M)
        settings.write_text(text + f"\nnotify:\n  prefix: 【日野市】\n  segments: [{{id: all}}, {{id: babies, stages: [infant]}}]\n  channels:\n{channels}", "utf-8")
        (town / "articles/notice.md").unlink()
        for name, (title, more) in articles.items():
            lines = ["---", f"title: {title}", "description: 会場と時間、持ち物をまとめました。", "stages: [infant]", f"topics: [{self.topic()}]", "published: 2026-11-20", "supervision: none", *more, "---", "本文。", ""]
            (town / f"articles/{name}.md").write_text("\n".join(lines), "utf-8")
        self.secrets = {}
        self.notify("seed", "--date", DATE, "--until", "2026-11-19")
        self.outbox = self.plan()

    def close(self):
        self._folder.cleanup()

    def topic(self):
        return re.search(r"id: ([a-z0-9-]+)", (self.folder / "project/content/topics.yaml").read_text("utf-8"))[1]

    def ubugi(self, *arguments, fine=(0,)):
        environment = {"PATH": os.environ["PATH"], "NO_COLOR": "1", "UBUGI_CLOCK_FOR_TESTS": f"{DATE}T10:00"}
        done = subprocess.run([UBUGI, "--lang", "en", *arguments], capture_output=True, text=True, encoding="utf-8", env=environment, timeout=120)
        assert done.returncode in fine, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def notify(self, step, *arguments, **more):
        return self.ubugi("notify", step, "--project", str(self.folder / "project"), "--ledger", str(self.folder / "ledger.jsonl"), *arguments, **more)

    def plan(self):
        self.notify("plan", "--date", DATE, "--out", str(self.folder / "outbox.json"))
        return json.loads((self.folder / "outbox.json").read_text("utf-8"))

    def recipients(self, channel, lines):
        """Writes the list of a channel's recipients outside the project."""
        path = self.folder / f"{channel}.jsonl"
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
        self.secrets[f"UBUGI_132128_{channel.upper()}_SUBSCRIBERS"] = path

    def send(self, *arguments, **more):
        keys = self.folder / "keys"
        keys.write_text("".join(f"{name}={value}\n" for name, value in self.secrets.items()), "utf-8")
        return self.notify("send", "--outbox", str(self.folder / "outbox.json"), "--secrets", str(keys), "--wait", "0", *arguments, **more)
