// The calendars of built sites, read by ical.js: opening days fall on the weekdays and hours of the service, never on a public holiday that it is closed on.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ICAL from "ical.js";
import { filesIn, fixture, repository } from "./sites.mjs";

const sites = [...repository(), ...fixture("kinds")];
const calendars = sites.flatMap((site) => filesIn(site.folder).filter((file) => file.endsWith(".ics")).map((file) => ({ site, file, text: readFileSync(join(site.folder, file), "utf8") })));
const read = (text) => new ICAL.Component(ICAL.parse(text));

test("there are calendars", () => assert.ok(calendars.length >= 6, `${calendars.length}`));

for (const { site, file, text } of calendars) {
  test(`${site.code}/${file}: read by ical.js`, () => {
    const calendar = read(text);
    assert.equal(calendar.getFirstPropertyValue("version"), "2.0");
    // Of NAME (RFC 7986) and of what begins with X- the reader does not know that they are texts.
    const said = (key) => ICAL.design.icalendar.value.text.fromICAL(calendar.getFirstPropertyValue(key));
    assert.match(said("name"), /^[^\\]*(見本|Sample)[^\\]*$/);
    assert.equal(said("x-wr-calname"), said("name"));
    assert.equal(said("x-wr-caldesc"), calendar.getFirstPropertyValue("description"));
    assert.equal(calendar.getFirstPropertyValue("method"), null);
    const zone = new ICAL.Timezone(calendar.getFirstSubcomponent("vtimezone"));
    assert.equal(zone.tzid, "Asia/Tokyo");
    assert.equal(zone.utcOffset(ICAL.Time.fromString("2026-08-01T12:00:00")), 9 * 3600);
    ICAL.TimezoneService.register(zone);
    const uids = new Set();
    for (const component of calendar.getAllSubcomponents("vevent")) {
      const event = new ICAL.Event(component);
      assert.ok(event.summary && event.uid && !uids.has(event.uid));
      uids.add(event.uid);
      assert.ok(event.endDate.compare(event.startDate) > 0, event.summary);
      assert.equal(component.getFirstPropertyValue("dtstamp").toString(), "2026-11-20T15:00:00Z");
    }
    for (const line of text.split("\r\n")) assert.ok(Buffer.byteLength(line) <= 75 && !/[\r\n]/.test(line), line);
  });
}

test("a service with weekday hours is closed on public holidays", () => {
  let days = 0;
  for (const { text } of calendars.filter(({ file }) => file === "calendars/services.ics")) {
    for (const component of read(text).getAllSubcomponents("vevent")) {
      const event = new ICAL.Event(component);
      if (!/BYDAY=MO,TU,WE,TH,FR;/.test(component.getFirstPropertyValue("rrule")?.toString() + ";") || !component.getFirstProperty("exdate")) continue;
      const open = new Set();
      for (let next, each = event.iterator(); (next = each.next()); ) open.add(next.toString().slice(0, 10));
      for (const closed of ["2026-11-03", "2026-11-23", "2027-01-01", "2027-03-22"]) assert.ok(!open.has(closed), closed);
      for (const day of open) assert.ok(![0, 6].includes(new Date(day).getUTCDay()), day);
      days += open.size;
    }
  }
  assert.ok(days > 200, `${days}`);
});

test("events have their days and hours, and a cancelled one says so", () => {
  const events = calendars.find(({ site, file }) => site.code === "011002" && file === "calendars/events.ics");
  const [held, week] = read(events.text).getAllSubcomponents("vevent").map((one) => new ICAL.Event(one)).sort((a, b) => b.startDate.compare(a.startDate));
  assert.equal(held.startDate.toJSDate().toISOString(), "2026-12-05T01:00:00.000Z");
  assert.equal(held.location, "見本センター 見本1-2-3");
  assert.ok(week.startDate.isDate && week.endDate.toString() === "2026-12-01");
  assert.equal(week.component.getFirstPropertyValue("status"), "CANCELLED");
  assert.match(week.summary, /中止/);
});
