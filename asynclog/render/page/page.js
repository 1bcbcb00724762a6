"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);
  const PAGE = 200; // rows in sight before somebody asks for all

  // fold: what a link or the address names is opened; for printing, everything is
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement && !target.open) {
      target.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) reveal();
  });
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    closed.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));
  const fold = one("#fold");
  if (fold) {
    fold.hidden = false;
    fold.addEventListener("click", (event) => {
      const open = event.target.dataset.fold;
      if (open !== undefined) all("details.group:not([hidden])").forEach((each) => { each.open = open === "open"; });
    });
  }

  const table = one("table[data-sortable]");
  if (table) {
    const body = table.tBodies[0];
    let rows = [...body.rows];
    const status = one("#shown");
    const more = one("#more");
    const full = new Map(all("details[data-id]").map((each) => [each.dataset.id, each]));
    let everything = rows.length <= PAGE;
    let texts = null;

    // filter: every word of the search must occur; rows beyond the first page wait for the button
    const filter = () => {
      texts = texts || new Map(rows.map((row) => [row, `${row.textContent} ${row.dataset.find}`.toLowerCase()]));
      const words = one("#find").value.toLowerCase().split(/\s+/).filter(Boolean);
      const on = new Set(all("#filters input:checked").map((box) => box.value));
      let found = 0;
      for (const row of rows) {
        const text = texts.get(row);
        const fits = on.has(row.dataset.s) && words.every((word) => text.includes(word));
        found += fits;
        row.hidden = !fits || (!everything && found > PAGE);
        const details = full.get(row.dataset.id);
        if (details) details.hidden = !fits;
      }
      const seen = everything ? found : Math.min(found, PAGE);
      const name = status.dataset.name;
      status.textContent = found === rows.length ? `${found.toLocaleString("en")} ${name}` :
        `${found.toLocaleString("en")} of ${rows.length.toLocaleString("en")} ${name}`;
      more.hidden = found <= seen;
      more.firstElementChild.textContent = `Show all ${found.toLocaleString("en")} (${seen} are in sight)`;
    };
    const form = one("#filters");
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(filter));
    more.addEventListener("click", () => { everything = true; filter(); });
    if (!everything) filter();

    // sort: numbers fall first, words rise first; a second click turns it round
    const heads = [...table.tHead.rows[0].cells];
    const value = (row, at) => {
      const cell = row.cells[at];
      const text = cell.dataset.v === undefined ? cell.textContent : cell.dataset.v;
      return text === "" || Number.isNaN(Number(text)) ? text : Number(text);
    };
    heads.forEach((head, at) => {
      if ("still" in head.dataset) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const was = head.getAttribute("aria-sort");
        const falls = was ? was === "ascending" : head.classList.contains("n") && at > 0 || at === 1;
        const sign = falls ? -1 : 1;
        const keys = new Map(rows.map((row, index) => [row, [value(row, at), index]]));
        rows.sort((a, b) => {
          const [x, i] = keys.get(a);
          const [y, j] = keys.get(b);
          if (x === "" || y === "") return (x === "") - (y === "") || i - j;
          const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "en");
          return sign * order || i - j;
        });
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", falls ? "descending" : "ascending");
        body.remove(); // rows move several times faster outside of the page
        body.append(...rows);
        table.append(body);
        if (!everything) filter();
      });
    });
  }
  reveal();
})();
