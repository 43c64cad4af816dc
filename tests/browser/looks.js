// How a page looks at this width and in these colours. Evaluates to the list of what is wrong.
// Contrast: WCAG 2.2, 1.4.3 (4.5; 3 for large text) and 1.4.11 (3 for the edges of fields). Targets: 2.5.8 (24 px).
() => {
  "use strict";
  const wrong = new Set();
  const show = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 120);
  const visible = (element) =>
    element.checkVisibility({ contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true }) &&
    !element.closest(".visually-hidden");

  function parse(colour) {
    const numbers = colour.match(/-?[\d.]+(?:e-?\d+)?/g).map(Number);
    const scale = colour.startsWith("color(srgb") ? 255 : 1;
    return { rgb: numbers.slice(0, 3).map((each) => each * scale), alpha: numbers[3] ?? 1 };
  }
  const over = (front, back) => front.rgb.map((each, index) => each * front.alpha + back[index] * (1 - front.alpha));
  function background(element) {
    const layers = [];
    for (let each = element; each; each = each.parentElement) layers.push(parse(getComputedStyle(each).backgroundColor));
    return layers.reduceRight((back, layer) => over(layer, back), [255, 255, 255]);
  }
  function luminance(rgb) {
    const [red, green, blue] = rgb.map((each) => each / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
  function contrast(colour, back) {
    const [dark, light] = [luminance(over(parse(colour), back)), luminance(back)].sort((one, other) => one - other);
    return (light + 0.05) / (dark + 0.05);
  }

  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.querySelectorAll("body *")].filter((each) => visible(each) && each.getBoundingClientRect().right > root.clientWidth + 0.5);
    wrong.add(`wider than the window by ${root.scrollWidth - root.clientWidth}: ${wide.length ? show(wide[wide.length - 1]) : "?"}`);
  }

  let texts = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !visible(element) || element.disabled) continue;
    texts += 1;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const found = contrast(style.color, background(element));
    if (found < needed) wrong.add(`contrast ${found.toFixed(2)}: ${show(element)}`);
    if (size < 12) wrong.add(`letters of ${size} px: ${show(element)}`);
  }
  if (!texts) wrong.add("nothing can be read");

  for (const field of document.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio]), textarea, select")) {
    if (!visible(field)) continue;
    const found = contrast(getComputedStyle(field).borderTopColor, background(field.parentElement));
    if (found < 3) wrong.add(`edge ${found.toFixed(2)}: ${show(field)}`);
    if (field.placeholder && contrast(getComputedStyle(field, "::placeholder").color, background(field)) < 4.5) wrong.add(`placeholder: ${show(field)}`);
  }

  for (const target of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    const { width, height } = target.getBoundingClientRect();
    // A link inside a sentence is as high as its line, and a skip link appears when it is reached.
    const inSentence = getComputedStyle(target).display === "inline" && target.parentElement.textContent.trim() !== target.textContent.trim();
    if (!visible(target) || inSentence || target.matches(".skip") || target.closest(".document-text")) continue;
    if (width < 24 || height < 24) wrong.add(`target of ${Math.round(width)} by ${Math.round(height)}: ${show(target)}`);
  }
  return [...wrong];
};
