// The page of the preview on which looks are tried: fields, the lines for the settings, and word to the preview.

const data = JSON.parse(document.querySelector("script[type='application/json']").textContent);
const { words, palettes } = data;
const form = document.querySelector("form");
const frame = document.querySelector("iframe");
const usual = Object.fromEntries(Object.entries(data.layout).map(([thing, places]) => [thing, places[0]]));
const fontsOf = (fonts) => (typeof fonts === "string" ? { text: fonts, titles: fonts } : { ...fonts });
const chosen = {
  COLORS: { ...data.own.COLORS },
  FONTS: fontsOf(data.own.FONTS ?? {}),
  DESIGN: data.own.DESIGN ?? data.designs[0],
  LAYOUT: { ...data.own.LAYOUT },
  EXTRAS: [...(data.own.EXTRAS ?? [])],
};
let timer = 0;

const designs = group(words.design);
designs.append(choice("", data.designs, chosen.DESIGN, (value) => { chosen.DESIGN = value; fillColours(); }));
let scheme = "";
designs.append(choice(words.scheme, ["", "light", "dark"], "", (value) => { scheme = value; paint(); }));
frame.addEventListener("load", paint);
const fonts = group(words.fonts);
for (const role of ["text", "titles"]) {
  fonts.append(choice(words[role], ["", ...data.fonts], chosen.FONTS[role] ?? "", (value) => set(chosen.FONTS, role, value)));
}
const layout = group(words.layout);
for (const [thing, places] of Object.entries(data.layout)) {
  layout.append(choice(thing, places, chosen.LAYOUT[thing] ?? places[0], (value) => set(chosen.LAYOUT, thing, value === usual[thing] ? "" : value)));
}
const extras = group(words.extras);
for (const name of data.extras) {
  const field = made("input", { type: "checkbox", checked: chosen.EXTRAS.includes(name) });
  field.addEventListener("change", () => {
    chosen.EXTRAS = data.extras.filter((one) => (one === name ? field.checked : chosen.EXTRAS.includes(one)));
    changed();
  });
  extras.append(labelled(field, name, true));
}
const colours = group(`${words.colors} (${words.light}, ${words.dark})`);
const lines = made("textarea", { rows: 9, readOnly: true, spellcheck: false });
lines.setAttribute("aria-label", words.lines);
const shown = group(words.lines);
shown.append(lines, made("small", { textContent: words.lines_hint }));
fillColours();
tell();

function made(name, attributes) {
  return Object.assign(document.createElement(name), attributes);
}

function group(title) {
  const fieldset = document.createElement("fieldset");
  fieldset.append(made("legend", { textContent: title }));
  form.append(fieldset);
  return fieldset;
}

function labelled(field, name, after = false) {
  const label = document.createElement("label");
  if (after) label.append(field, name);
  else label.append(name, field);
  return label;
}

function choice(name, values, value, take) {
  const field = document.createElement("select");
  for (const one of values) field.append(new Option(words[one] ?? (one || words.usual), one, false, one === value));
  if (!name) field.setAttribute("aria-label", words.design);
  field.addEventListener("change", () => { take(field.value); changed(); });
  return labelled(field, name);
}

function set(where, name, value) {
  if (value) where[name] = value;
  else delete where[name];
}

function paint() {
  const page = frame.contentDocument?.documentElement;
  if (page) page.style.colorScheme = scheme;
}

function fillColours() {
  colours.querySelectorAll("[data-pair]").forEach((line) => line.remove());
  for (const [name, pair] of Object.entries(palettes[chosen.DESIGN])) {
    const line = made("span", { textContent: name });
    const fields = [0, 1].map((scheme) => {
      const field = made("input", { type: "color", value: chosen.COLORS[name]?.[scheme] ?? pair[scheme] });
      field.setAttribute("aria-label", `${name}, ${scheme ? words.dark : words.light}`);
      field.addEventListener("input", () => {
        const now = fields.map((one) => one.value);
        set(chosen.COLORS, name, now.join() === [...pair].join() ? "" : now);
        frame.contentDocument?.documentElement.style.setProperty(`--${name}`, `light-dark(${now})`);
        changed();
      });
      return field;
    });
    const both = document.createElement("span");
    both.append(...fields);
    const row = document.createElement("div");
    row.dataset.pair = "";
    row.append(line, both);
    colours.append(row);
  }
}

function changed() {
  tell();
  clearTimeout(timer);
  timer = setTimeout(() => {
    const body = JSON.stringify({ ...chosen, FONTS: Object.keys(chosen.FONTS).length ? chosen.FONTS : null });
    fetch("/.preview/looks", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  }, 400);
}

function python(value) {
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") return `{${Object.entries(value).map(([name, one]) => `${python(name)}: ${python(one)}`).join(", ")}}`;
  return JSON.stringify(value);
}

function tell() {
  const { COLORS, FONTS, DESIGN, LAYOUT, EXTRAS } = chosen;
  const written = [];
  if (DESIGN !== data.designs[0]) written.push(`DESIGN = ${python(DESIGN)}`);
  if (Object.keys(COLORS).length) {
    const pairs = Object.entries(COLORS).map(([name, [light, dark]]) => `    ${python(name)}: (${python(light)}, ${python(dark)}),\n`);
    written.push(`COLORS = {\n${pairs.join("")}}`);
  }
  if (Object.keys(FONTS).length) written.push(`FONTS = ${python(FONTS)}`);
  if (Object.keys(LAYOUT).length) written.push(`LAYOUT = ${python(LAYOUT)}`);
  if (EXTRAS.length) written.push(`EXTRAS = ${python(EXTRAS)}`);
  lines.value = written.join("\n");
}
