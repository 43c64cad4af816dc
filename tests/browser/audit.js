// What a page must be, whoever looks at it. Evaluates to the list of what is wrong.
(expected) => {
  "use strict";
  const wrong = [];
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const show = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 120);
  const check = (fine, what, element) => fine || wrong.push(element ? `${what}: ${show(element)}` : what);

  // Folded parts are parts, too.
  for (const details of all("details")) details.open = true;

  check(document.documentElement.lang === expected.language, `lang is ${document.documentElement.lang}`);
  check(document.title.split("·")[0].trim(), "no title");
  check(document.querySelector("meta[name=viewport]"), "no viewport");

  // Landmarks and headings.
  const headings = all("h1, h2, h3, h4, h5, h6");
  check(headings.filter((each) => each.tagName === "H1").length === 1, "not exactly one h1");
  check(headings[0]?.tagName === "H1" || headings[0]?.closest("[role=alert]"), "something stands above the h1", headings[0]);
  const levels = headings.map((each) => Number(each.tagName[1]));
  headings.forEach((each, index) => check(index === 0 || levels[index] <= levels[index - 1] + 1, "a level is skipped", each));
  for (const each of headings) check(each.textContent.trim(), "an empty heading", each);
  check(all("main").length === 1, "not exactly one main");
  check(all("body > header").length === 1, "not exactly one header");
  check(all("body > footer").length <= 1, "more than one footer");
  for (const kind of ["nav", "aside", "form[role=search]"]) {
    const names = all(kind).map(nameOf);
    check(new Set(names).size === names.length, `two ${kind} have the same name: ${names}`);
    check(all(kind).length < 2 || names.every(Boolean), `${kind} without a name`);
  }

  // Names of what can be pressed and filled in.
  function nameOf(element) {
    const ids = (element.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
    const named = ids.map((id) => document.getElementById(id)?.textContent || "").join(" ");
    return (named || element.getAttribute("aria-label") || "").trim();
  }
  for (const field of all("input:not([type=hidden]), textarea, select")) {
    const labels = [...field.labels].map((label) => label.textContent).join(" ");
    check((labels || nameOf(field)).trim(), "a field without a label", field);
  }
  for (const each of all("a[href], button, summary")) check((each.textContent + nameOf(each)).trim(), "nothing to read in it", each);
  for (const each of all("img")) check(each.hasAttribute("alt"), "an image without alt", each);
  for (const each of all("svg")) check(each.getAttribute("aria-hidden") === "true" || nameOf(each), "a drawing without a name", each);
  for (const each of all("table")) check(each.caption?.textContent.trim(), "a table without a caption", each);
  for (const each of all("table th")) check(each.hasAttribute("scope"), "a heading of a table without scope", each);
  for (const each of all("a[target=_blank]")) check(each.rel.includes("noopener"), "opens a tab that can reach back", each);

  // References.
  const ids = all("[id]").map((each) => each.id);
  check(new Set(ids).size === ids.length, `an id twice: ${ids.filter((id, index) => ids.indexOf(id) !== index)}`);
  for (const name of ["for", "aria-describedby", "aria-labelledby"]) {
    for (const each of all(`[${name}]`)) {
      const missing = each.getAttribute(name).split(/\s+/).filter((id) => !document.getElementById(id));
      check(!missing.length, `${name} points to nothing`, each);
    }
  }
  for (const each of all("a[href^='#']")) check(document.getElementById(each.hash.slice(1)), "leads nowhere", each);

  // Nothing inline, and no class that nobody styles.
  const inline = all("*").filter((each) => [...each.attributes].some(({ name }) => name === "style" || name.startsWith("on")));
  for (const each of inline) check(false, "something inline", each);
  const text = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join("\n");
  const styled = new Set([...text.matchAll(/\.([a-zA-Z][\w-]*)/g)].map((match) => match[1]));
  const used = new Set(all("body [class], body").flatMap((each) => [...each.classList]));
  // Says who a page is for; most audiences need no style of their own.
  for (const audience of ["public", "private", "bare"]) used.delete(audience);
  check(all("link[rel=stylesheet]").length === document.styleSheets.length, "a style sheet did not arrive");
  for (const name of used) check(styled.has(name), `class ${name} is in no style sheet of this page`);

  check(!localStorage.length && !sessionStorage.length, "something is kept in the browser");
  return wrong;
};
