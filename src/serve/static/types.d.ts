// What the server says to the preview's scripts. It is for the type checker only and never served.

/** What there is to know of a page: `About` of src/serve/about.rs. */
export interface About {
  view: { date: string | null; drafts: boolean | null; theme: string | null };
  date: string;
  today: string;
  drafts: boolean;
  theme: string;
  views: Views;
  code: string;
  address: string;
  source: Position | null;
  missing: Missing | null;
  towns: Way[];
  languages: Way[];
  supervision: Standing | null;
  links: Way[];
  lists: Way[];
}

/** The page's addresses in other views. `day` has `{date}` in the day's place. */
export interface Views {
  start: string;
  plain: string;
  today: string;
  month: string;
  day: string;
  with_drafts: string;
  without_drafts: string;
  own_theme: string;
  themes: [name: string, address: string][];
}

export interface Position {
  path: string;
  line: number;
  column: number;
  edit: string | null;
}

export interface Way {
  id: string;
  name: string;
  address: string | null;
  home?: string;
  source?: Position;
}

export interface Missing {
  why: "draft" | "waiting" | "over" | "town" | "language" | "policy" | "unknown";
  date: string | null;
  title: string | null;
}

export interface Standing {
  label: string;
  remarks: string[];
  signers: string[];
  condition: string;
  pending: boolean;
  on: string | null;
  next_review: string | null;
  days_left: number | null;
  images: string[];
  changes: Row[];
}

export interface Row {
  before: Line | null;
  after: Line | null;
  gap: boolean;
}

export interface Line {
  number: number;
  pieces: { text: string; changed: boolean }[];
}

export interface Fault {
  code: string;
  message: string;
  help: string | null;
  at: Position | null;
  text: string | null;
  mark: [before: number, length: number];
  related: [label: string, at: Position][];
}

export interface Faults {
  errors: Fault[];
  warnings: Fault[];
}

/** What the server says of pages that are shown: `Word` of src/serve/desk.rs. */
export type Word =
  | { what: "hello"; run: string }
  | { what: "reload"; pane: number }
  | { what: "style"; pane: number }
  | { what: "go"; pane: number; address: string }
  | ({ what: "faults" } & Faults)
  | { what: "restarted" };

/** A page that a browser shows: `Asked` of src/serve/desk.rs. */
export interface Shown {
  page: string;
  seal: string;
  source: string;
  language: string;
}

export type PanelName = "towns" | "view" | "page" | "warnings";

/** How a page is framed: null for the window's own width, and with script. */
export interface Framed {
  width: number | null;
  script: "off" | null;
}

/** A page with frames, as the bar needs it. */
export interface Shell {
  /** The framed page's look, where there is one frame. */
  choice?: Framed;
  /** The path of the page that the bar speaks of. */
  page(): string;
  /** The pages that the frames show. */
  panes(): Shown[];
  /** The document in a pane. */
  documentIn(pane: number): Document | null | undefined;
  /** Shows the newest version of a pane's page, or the page at another address. */
  renew(pane: number, address: string | null): void;
}

/** What the bar and its panels are drawn from. */
export interface State {
  about: About | null;
  faults: Faults;
  opened: PanelName | null;
}

/** Turns an address into the one that keeps the page in its frame. */
export type Href = (address: string) => string;

/** The preview's words in one language. */
export interface Words {
  bar: string;
  home: string;
  towns: string;
  view: string;
  page: string;
  warnings(count: number): string;
  errors(count: number): string;
  edit: string;
  fold: string;
  unfold: string;
  between: string;
  close: string;
  language: string;
  none_here: string;
  to_home: string;
  here: string;
  date: string;
  show: string;
  today: string;
  month: string;
  drafts: string;
  with_drafts: string;
  without_drafts: string;
  theme: string;
  own_theme: string;
  width: string;
  full: string;
  phone: string;
  tablet: string;
  desk: string;
  script: string;
  script_on: string;
  script_off: string;
  side: string;
  plain: string;
  supervision: string;
  signed(names: string, on: string): string;
  until(date: string): string;
  overdue(days: number): string;
  left(days: number): string;
  edited: string;
  diff: string;
  approved_text: string;
  working_text: string;
  images(list: string): string;
  same: string;
  uses: string;
  shown_in(count: number, all: number): string;
  links: string;
  no_links: string;
  lists: string;
  source: string;
  missing: Record<Missing["why"], (title: string, date: string) => string>;
  see_draft: string;
  see_day(date: string): string;
  mend: string;
  fault_title(count: number): string;
  fault_note: string;
  no_warnings: string;
  frame(width: number): string;
  frame_full: string;
  together: string;
  choose: string;
  pane(name: string): string;
  leave: string;
  lost: string;
}
