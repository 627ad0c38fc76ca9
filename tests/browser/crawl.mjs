#!/usr/bin/env node
// Follows every address in every file of built sites, without a browser: what a page names exists in the same site, fragments exist,
// nothing is fetched from elsewhere, no site leads into another municipality's, every page can be reached from its home page.
//
// node tests/browser/crawl.mjs [DIST [PROJECT]]

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readPage } from "./page.mjs";
import { ROOT, addressOf, filesIn, sitesOf } from "./sites.mjs";

/** Addresses that an `a` may lead to outside of the site. */
const OUTSIDE = new Set(["https:", "http:", "mailto:", "tel:", "webcal:"]);

/** Checks all sites of one edition; returns `{pages, links, faults}`. */
export function crawl(sites) {
  const total = { pages: 0, links: 0, faults: [] };
  for (const site of sites) {
    const one = new Site(site, sites);
    one.check();
    total.pages += one.pages.size;
    total.links += one.links;
    total.faults.push(...one.faults);
  }
  return total;
}

const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&apos;", "'").replaceAll("&amp;", "&");

class Site {
  faults = [];
  links = 0;

  constructor(site, all) {
    this.site = site;
    this.others = all.filter((other) => other !== site);
    this.files = new Set(filesIn(site.folder));
    this.pages = new Map();
    for (const file of this.files) if (file.endsWith(".html")) this.pages.set(file, readPage(this.read(file)));
  }

  read(file) {
    return readFileSync(join(this.site.folder, file), "utf8");
  }

  fault(file, text) {
    this.faults.push(`${this.site.code}/${file}: ${text}`);
  }

  check() {
    for (const [file, page] of this.pages) this.checkPage(file, page);
    for (const file of this.files) {
      if (file.endsWith(".css")) this.checkStyles(file);
      if (file.endsWith(".js")) this.checkScript(file);
      if (file.endsWith(".svg")) this.checkImage(file);
    }
    for (const file of this.files) if (/(^|\/)feeds\/.*\.(rss|atom|json|opml)$/.test(file)) this.checkFeed(file);
    this.checkTitles();
    this.checkAlternates();
    this.checkManifest("manifest.webmanifest");
    this.checkWorker("sw.js");
    this.checkSitemap("sitemap.xml");
    this.checkRobots("robots.txt");
    this.checkHeaders("_headers");
    this.checkReached();
  }

  /** The file within this site that an address names, or a fault. `from` is the file in which the address stands. */
  resolve(from, address, what = address) {
    this.links++;
    let url;
    try {
      url = new URL(address, new URL(addressOf(from), this.site.base));
    } catch {
      this.fault(from, `${what}: not an address`);
      return null;
    }
    if (!this.isWithin(url)) {
      this.fault(from, `${what}: leads out of the site`);
      return null;
    }
    if (url.search) this.fault(from, `${what}: has a query`);
    const path = decodeURIComponent(url.pathname.slice(this.site.base.pathname.length));
    const file = path === "" || path.endsWith("/") ? `${path}index.html` : path;
    if (!this.files.has(file)) {
      this.fault(from, `${what}: does not exist`);
      return null;
    }
    const fragment = decodeURIComponent(url.hash.slice(1));
    if (fragment && this.pages.has(file) && !this.pages.get(file).ids.has(fragment)) this.fault(from, `${what}: the page has no #${fragment}`);
    return file;
  }

  isWithin(url) {
    return url.origin === this.site.base.origin && url.pathname.startsWith(this.site.base.pathname);
  }

  /** An address that must be written in full: canonical, alternates, Open Graph, site map. */
  resolveFull(from, address, what) {
    if (!/^https?:\/\//.test(address)) {
      this.fault(from, `${what} ${address}: not written in full`);
      return null;
    }
    return this.resolve(from, address, `${what} ${address}`);
  }

  checkPage(file, page) {
    for (const text of page.errors) this.fault(file, text);
    page.targets = new Set();
    for (const { element, address } of page.addresses) {
      const target = element === "a" ? this.follow(file, address) : this.resolve(file, address, `${element} ${address}`);
      if (target) page.targets.add(target);
    }
    for (const { what, address } of page.full) this.resolveFull(file, address, what);
    for (const address of page.data) if (this.isOurs(address)) this.resolveFull(file, address, "JSON-LD");
    for (const other of this.others) {
      if (page.source.includes(other.base.href.slice(0, -1)) && !this.site.base.href.startsWith(other.base.href)) this.fault(file, `names the address of ${other.code} (${other.base.href})`);
    }
    const tag = this.languageOf(file).tag;
    if (page.lang !== tag) this.fault(file, `html lang is ${page.lang}, not ${tag}`);
    if (!page.title.trim()) this.fault(file, "has no title");
    if (page.headings !== 1) this.fault(file, `has ${page.headings} h1`);
    if (page.isTombstone && !page.noindex) this.fault(file, "was withdrawn and may be found by search engines");
    if (!page.canonical && file !== "404.html") this.fault(file, "has no canonical address");
    if (page.canonical && !page.isRedirect && page.canonical !== new URL(encodeURI(addressOf(file)), this.site.base).href) this.fault(file, `its canonical address is ${page.canonical}`);
  }

  /** An address in `a`: anywhere on the web, but not into another municipality's site. */
  follow(file, address) {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (!url || this.isWithin(url)) return this.resolve(file, address);
    this.links++;
    if (!OUTSIDE.has(url.protocol)) this.fault(file, `${address}: this kind of address is not allowed`);
    const other = this.others.find(({ base }) => url.origin === base.origin && `${url.pathname}/`.startsWith(base.pathname));
    if (other) this.fault(file, `${address}: leads into the site of ${other.code}`);
    return null;
  }

  isOurs(address) {
    return [this.site, ...this.others].some(({ base }) => address.startsWith(base.origin));
  }

  languageOf(file) {
    return this.site.languages.find(({ path }) => path && file.startsWith(path)) ?? this.site.languages.find(({ path }) => !path);
  }

  checkStyles(file) {
    const text = this.read(file).replaceAll(/\/\*[^]*?\*\//g, "");
    for (const [, quoted, plain] of text.matchAll(/(?:url\(\s*|@import\s+)(?:["']([^"']*)["']|([^"')\s;]+))/g)) this.resolve(file, quoted ?? plain);
    if (/@font-face/i.test(text)) this.fault(file, "loads a font");
  }

  checkScript(file) {
    const text = this.read(file);
    for (const [, address] of text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew Worker\(\s*|\bregister\(\s*|\bfetch\(\s*)["']([^"']+)["']/g)) this.resolve(file, address);
    for (const [address] of text.matchAll(/\b(?:https?|wss?):\/\/[^\s"'`]+/g)) if (!address.startsWith("http://www.w3.org/")) this.fault(file, `names ${address}`);
    for (const [word] of text.matchAll(/\b(?:document\.cookie|localStorage|sessionStorage|indexedDB|eval\(|innerHTML|sendBeacon)/g)) this.fault(file, `uses ${word}`);
  }

  checkImage(file) {
    const text = this.read(file);
    for (const [, address] of text.matchAll(/\b(?:href|src)\s*=\s*["']([^"'#][^"']*)["']/g)) this.fault(file, `refers to ${address}`);
    if (/<script|\son\w+\s*=|<foreignObject/i.test(text)) this.fault(file, "has script");
  }

  checkTitles() {
    const seen = new Map();
    for (const [file, page] of this.pages) {
      // A withdrawn text says so at its former addresses too.
      if (page.isRedirect || page.isTombstone) continue;
      const key = `${page.lang} ${page.title}`;
      if (seen.has(key)) this.fault(file, `has the title of ${seen.get(key)}: ${page.title}`);
      else seen.set(key, file);
    }
  }

  /** Translations name each other and themselves. */
  checkAlternates() {
    for (const [file, page] of this.pages) {
      const listed = page.alternates.filter(({ tag }) => tag !== "x-default");
      if (listed.length && !listed.some(({ address }) => address === page.canonical)) this.fault(file, "is not among its own alternates");
      for (const { tag, address } of listed) {
        const other = this.pages.get(this.fileAt(address));
        if (!other) continue;
        if (other.lang !== tag) this.fault(file, `the alternate ${address} is ${other.lang}, not ${tag}`);
        if (!other.alternates.some((back) => back.address === page.canonical)) this.fault(file, `the alternate ${address} does not name this page`);
      }
    }
  }

  fileAt(address) {
    return address.startsWith(this.site.base.href) ? `${decodeURIComponent(address.slice(this.site.base.href.length))}index.html` : "";
  }

  /** Every address in a feed is written in full; those of this site exist, and none is another municipality's. */
  checkFeed(file) {
    const text = this.read(file);
    const addresses = new Set();
    if (file.endsWith(".json")) {
      const feed = JSON.parse(text);
      for (const address of [feed.home_page_url, feed.feed_url, feed.icon, ...feed.items.map(({ url }) => url)]) addresses.add(address);
      for (const { content_html: html } of feed.items) for (const [, address] of html.matchAll(/\s(?:href|src)="([^"]*)"/g)) addresses.add(unescape(address));
    } else {
      for (const [, address] of text.matchAll(/<(?:link|icon)>([^<]*)</g)) addresses.add(unescape(address));
      for (const [, address] of text.matchAll(/\s(?:href|xmlUrl|htmlUrl)="([^"]*)"/g)) addresses.add(unescape(address));
    }
    for (const address of addresses) {
      if (!/^(?:https?:\/\/|tel:|mailto:)/.test(address)) this.fault(file, `${address}: not written in full`);
      else this.follow(file, address);
    }
    if (![...addresses].some((address) => this.isWithin(new URL(address)))) this.fault(file, "names no address of its site");
  }

  checkManifest(file) {
    if (!this.files.has(file)) return this.fault(file, "does not exist");
    const manifest = JSON.parse(this.read(file));
    for (const key of ["start_url", "scope"]) this.resolve(file, manifest[key], `${key} ${manifest[key]}`);
    for (const { src } of [...manifest.icons, ...(manifest.screenshots ?? [])]) this.resolve(file, src);
    for (const { url } of manifest.shortcuts ?? []) this.resolve(file, url);
  }

  checkSitemap(file) {
    if (!this.files.has(file)) return this.fault(file, "does not exist");
    const text = this.read(file).replaceAll("&amp;", "&").replaceAll("&apos;", "'");
    const listed = new Set();
    for (const [, address] of text.matchAll(/<loc>([^<]*)<\/loc>/g)) {
      const target = this.resolveFull(file, address, "loc");
      if (listed.has(target)) this.fault(file, `${address} stands there twice`);
      listed.add(target);
    }
    for (const [, address] of text.matchAll(/<xhtml:link[^>]*\bhref="([^"]*)"/g)) this.resolveFull(file, address, "alternate");
    for (const [page, { isRedirect, isTombstone }] of this.pages) {
      const belongs = !isRedirect && !isTombstone && page !== "404.html" && !this.standIns.has(page);
      if (belongs !== listed.has(page)) this.fault(file, `${belongs ? "lacks" : "should not have"} ${page}`);
    }
  }

  checkRobots(file) {
    if (!this.files.has(file)) return this.fault(file, "does not exist");
    for (const [, address] of this.read(file).matchAll(/^Sitemap:\s*(\S+)/gm)) this.resolveFull(file, address, "Sitemap");
  }

  checkHeaders(file) {
    if (!this.files.has(file)) return this.fault(file, "does not exist");
    const text = this.read(file);
    const policy = /Content-Security-Policy: (.*)/.exec(text)?.[1] ?? "";
    if (!policy.startsWith("default-src 'none'") || /unsafe|\*|data:|https?:/.test(policy)) this.fault(file, `the content security policy is not strict: ${policy}`);
    for (const [, path] of text.matchAll(/^(\S+)$/gm)) if (!path.startsWith(this.site.base.pathname)) this.fault(file, `${path} is outside of the site`);
  }

  /** What the service worker keeps exists, among it a stand-in for pages that are not kept, in each language. */
  checkWorker(file) {
    this.standIns = new Set();
    if (!this.files.has(file)) return;
    const kept = JSON.parse(/^const KEPT = (.*);$/m.exec(this.read(file))[1]);
    for (const { tag, path } of this.site.languages) {
      const addresses = kept.languages[tag] ?? [];
      for (const address of addresses) this.resolve(file, address);
      const standIn = kept.offline.find(([home]) => home === `${this.site.base.pathname}${path}`)?.[1];
      if (!addresses.includes(standIn)) this.fault(file, `keeps no page in ${tag} for when there is no network`);
      else this.standIns.add(this.resolve(file, standIn));
    }
  }

  /** From the home pages one comes to every page, but to those that stand in for another; to what was withdrawn nothing leads. */
  checkReached() {
    const reached = new Set(this.site.languages.map(({ path }) => `${path}index.html`));
    for (const file of reached) for (const target of this.pages.get(file)?.targets ?? []) reached.add(target);
    for (const [file, { isRedirect, isTombstone }] of this.pages) {
      if (isTombstone) {
        if (reached.has(file)) this.fault(file, "was withdrawn and is still linked");
        continue;
      }
      if (!reached.has(file) && !isRedirect && file !== "404.html" && !this.standIns.has(file)) this.fault(file, "no way leads here from the home page");
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [dist = join(ROOT, "dist"), project = ROOT] = process.argv.slice(2);
  const { pages, links, faults } = crawl(sitesOf(project, resolve(dist)));
  for (const fault of faults.slice(0, 200)) console.log(fault);
  if (faults.length > 200) console.log(`… and ${faults.length - 200} more`);
  console.log(`${pages} pages, ${links} addresses, ${faults.length} faults`);
  process.exitCode = faults.length ? 1 : 0;
}
