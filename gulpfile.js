const { spawn } = require('node:child_process');
const { rm } = require('node:fs/promises');
const { dest, series, src, watch } = require('gulp');

const clean = () => rm('dist', { recursive: true, force: true });

const runNode = (...args) => spawn(process.execPath, args, { stdio: 'inherit' });

const compile = () => runNode(require.resolve('typescript/bin/tsc'));

/** With tabs and long lines: as tsc lays it out, the package would be an eighth bigger. */
const layOut = () =>
	runNode(
		require.resolve('prettier/bin/prettier.cjs'),
		'--write',
		'--log-level=warn',
		'--print-width=180',
		'--object-wrap=collapse',
		// Without this, it would leave out what .gitignore names.
		'--ignore-path=.prettierignore',
		'dist/**/*.js',
	);

/** Icons, codex and output schemas have to sit beside the compiled files: n8n looks for them there. */
const copy = () =>
	src(['nodes/**/*.{svg,json}', 'credentials/**/*.svg'], { base: '.', encoding: false }).pipe(
		dest('dist'),
	);

const build = series(clean, compile, layOut, copy);

exports.default = build;
exports.dev = series(build, () => watch(['nodes/**', 'credentials/**'], build));
