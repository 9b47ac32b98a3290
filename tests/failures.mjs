// One line for each story that failed, or held only when it was told again: its name and the beginning of what it said.
//   node tests/failures.mjs vitest|playwright report.json
import { readFileSync } from "node:fs";

const [, , kind, file] = process.argv;
const report = JSON.parse(readFileSync(file, "utf8"));
// Terminal colours would hide the words from whoever reads the log as text.
const plain = (text) => text.replace(/\u001b\[[0-9;]*m/g, "").replace(/\s+/g, " ").trim();

function* playwright(suite, above) {
  const name = [...above, suite.title].filter(Boolean);
  for (const spec of suite.specs ?? [])
    for (const test of spec.tests)
      if (test.status === "unexpected" || test.status === "flaky") {
        const verdict = test.status === "flaky" ? "held at the second try" : "failed";
        const said = test.results.flatMap((result) => result.errors ?? []).map((error) => error.message ?? "");
        yield `${verdict}: [${test.projectName}] ${[...name, spec.title].join(" > ")}: ${plain(said[0] ?? "no word")}`;
      }
  for (const inner of suite.suites ?? []) yield* playwright(inner, name);
}

const lines =
  kind === "playwright"
    ? [
        ...(report.errors ?? []).map((error) => `failed: ${plain(error.message ?? "")}`),
        ...report.suites.flatMap((suite) => [...playwright(suite, [])]),
      ]
    : report.testResults.flatMap((part) => [
        ...(part.status === "failed" && part.assertionResults.length === 0 ? [`failed: ${part.name}: ${plain(part.message)}`] : []),
        ...part.assertionResults
          .filter((test) => test.status === "failed")
          .map((test) => `failed: ${test.fullName}: ${plain(test.failureMessages[0] ?? "no word")}`),
      ]);
for (const line of lines) console.log(line);
