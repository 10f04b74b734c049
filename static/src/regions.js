// Countries are listed in English by the server; the browser knows their names in every language.
export function nameRegions(root) {
  const language = document.documentElement.lang;
  for (const select of root.querySelectorAll("select[data-regions]")) {
    const names = new Intl.DisplayNames([language], { type: "region", fallback: "none" });
    const chosen = select.value;
    const [none, ...countries] = select.options;
    for (const option of countries) option.text = names.of(option.value) ?? option.text;
    countries.sort((one, other) => one.text.localeCompare(other.text, language));
    select.replaceChildren(none, ...countries);
    select.value = chosen;
  }
}
