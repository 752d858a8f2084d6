const { spawn } = require('node:child_process');
const { rm } = require('node:fs/promises');
const { dest, series, src, watch } = require('gulp');

const clean = () => rm('dist', { recursive: true, force: true });

const compile = () =>
	spawn(process.execPath, [require.resolve('typescript/bin/tsc')], { stdio: 'inherit' });

/** Icons, codex and output schemas have to sit beside the compiled files: n8n looks for them there. */
const copy = () =>
	src(['nodes/**/*.{svg,json}', 'credentials/**/*.svg'], { base: '.', encoding: false }).pipe(
		dest('dist'),
	);

const build = series(clean, compile, copy);

exports.default = build;
exports.dev = series(build, () => watch(['nodes/**', 'credentials/**'], build));
