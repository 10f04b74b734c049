// Bundles the front end into static/dist: app.js, app.css, their hashed parts, one icon sprite.
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";

const SOURCE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(SOURCE, "../..");
const TARGET = path.resolve(SOURCE, "../dist");
const ICONS = path.join(ROOT, "node_modules/@tabler/icons/icons/outline");

// light-dark() and nesting are used as they are: these are the first browsers that know both.
const BROWSERS = ["chrome123", "firefox120", "safari17.5"];

// Tabler's Sass names its variables without a prefix, its published style sheet with --tblr-.
// The prefix keeps them apart from our own tokens.
const tablerSass = {
  name: "tabler-sass",
  setup(build) {
    build.onLoad({ filter: /\.scss$/ }, ({ path: file }) => {
      const { css, loadedUrls } = sass.compile(file, {
        loadPaths: [path.join(ROOT, "node_modules")],
        quietDeps: true,
      });
      const contents = css.replaceAll(/(?<![\w-])--(?=[a-z])/g, "--tblr-");
      return { contents, loader: "css", watchFiles: loadedUrls.map(fileURLToPath) };
    });
  },
};

async function symbol(name) {
  const svg = await readFile(path.join(ICONS, `${name}.svg`), "utf8").catch(() => {
    throw new Error(`static/src/icons.json: Tabler has no icon "${name}".`);
  });
  const drawing = svg.replace(/[^]*?<svg[^>]*>/, "").replace(/<\/svg>[^]*/, "");
  const shapes = drawing.replace(/<path stroke="none"[^>]*\/>/, "").replaceAll(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
}

async function writeSprite() {
  const names = JSON.parse(await readFile(path.join(SOURCE, "icons.json"), "utf8"));
  const symbols = await Promise.all(names.map(symbol));
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  await writeFile(path.join(TARGET, "icons.svg"), sprite);
}

await rm(TARGET, { recursive: true, force: true });
await mkdir(TARGET, { recursive: true });
await esbuild.build({
  entryPoints: [path.join(SOURCE, "app.js"), path.join(SOURCE, "app.css")],
  outdir: TARGET,
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: BROWSERS,
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file" },
  legalComments: "linked",
  plugins: [tablerSass],
});
await writeSprite();
await copyFile(path.join(SOURCE, "favicon.svg"), path.join(TARGET, "favicon.svg"));
