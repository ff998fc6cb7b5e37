// The types of the modules, as TypeScript sees them: node --test tests/pages/types_page_test.mjs
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

const USE = fileURLToPath(new URL('use.ts', import.meta.url));
const missing = spawnSync('tsc', ['--version']).error !== undefined;

test('what users write is what the types allow', {skip: missing && 'tsc is not installed'}, () => {
  const {status, stdout} = spawnSync(
    'tsc',
    ['--strict', '--noEmit', '--target', 'es2020', '--lib', 'es2020,dom', '--moduleResolution', 'node', USE],
    {encoding: 'utf8'},
  );
  assert.equal(stdout, '');
  assert.equal(status, 0);
});
