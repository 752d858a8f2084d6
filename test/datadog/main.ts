import { parseArgs } from 'node:util';
import { ACCESS_TOKEN, API_KEY, APPLICATION_KEY, PUBLIC_CLIENT_ID } from './accounts';
import { startDatadog } from './server';

/** The port of the Datadog Agent's own API: easy to remember, and free where no Agent runs. */
const PREFERRED_PORT = 8126;

main().catch((error: NodeJS.ErrnoException) => {
	console.error(error.message);
	process.exit(1);
});

async function main() {
	const { values } = parseArgs({ options: { port: { type: 'string' } } });
	const datadog = await start(values.port);
	const stop = () => void datadog.close().then(() => process.exit(0));
	process.on('SIGINT', stop).on('SIGTERM', stop);
	console.log(`A local Datadog with 1,200 cases answers at ${datadog.url}

  API key           ${API_KEY}
  Application key   ${APPLICATION_KEY}
  or access token   ${ACCESS_TOKEN}
  or OAuth2 client  ${PUBLIC_CLIENT_ID}, called back at n8n's address on any port of this machine

Count the open cases by priority:
  curl -H 'DD-API-KEY: ${API_KEY}' -H 'DD-APPLICATION-KEY: ${APPLICATION_KEY}' \\
    '${datadog.url}/api/v2/cases/count?query_filter=status:open&group_bys=priority'

List the three newest open cases:
  curl -g -H 'DD-API-KEY: ${API_KEY}' -H 'DD-APPLICATION-KEY: ${APPLICATION_KEY}' \\
    '${datadog.url}/api/v2/cases?filter=status:open&page[size]=3&page[number]=1'

Answer the next two requests with a proxy's error page:
  curl -X PUT -H 'Content-Type: application/json' \\
    -d '{"faults":[{"preset":"html502","times":2}]}' ${datadog.url}/control

Open three cases, and close them again:
  curl -H 'Content-Type: application/json' \\
    -d '{"count":3,"changes":{"title":"An outage","priority":"P1"}}' ${datadog.url}/control/cases
  curl -X PATCH -H 'Content-Type: application/json' \\
    -d '{"query":"\\"an outage\\"","changes":{"status":"CLOSED"}}' ${datadog.url}/control/cases

Ctrl-C ends it.`);
}

async function start(port: string | undefined) {
	if (port === undefined || port === '0') {
		return startDatadog({ port: port ? 0 : PREFERRED_PORT }).catch((error) => {
			if (isTaken(error)) return startDatadog();
			throw error;
		});
	}
	if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
		throw new Error(`--port takes a number from 0 to 65535, not "${port}".`);
	}
	return startDatadog({ port: Number(port) }).catch((error) => {
		if (!isTaken(error)) throw error;
		throw new Error(`Port ${port} is taken: end what uses it, or choose another with --port.`);
	});
}

function isTaken(error: NodeJS.ErrnoException): boolean {
	return error.code === 'EADDRINUSE';
}
