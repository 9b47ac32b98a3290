import { gzipSync } from "node:zlib";
import { cpus } from "node:os";
import { expect, test, type Browser } from "@playwright/test";
import { Colleague, openTown, PASSWORD } from "../town";

const RUNS = 5;
/** What a person waits for without wondering, on an office machine without a graphics card. */
const FIRST_IDLE_SECONDS_MAX = 4;
/** The page's own script, gzip; MapLibre comes on top and is cached for ever. */
const SCRIPT_KB_MAX = 120;

interface Look {
  seconds: number;
  /** Gzipped bytes of each script that was fetched. */
  scripts: Map<string, number>;
}

/** Opens the map as somebody who is signed in and has never been here: nothing is cached. */
async function look(browser: Browser, url: string): Promise<Look> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const entered = await page.request.post(`${url}/api/v1/session`, {
      data: { name: "admin", password: PASSWORD },
    });
    expect(entered.status()).toBe(200);
    await context.addInitScript(() =>
      localStorage.setItem("geju.entered", "yes"),
    );
    const bodies: Promise<[string, number]>[] = [];
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      if (!pathname.endsWith(".js")) return;
      bodies.push(
        response
          .body()
          .then((body) => [pathname, gzipSync(body, { level: 9 }).length]),
      );
    });
    await page.goto(url);
    const idle = await page.waitForFunction(
      () => performance.getEntriesByName("map idle")[0]?.startTime,
    );
    const seconds = Number(await idle.jsonValue()) / 1000;
    return { seconds, scripts: new Map(await Promise.all(bodies)) };
  } finally {
    await context.close();
  }
}

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

// A measurement, not a test: it fails only when it cannot measure.
test("the first look at the demo district, and the weight of the page", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const town = await openTown("district");
  try {
    // Tiles of the first view are made once, at the first look of anybody: that look is told apart.
    const first = await look(browser, town.url);
    const looks: Look[] = [];
    for (let run = 0; run < RUNS; run++)
      looks.push(await look(browser, town.url));
    const counted = await (
      await new Colleague(town.url).login()
    ).figures("street");
    expect(counted.length, "the district has its ten streets").toBe(10);

    const scripts = [...(looks[0]?.scripts ?? [])];
    const kb = (isTheirs: boolean) =>
      scripts.reduce(
        (sum, [path, size]) =>
          sum + (path.includes("maplibre") === isTheirs ? size : 0),
        0,
      ) / 1024;
    const seconds = looks.map((one) => one.seconds);
    const row = (what: string, found: number, unit: string, most: number) =>
      `| ${what} | ${found.toFixed(2)} ${unit} | ${most} ${unit} | ${found <= most ? "within" : "OVER"} |`;
    const lines = [
      "",
      `The page on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), drawn in software at 1280×720, ${process.env.GEJU_BIN ?? "debug build"}`,
      "",
      "| what | found | budget | |",
      "|---|---|---|---|",
      row(
        `first map idle of the district, median of ${RUNS}`,
        median(seconds),
        "s",
        FIRST_IDLE_SECONDS_MAX,
      ),
      row(
        "the page's own script, gzip, without MapLibre",
        kb(false),
        "KB",
        SCRIPT_KB_MAX,
      ),
      "",
      `runs: ${seconds.map((one) => one.toFixed(2)).join(", ")} s; the very first look: ${first.seconds.toFixed(2)} s; MapLibre: ${kb(true).toFixed(0)} KB`,
      ...scripts.map(
        ([path, size]) =>
          `  ${(size / 1024).toFixed(1).padStart(6)} KB  ${path}`,
      ),
      "",
    ];
    console.log(lines.join("\n"));
  } finally {
    await town.end();
  }
});
