// What ubugi writes above the two parts of a site's service worker.

/** Written by src/lookup/offline.rs for src/lookup/worker.js. */
declare const KEPT: {
  /** Changes when anything that is kept may have changed. */
  version: string;
  /** Path of the site's root. */
  root: string;
  /** Path below which files are named for their bytes. */
  assets: string;
  /** Beginnings of the addresses whose pages are kept once they were opened. */
  opened: string[];
  /** The addresses to keep, by language tag. */
  languages: Record<string, string[]>;
  /** The beginning of each language's addresses, and the page that stands in for others there. */
  offline: [beginning: string, page: string][];
};

/** Written by src/render/push.rs for src/render/push.js. */
declare const PUSH: {
  /** Path of the site's root. */
  root: string;
  /** The site's name. */
  name: string;
  /** Address of the icon beside a notice. */
  icon: string;
};
