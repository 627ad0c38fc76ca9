#!/usr/bin/env node
// Serves built sites as a host would: each below the path of its base address, with the headers of its `_headers` file, and its
// 404.html for what does not exist. Sites of different hosts get different ports of the loopback interface.
//
// By hand: node tests/browser/serve.mjs [DIST] prints the addresses and serves until it is stopped.

import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT, sitesOf } from "./sites.mjs";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".xml": "application/xml",
};

/** Reads a `_headers` file: `[{path (a pattern, in which `*` is anything), headers}]`, in the file's order. */
export function parseHeaders(text) {
  const blocks = [];
  for (const line of text.split("\n")) {
    if (!line.trim() || line.startsWith("#")) continue;
    if (/^\S/.test(line)) {
      const parts = line.trim().split("*").map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, "\\$&"));
      blocks.push({ path: new RegExp(`^${parts.join(".*")}$`), headers: [] });
    } else {
      const at = line.indexOf(":");
      blocks.at(-1).headers.push([line.slice(0, at).trim(), line.slice(at + 1).trim()]);
    }
  }
  return blocks;
}

/** The headers that a `_headers` file gives to a path. */
export function headersFor(blocks, path) {
  return blocks.filter((block) => block.path.test(path)).flatMap((block) => block.headers);
}

async function find(folder, path) {
  const file = resolve(folder, path);
  if (file !== folder && !file.startsWith(`${folder}/`)) return null;
  const found = await stat(file).catch(() => null);
  if (found?.isFile() && !path.endsWith("/")) return { file };
  if (!found?.isDirectory() || !(await stat(join(file, "index.html")).catch(() => null))) return null;
  return path === "" || path.endsWith("/") ? { file: join(file, "index.html") } : { redirect: true };
}

async function answer(sites, request, response) {
  const { pathname } = new URL(request.url, "http://localhost");
  const site = sites.find(({ base }) => pathname.startsWith(base.pathname));
  if (!site) return response.writeHead(404).end();
  for (const [name, value] of headersFor(site.headers, pathname)) response.setHeader(name, value);
  const found = await find(resolve(site.folder), decodeURIComponent(pathname.slice(site.base.pathname.length)));
  if (found?.redirect) return response.writeHead(301, { location: `${pathname}/` }).end();
  const file = found?.file ?? join(site.folder, "404.html");
  if (!found || !response.hasHeader("content-type")) response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
  response.writeHead(found ? 200 : 404).end(await readFile(file));
}

/** Serves sites; returns them with `url`, where each is found on this machine, and a function that ends it. `seen` is called for every request. */
export async function serve(sites, seen = () => {}) {
  const loaded = await Promise.all(sites.map(async (site) => ({ ...site, headers: parseHeaders(await readFile(join(site.folder, "_headers"), "utf8")) })));
  const servers = [];
  for (const host of new Set(loaded.map(({ base }) => base.host))) {
    // The longest base path first, so that a site at a host's root takes only what no other site has.
    const here = loaded.filter(({ base }) => base.host === host).sort((a, b) => b.base.pathname.length - a.base.pathname.length);
    const server = createServer((request, response) => {
      seen(request);
      answer(here, request, response).catch((error) => response.writeHead(500).end(String(error)));
    });
    await new Promise((done, failed) => server.once("error", failed).listen(0, "127.0.0.1", done));
    for (const site of here) site.url = `http://127.0.0.1:${server.address().port}${site.base.pathname}`;
    servers.push(server);
  }
  const close = () => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  };
  return { sites: loaded, close };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { sites } = await serve(sitesOf(ROOT, resolve(process.argv[2] ?? join(ROOT, "dist"))));
  for (const site of sites) console.log(`${site.url}  ${site.name}`);
}
