// When a service is open: the theme's schedule.js, with moments given in universal time as a device gives them.
// Run: node --test tests/browser/
import assert from "node:assert/strict";
import { test } from "node:test";
import { addDays, isHoliday, japan, spansOn, statusAt, weekday } from "../../themes/base/static/schedule.js";

// Japan's public holidays around the dates used here; the list covers the years 2026 to 2028.
const HOLIDAYS = ["2026-01-01", "2026-11-03", "2026-11-23", "2027-01-01", "2027-01-11", "2027-11-23", "2028-11-23"];
const WEEKDAYS = [1, 2, 3, 4, 5];
const EVERY = [1, 2, 3, 4, 5, 6, 7];
const schedule = (over) => ({ always: false, hours: [], holidays: "closed", closed: [], from: null, to: null, ...over });
const evenings = schedule({ hours: [{ days: WEEKDAYS, from: 1080, to: 1320 }] });
const nights = schedule({ hours: [{ days: WEEKDAYS, from: 1200, to: 1560 }] });
const nightly = schedule({ hours: [{ days: EVERY, from: 1200, to: 1560 }], holidays: "open" });

/** A moment in milliseconds from Japan's date and time. */
const at = (text) => Date.parse(`${text.replace(" ", "T")}:00+09:00`);
const brief = (s, moment, holidays = HOLIDAYS) => {
  const status = statusAt(s, at(moment), holidays);
  const until = status.until && `+${status.until.days} ${status.until.minute}`;
  const next = status.next && `${status.next.iso} ${status.next.minute}${status.next.unsure ? " unsure" : ""}`;
  return [status.state, until ?? next ?? status.date].filter(Boolean).join(" ");
};

const cases = [
  // Ordinary weekday evenings. 2026-11-20 is a Friday, 11-23 (Monday) a holiday.
  ["a minute before opening", evenings, "2026-11-20 17:59", "closed 2026-11-20 1080"],
  ["at the minute of opening", evenings, "2026-11-20 18:00", "open +0 1320"],
  ["the last minute", evenings, "2026-11-20 21:59", "open +0 1320"],
  ["at the minute of closing", evenings, "2026-11-20 22:00", "closed 2026-11-24 1080"],
  ["a weekend before a holiday", evenings, "2026-11-22 12:00", "closed 2026-11-24 1080"],
  ["a holiday at the usual hour", evenings, "2026-11-23 19:00", "closed 2026-11-24 1080"],
  ["after a holiday", evenings, "2026-11-24 00:00", "closed 2026-11-24 1080"],
  ["two spans, between them", schedule({ hours: [{ days: [5], from: 540, to: 720 }, { days: [5], from: 780, to: 1020 }] }), "2026-11-20 12:30", "closed 2026-11-20 780"],
  ["spans written out of order", schedule({ hours: [{ days: [5], from: 780, to: 1020 }, { days: [5], from: 540, to: 720 }] }), "2026-11-20 08:00", "closed 2026-11-20 540"],
  ["spans that touch are one", schedule({ hours: [{ days: [5], from: 540, to: 720 }, { days: [5], from: 720, to: 1020 }] }), "2026-11-20 10:00", "open +0 1020"],

  // Past midnight.
  ["before midnight", nights, "2026-11-20 23:59", "open +1 120"],
  ["after midnight, from Friday", nights, "2026-11-21 00:00", "open +0 120"],
  ["the last minute of the night", nights, "2026-11-21 01:59", "open +0 120"],
  ["the night is over", nights, "2026-11-21 02:00", "closed 2026-11-24 1200"],
  ["no Sunday night into the holiday", nights, "2026-11-23 01:00", "closed 2026-11-24 1200"],
  ["a holiday's night does not open", nights, "2026-11-24 01:00", "closed 2026-11-24 1200"],
  ["open to the end of the day", schedule({ hours: [{ days: [5], from: 1080, to: 1440 }] }), "2026-11-20 23:00", "open +0 1440"],
  ["Sunday night into Monday morning", nightly, "2026-11-23 00:30", "open +0 120"],
  ["a night that ends in the new year", nightly, "2026-12-31 23:30", "open +1 120"],
  ["round the clock by hours", schedule({ hours: [{ days: EVERY, from: 0, to: 1440 }], holidays: "open" }), "2026-11-20 12:00", "open"],

  // Holidays.
  ["open on holidays", schedule({ ...evenings, holidays: "open" }), "2026-11-23 19:00", "open +0 1320"],
  ["only on holidays: on one", schedule({ hours: [{ days: EVERY, from: 540, to: 1020 }], holidays: "only" }), "2026-11-23 10:00", "open +0 1020"],
  ["only on holidays: on another day", schedule({ hours: [{ days: EVERY, from: 540, to: 1020 }], holidays: "only" }), "2026-11-20 10:00", "closed 2026-11-23 540"],

  // Where the calendar of holidays ends.
  ["the last year known", evenings, "2028-12-29 19:00", "open +0 1320"],
  ["beyond it, within hours", evenings, "2029-01-04 19:00", "unsure 2029-01-05 1080 unsure"],
  ["beyond it, outside hours", evenings, "2029-01-04 12:00", "closed 2029-01-04 1080 unsure"],
  ["beyond it, when holidays do not matter", nightly, "2029-01-04 21:00", "open +1 120"],
  ["before it", evenings, "2025-11-20 19:00", "unsure 2025-11-21 1080 unsure"],
  ["the next opening lies beyond", evenings, "2028-12-30 12:00", "closed 2029-01-01 1080 unsure"],
  ["no calendar at all", evenings, "2026-11-20 19:00", "unsure 2026-11-23 1080 unsure", []],

  // Days off.
  ["a day off", schedule({ ...evenings, closed: [["2026-11-20", "2026-11-24"]] }), "2026-11-20 19:00", "closed 2026-11-25 1080"],
  ["the night begun before a day off", schedule({ ...nights, closed: [["2026-11-21", "2026-11-24"]] }), "2026-11-21 01:00", "open +0 120"],
  ["a day off of what is always open", schedule({ always: true, closed: [["2026-12-29", "2027-01-03"]] }), "2026-12-30 12:00", "closed 2027-01-04 0"],

  // The period, in Japan's days.
  ["the day before it begins", schedule({ ...evenings, from: "2026-11-24" }), "2026-11-23 23:59", "before 2026-11-24"],
  ["its first minute", schedule({ ...evenings, from: "2026-11-24" }), "2026-11-24 00:00", "closed 2026-11-24 1080"],
  ["its last evening", schedule({ ...evenings, to: "2026-11-20" }), "2026-11-20 21:59", "open +0 1320"],
  ["its last day, closed for good", schedule({ ...evenings, to: "2026-11-20" }), "2026-11-20 22:00", "closed"],
  ["the minute after", schedule({ ...evenings, to: "2026-11-20" }), "2026-11-21 00:00", "after 2026-11-20"],
  ["the last night runs on", schedule({ ...nights, to: "2026-11-20" }), "2026-11-21 01:00", "open +0 120"],
  ["and ends", schedule({ ...nights, to: "2026-11-20" }), "2026-11-21 02:00", "after 2026-11-20"],
  ["no night before the first day", schedule({ ...nightly, from: "2026-11-20" }), "2026-11-20 01:00", "closed 2026-11-20 1200"],

  // Without hours.
  ["always", schedule({ always: true }), "2026-11-21 03:00", "always"],
  ["always, over", schedule({ always: true, to: "2023-03-31" }), "2026-11-21 03:00", "after 2023-03-31"],
  ["always, not begun", schedule({ always: true, from: "2027-04-01" }), "2026-11-21 03:00", "before 2027-04-01"],
  ["hours not told", schedule({}), "2026-11-21 03:00", "during"],
];

for (const [name, s, moment, expected, holidays] of cases) {
  test(`${moment} ${name}`, () => assert.equal(brief(s, moment, holidays), expected));
}

test("the viewer's time zone does not matter", () => {
  const before = process.env.TZ;
  try {
    for (const zone of ["UTC", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Kiritimati", "Europe/London"]) {
      process.env.TZ = zone;
      assert.equal(brief(evenings, "2026-11-20 18:00"), "open +0 1320", zone);
      assert.equal(brief(evenings, "2026-11-21 00:00"), "closed 2026-11-24 1080", zone);
      assert.deepEqual(japan(Date.parse("2026-03-08T10:00:00Z")), { iso: "2026-03-08", day: 7, minute: 1140 }, zone);
    }
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
});

test("Japan's date turns at 15:00 universal time", () => {
  assert.deepEqual(japan(Date.parse("2026-12-31T14:59:59Z")), { iso: "2026-12-31", day: 4, minute: 1439 });
  assert.deepEqual(japan(Date.parse("2026-12-31T15:00:00Z")), { iso: "2027-01-01", day: 5, minute: 0 });
});

test("days and weekdays", () => {
  assert.equal(addDays("2028-02-28", 1), "2028-02-29");
  assert.equal(addDays("2027-01-01", -1), "2026-12-31");
  assert.equal(weekday("2026-11-22"), 7);
});

test("a holiday is known only within the listed years", () => {
  assert.equal(isHoliday("2026-11-23", HOLIDAYS), true);
  assert.equal(isHoliday("2028-12-31", HOLIDAYS), false);
  assert.equal(isHoliday("2029-01-01", HOLIDAYS), null);
  assert.equal(isHoliday("2025-12-31", HOLIDAYS), null);
});

test("spans of a day", () => {
  assert.deepEqual(spansOn(evenings, "2026-11-20", HOLIDAYS), [{ from: 1080, to: 1320, unsure: false }]);
  assert.deepEqual(spansOn(evenings, "2026-11-23", HOLIDAYS), []);
});
