// The modules as a user takes them, one file each: node --test tests/pages/bundle_test.mjs
import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUNDLE = join(ROOT, 'scripts/bundle');

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'scopewire-bundle-'));
});
after(() => rmSync(folder, {recursive: true}));

const bundled = (entry) => execFileSync(BUNDLE, [join(ROOT, entry)], {encoding: 'utf8'});

/** What a user gets who saves it and imports it. */
async function taken(entry) {
  const file = join(folder, `${entry.split('/').at(-1)}.mjs`);
  writeFileSync(file, bundled(entry));
  return Object.keys(await import(file)).sort();
}

function declared(file) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/^export (?:class|function|const) (\w+)/gm)].map(([, name]) => name).sort();
}

/** Bundles modules of a line or two each, the first one. */
function bundle(modules) {
  for (const [name, text] of Object.entries(modules)) writeFileSync(join(folder, name), text);
  return spawnSync(BUNDLE, [join(folder, Object.keys(modules)[0])], {encoding: 'utf8'});
}

test('scopewire.js is one file, exports what its types declare, and is at most 10 KB as it travels', async () => {
  const text = bundled('tools/ws-gateway/www/scopewire.js');
  assert.match(text, /^\/\*\*\n \* Rooms, shared objects/);
  assert.doesNotMatch(text, /^import/m);
  assert.ok(gzipSync(text, {level: 9}).length <= 10_000);
  assert.deepEqual(
    await taken('tools/ws-gateway/www/scopewire.js'),
    declared('tools/ws-gateway/www/scopewire.d.ts'),
  );
});

test('player.js is one file, exports what its types declare, and can be imported anywhere', async () => {
  assert.doesNotMatch(bundled('tools/fmp4-serve/www/player.js'), /^import/m);
  assert.deepEqual(
    await taken('tools/fmp4-serve/www/player.js'),
    declared('tools/fmp4-serve/www/player.d.ts'),
  );
});

test('what two modules import comes once, and before both', () => {
  const {stdout} = bundle({
    'a.js': "import {b} from './b.js';\nimport {c} from './c.js';\n// why\nexport const a = b + c;\n",
    'b.js': "import {c} from './c.js';\n\nexport const b = c;\n",
    'c.js': '/**\n * What.\n */\nexport const c = 1; // one\n',
  });
  assert.equal(stdout, 'const c = 1; // one\nconst b = c;\nconst a = b + c;\nexport {a};\n');
});

test('a name that two modules have, and what is not understood, is said', () => {
  const clash = bundle({
    'a.js': "import {b} from './b.js';\nfunction twice() {}\n",
    'b.js': 'export const b = 1;\nconst twice = 2;\n',
  });
  assert.notEqual(clash.status, 0);
  assert.match(clash.stderr, /a\.js:2: twice is a name in .*b\.js too/);
  const foreign = bundle({'a.js': "import * as b from './b.js';\n", 'b.js': ''});
  assert.notEqual(foreign.status, 0);
  assert.match(foreign.stderr, /a\.js:1: not understood/);
});
