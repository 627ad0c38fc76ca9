"""The feeds of built sites, read by feedparser: python3 -m unittest discover tests/readers

UBUGI_TEST_DIST names the folder of the built sites.
"""

import json
import os
import re
import unittest
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import feedparser

DIST = Path(os.environ["UBUGI_TEST_DIST"])


def feeds(ending):
    return sorted(file for file in DIST.glob(f"*/**/feeds/**/*.{ending}"))


def moment(parsed):
    return datetime(*parsed[:6])


class Feeds(unittest.TestCase):
    def test_there_are_feeds(self):
        self.assertGreater(len(feeds("rss")), 100)
        self.assertEqual(len(feeds("rss")), len(feeds("atom")))
        self.assertEqual(len(feeds("rss")), len(feeds("json")))

    def test_a_reader_finds_the_same_in_every_format(self):
        entries = 0
        for file in feeds("rss"):
            data = json.loads(file.with_suffix(".json").read_text("utf-8"))
            self.assertEqual(data["version"], "https://jsonfeed.org/version/1.1")
            for ending, version in [("rss", "rss20"), ("atom", "atom10")]:
                with self.subTest(file=str(file), ending=ending):
                    read = feedparser.parse(file.with_suffix(f".{ending}").read_bytes(), sanitize_html=False, resolve_relative_uris=False)
                    self.assertFalse(read.bozo, read.get("bozo_exception"))
                    self.assertEqual(read.version, version)
                    self.assertEqual(read.feed.title, data["title"])
                    self.assertEqual(read.feed.language, data["language"])
                    self.assertEqual([link.href for link in read.feed.links if link.rel == "self"], [re.sub("json$", ending, data["feed_url"])])
                    self.assertEqual([entry.id for entry in read.entries], [item["id"] for item in data["items"]])
                    self.assertEqual([entry.link for entry in read.entries], [item["url"] for item in data["items"]])
                    for entry, item in zip(read.entries, data["items"], strict=True):
                        entries += 1
                        self.assertEqual(entry.title, item["title"])
                        self.assertEqual(entry.summary, item["content_html"])
                        if ending == "rss":
                            self.assertFalse(entry.guidislink)
                        published, modified = (datetime.fromisoformat(item[key]) for key in ("date_published", "date_modified"))
                        self.assertEqual(moment(entry.published_parsed), datetime(*published.utctimetuple()[:6]))
                        if "updated_parsed" in entry:
                            self.assertEqual(moment(entry.updated_parsed), datetime(*modified.utctimetuple()[:6]))
                        self.assertEqual([tag.get("label") or tag.term for tag in entry.get("tags", [])], item["tags"])
        self.assertGreater(entries, 1000)

    def test_every_feed_and_entry_has_one_id(self):
        """In a site the same address always has the same id, and no other address has it but that of a former text."""
        for site in sorted(DIST.iterdir()):
            titles, names = {}, set()
            for file in site.glob("**/feeds/**/*.json"):
                for item in json.loads(file.read_text("utf-8"))["items"]:
                    self.assertEqual(titles.setdefault(item["id"], (item["url"], item["title"])), (item["url"], item["title"]), file)
            for file in site.glob("**/feeds/**/*.atom"):
                own = ElementTree.parse(file).getroot().findtext("{http://www.w3.org/2005/Atom}id")
                self.assertNotIn(own, names, file)
                names.add(own)

    def test_the_list_names_every_feed(self):
        for file in feeds("opml"):
            with self.subTest(file=str(file)):
                root = ElementTree.parse(file).getroot()
                self.assertEqual((root.tag, root.get("version")), ("opml", "2.0"))
                listed = {outline.get("xmlUrl") for outline in root.iter("outline") if outline.get("type") == "rss"}
                there = {json.loads(other.read_text("utf-8"))["feed_url"].replace(".json", ".rss") for other in file.parent.glob("**/*.json")}
                self.assertEqual(listed, there)

    def test_samples_say_that_they_are(self):
        for file in feeds("json"):
            data = json.loads(file.read_text("utf-8"))
            self.assertRegex(data["title"], r"見本|Sample", file)
            for item in data["items"]:
                self.assertRegex(item["content_html"], r"見本|[Ss]ample", f"{file} {item['title']}")


if __name__ == "__main__":
    unittest.main()
