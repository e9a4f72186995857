// Compares every record with every original by Dolos. Standard input: {"language", "originals": [text], "records": [text]}.
// Prints the version, then a line a record with the similarity to each original; where a text cannot be compared, 0.
// usage: node dolos.mjs FOLDER, which has node_modules/@dodona/dolos-lib
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.argv[2] + "/"));
const { File, FingerprintIndex, LanguagePicker, Options } = await import(pathToFileURL(require.resolve("@dodona/dolos-lib")));
const input = JSON.parse(readFileSync(0, "utf8"));
const language = await new LanguagePicker().findLanguage(input.language);
const tokenizer = await language.createTokenizer({ includeComments: false });
const options = new Options();

console.log(JSON.parse(readFileSync(process.argv[2] + "/node_modules/@dodona/dolos-lib/package.json", "utf8")).version);
const originals = input.originals.map((text, i) => tokenizer.tokenizeFile(new File(`original ${i}`, text)));
for (const [i, text] of input.records.entries()) {
  // An index a record: what it holds of other records would only take memory, as no limit for common fingerprints is set.
  const index = new FingerprintIndex(options.kgramLength, options.kgramsInWindow, false);
  const record = tokenizer.tokenizeFile(new File(`record ${i}`, text));
  index.addFiles([...originals, record]);
  console.log(originals.map((original) => index.getPair(original, record).similarity || 0).join(" "));
}
