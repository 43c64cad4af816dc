// Small conveniences. Every page works without them.
"use strict";

const MEGABYTE = 1_000_000;

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

function megabytes(bytes) {
  return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(bytes / MEGABYTE);
}

// Say which file was chosen, and warn before a large one is sent in vain.
function showFile(input) {
  const state = document.querySelector(`[data-file-state="${CSS.escape(input.id)}"]`);
  if (!state) return;
  const file = input.files[0];
  state.hidden = !file;
  if (!file) return;
  const limit = Number(input.dataset.maxBytes || Infinity);
  const tooLarge = file.size > limit;
  state.classList.toggle("file-state-bad", tooLarge);
  state.textContent = fill(tooLarge ? state.dataset.tooLarge : state.dataset.chosen, {
    file: file.name,
    size: megabytes(Math.max(file.size, MEGABYTE / 10)),
    limit: megabytes(limit),
  });
}

// One press sends once. The button is disabled after the browser has collected the form, so that its value goes along.
function showSending(form, button) {
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  setTimeout(() => {
    button.dataset.label = button.textContent;
    button.textContent = button.dataset.sending;
    button.disabled = true;
    const state = form.querySelector("[data-submit-state]");
    if (state) state.textContent = button.dataset.sending;
  });
}

// Coming back with the back button shows the page as it was left: make its buttons usable again.
function restore() {
  for (const button of document.querySelectorAll("button[data-label]")) {
    button.textContent = button.dataset.label;
    button.disabled = false;
    delete button.dataset.label;
    delete button.form.dataset.sending;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file]")) showFile(event.target);
});

document.addEventListener("submit", (event) => {
  if (event.target.dataset.sending) {
    event.preventDefault();
    return;
  }
  const button = event.submitter;
  if (button && button.dataset.sending) showSending(event.target, button);
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) restore();
});

document.querySelector("[data-focus]")?.focus();
