// How the bar, its panels and the overlay look. They stand in a shadow root, so that the page's styles do not meet them.

export const page = new CSSStyleSheet();
// The bar covers neither the end of the page nor what has the focus.
page.replaceSync(`
  @media screen { :root[data-ubugi-bar] { scroll-padding-block-end: 56px; } :root[data-ubugi-bar="open"] { padding-block-end: 44px; } }
`);

export const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { all: initial; color-scheme: light dark; --ground: #ffffff; --ink: #1c1c21; --quiet: #55555f; --line: #c9c9d2; --soft: #f2f2f6; --link: #0b57c2; --bad: #b3161b; --warn: #7a4d00; --good: #136b35; --gone: #fde3e3; --new: #d9f2df; }
  @media (prefers-color-scheme: dark) { :host { --ground: #1c1c21; --ink: #f2f2f6; --quiet: #b9b9c4; --line: #4a4a55; --soft: #2a2a31; --link: #9cc4ff; --bad: #ff9c96; --warn: #f2c063; --good: #7fd79a; --gone: #5c2327; --new: #1d4a2b; } }
  @media print { :host { display: none; } }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  .bar, .panel, .overlay, .small, .note { font: 14px/1.5 system-ui, "Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", sans-serif; color: var(--ink); background: var(--ground); letter-spacing: normal; text-align: start; word-break: normal; overflow-wrap: anywhere; }
  .bar { position: fixed; inset: auto 0 0 0; z-index: 2147483646; display: flex; gap: 4px; align-items: center; block-size: 44px; padding: 0 8px; border-block-start: 1px solid var(--line); white-space: nowrap; }
  .bar > * { flex: none; }
  .bar .space { flex: 1 1 0; min-inline-size: 0; }
  .bar a, .bar button, .small { display: inline-flex; align-items: center; gap: 6px; min-block-size: 32px; padding: 0 8px; border: 1px solid transparent; border-radius: 6px; background: none; color: var(--ink); font: inherit; text-decoration: none; cursor: pointer; }
  .bar .town { flex: 0 1 auto; min-inline-size: 3.5em; }
  .bar .town span, .bar .view span { overflow: hidden; text-overflow: ellipsis; }
  .bar .view { flex: 0 1 auto; min-inline-size: 4.5em; }
  .bar button { border-color: var(--line); }
  .bar a:hover, .bar button:hover, .bar button[aria-expanded="true"] { background: var(--soft); }
  .bar .brand { font-weight: 700; color: var(--link); }
  .bar .bad { color: var(--bad); border-color: currentColor; font-weight: 700; }
  .bar .warn { color: var(--warn); }
  .dot { inline-size: 10px; block-size: 10px; border-radius: 50%; border: 2px solid var(--quiet); }
  .dot.good { background: var(--good); border-color: var(--good); }
  .dot.warn { background: var(--warn); border-color: var(--warn); }
  .dot.bad { background: var(--bad); border-color: var(--bad); }
  .small { position: fixed; inset: auto auto 8px 8px; z-index: 2147483646; border-color: var(--line); background: var(--ground); box-shadow: 0 1px 6px #0004; font-weight: 700; color: var(--link); }
  .small.bad { color: var(--bad); border-color: currentColor; }
  :focus-visible { outline: 3px solid var(--link); outline-offset: 1px; }
  .panel { position: fixed; inset: auto auto 50px 8px; z-index: 2147483645; inline-size: min(26rem, calc(100vw - 16px)); max-block-size: min(75vh, calc(100vh - 60px)); overflow: auto; padding: 12px 16px 16px; border: 1px solid var(--line); border-radius: 10px; box-shadow: 0 4px 24px #0005; }
  .panel.wide { inline-size: min(52rem, calc(100vw - 16px)); }
  .panel h2, .overlay h2 { margin: 0; font: inherit; font-weight: 700; font-size: 16px; }
  .panel h3 { margin: 14px 0 4px; font: inherit; font-weight: 700; color: var(--quiet); }
  .panel p, .overlay p { margin: 4px 0; }
  .panel ul, .panel ol, .overlay ol { margin: 0; padding: 0; list-style: none; }
  .panel li { padding: 3px 0; }
  .panel a, .overlay a, .note a { color: var(--link); text-underline-offset: 2px; }
  .head { display: flex; justify-content: space-between; gap: 8px; align-items: center; }
  .chips { display: flex; flex-wrap: wrap; gap: 6px; }
  .panel .chips a, .chips [aria-current] { display: inline-flex; align-items: center; min-block-size: 30px; padding: 0 10px; border: 1px solid var(--line); border-radius: 999px; text-decoration: none; }
  .chips [aria-current] { background: var(--ink); color: var(--ground); border-color: var(--ink); }
  .panel li a, .panel li > span:first-child { display: inline-block; min-block-size: 24px; }
  .lacks { color: var(--quiet); }
  form { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin: 4px 0; }
  input, .panel button, .overlay button { min-block-size: 32px; padding: 0 10px; border: 1px solid var(--quiet); border-radius: 6px; background: var(--ground); color: var(--ink); font: inherit; }
  .panel button, .overlay button { cursor: pointer; }
  input[type="search"] { inline-size: 100%; margin: 6px 0; }
  .state { display: flex; gap: 8px; align-items: center; font-weight: 700; }
  .place { font-family: ui-monospace, monospace; font-size: 13px; }
  .scroll { overflow: auto; }
  table { inline-size: 100%; border-collapse: collapse; table-layout: fixed; font-size: 13px; }
  th { padding: 4px; text-align: start; font-weight: 700; color: var(--quiet); }
  td { padding: 2px 4px; vertical-align: top; border-block-start: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
  tr.gap td { border-block-start: 3px double var(--quiet); }
  del { background: var(--gone); color: inherit; text-decoration: line-through; }
  ins { background: var(--new); color: inherit; text-decoration: underline; }
  @media (max-width: 40rem) { td, th { display: block; inline-size: 100%; } tr:not(.gap) td + td { border-block-start: 0; } td:empty { display: none; } tr.same td + td { display: none; } tr:not(.same) td:first-child::before { content: "− "; } td + td::before { content: "+ "; } thead { display: none; } .wide-only { display: none !important; } .bar { gap: 2px; padding: 0 4px; font-size: 13px; } .bar a, .bar button { padding: 0 6px; } .crowded .words { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); } .bar.crowded a, .bar.crowded button { padding: 0 4px; } .crowded .page { min-inline-size: 30px; justify-content: center; } .panel { inset-inline: 8px; inline-size: auto !important; } }
  .note { position: fixed; inset: auto 8px 50px 8px; z-index: 2147483644; inline-size: fit-content; max-inline-size: calc(100vw - 16px); padding: 8px 14px; border: 1px solid var(--line); border-inline-start: 5px solid var(--warn); border-radius: 6px; box-shadow: 0 2px 12px #0004; }
  .overlay { position: fixed; inset: auto 0 44px 0; z-index: 2147483645; margin-inline: auto; inline-size: min(60rem, 100vw); max-block-size: 70vh; display: flex; flex-direction: column; padding: 14px 18px; border: 1px solid var(--bad); border-block-start: 6px solid var(--bad); border-radius: 10px 10px 0 0; box-shadow: 0 -4px 30px #0006; }
  .overlay-head { display: flex; justify-content: space-between; align-items: center; gap: 8px; }
  .overlay h2 { color: var(--bad); font-size: 18px; outline: none; }
  .faults li { padding: 8px 0; border-block-start: 1px solid var(--line); }
  .faults pre { margin: 4px 0; padding: 6px 10px; background: var(--soft); border-radius: 4px; white-space: pre-wrap; font: 13px/1.6 ui-monospace, monospace; }
  mark { background: none; color: var(--bad); font-weight: 700; text-decoration: underline wavy; text-underline-offset: 4px; }
  .help b { color: var(--good); }
`);
