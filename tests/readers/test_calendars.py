"""The calendars of built sites, read by icalendar; UBUGI_TEST_DIST names the folder of the built sites."""

import os
import re
import unittest
from datetime import date, datetime, timedelta
from pathlib import Path

from icalendar import Calendar

DIST = Path(os.environ["UBUGI_TEST_DIST"])
CALENDARS = sorted(DIST.glob("*/**/calendars/*.ics"))


class Calendars(unittest.TestCase):
    def test_there_are_calendars(self):
        self.assertGreater(len(CALENDARS), 5)
        self.assertTrue(any(b"BEGIN:VEVENT" in file.read_bytes() for file in CALENDARS))

    def test_texts_with_commas_are_what_they_were(self):
        english = [Calendar.from_ical(file.read_bytes()) for file in CALENDARS if file.parts[-3] == "en" and file.name == "services.ics"]
        self.assertTrue(english)
        for calendar in english:
            self.assertEqual(str(calendar["DESCRIPTION"]), "Hours for each day of the week, without public holidays and other days off, until the end of next year.")

    def test_they_are_read_without_a_fault_and_written_again(self):
        for file in CALENDARS:
            with self.subTest(file=str(file)):
                calendar = Calendar.from_ical(file.read_bytes())
                self.assertEqual(calendar["VERSION"], "2.0")
                self.assertNotIn("METHOD", calendar)
                # Of NAME (RFC 7986) and of what begins with X- the reader must be told that they are texts.
                told = Calendar.from_ical(re.sub(rb"^(NAME|X-WR-CALNAME|X-WR-CALDESC):", rb"\1;VALUE=TEXT:", file.read_bytes(), flags=re.MULTILINE))
                self.assertEqual(told["NAME"], told["X-WR-CALNAME"])
                self.assertEqual(told["X-WR-CALDESC"], calendar["DESCRIPTION"])
                self.assertNotIn("\\", told["NAME"] + told["X-WR-CALDESC"])
                self.assertEqual(calendar.errors, [])
                self.assertEqual([str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")], ["Asia/Tokyo"])
                again = Calendar.from_ical(calendar.to_ical())
                self.assertEqual(len(again.walk("VEVENT")), len(calendar.walk("VEVENT")))
                for event, other in zip(calendar.walk("VEVENT"), again.walk("VEVENT"), strict=True):
                    self.assertEqual(event.errors, [])
                    self.assertEqual(event["SUMMARY"], other["SUMMARY"])
                    self.assertRegex(str(event["SUMMARY"]), "見本|Sample")
                    start, end = event["DTSTART"].dt, event["DTEND"].dt
                    self.assertLess(start, end)
                    if isinstance(start, datetime):
                        self.assertEqual(start.utcoffset(), timedelta(hours=9))
                    else:
                        self.assertIsInstance(start, date)
                    if "RRULE" in event and "EXDATE" in event:
                        dates = event["EXDATE"] if isinstance(event["EXDATE"], list) else [event["EXDATE"]]
                        self.assertTrue(all(one.dt.timetz() == start.timetz() for several in dates for one in several.dts))


if __name__ == "__main__":
    unittest.main()
