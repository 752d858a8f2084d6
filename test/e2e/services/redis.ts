import { freePort } from '../n8n/instance';
import { endProcess } from '../../support/processes';
import { startServer } from './server';
import { findTool } from '../../support/tools';

/** A running Redis. */
export interface Redis {
	port: number;
	stop(): Promise<void>;
}

/** Starts a Redis that keeps everything in memory, on a free port of this machine. */
export async function startRedis(): Promise<Redis> {
	const port = await freePort();
	const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
	const child = await startServer(findTool('redis-server')!, args, {
		ready: 'Ready to accept connections',
	});
	return { port, stop: () => endProcess(child) };
}
