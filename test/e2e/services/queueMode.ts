import { join } from 'node:path';
import { WORK } from '../n8n/app';
import { freePort, N8n } from '../n8n/instance';
import { startPostgres } from './postgres';
import { startRedis } from './redis';
import { freshHome, setStage, type Stage } from '../n8n/stage';

/** n8n in queue mode: main, Redis and PostgreSQL. The workers are started one by one. */
export interface QueueStage extends Stage {
	/** All that were started, also those that have ended. */
	workers: N8n[];
	/**
	 * Starts a worker as on a machine of its own: with a user folder, and a copy of the package, that no other has.
	 * @param concurrency how many executions it runs at once
	 */
	startWorker(name: string, concurrency: number): Promise<N8n>;
}

/**
 * A worker renews the lock of each job that it runs. The jobs of a worker that is gone are found by the missing lock;
 * n8n's own intervals (60, 10 and 30 s) would only make us wait.
 */
const STALLED_JOBS = {
	QUEUE_WORKER_LOCK_DURATION: '10000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
	QUEUE_WORKER_STALLED_INTERVAL: '2000',
};

/**
 * n8n main asks Redis whether a job is done only after it has enqueued it. When a fast worker was done before that, and
 * nothing of the job is kept (n8n's own setting), main waits for ever and the webhook never answers, whatever the node.
 */
const FINISHED_JOBS = {
	N8N_EXECUTIONS_QUEUE_KEEP_LAST_COMPLETED: '1000',
	N8N_EXECUTIONS_QUEUE_KEEP_LAST_FAILED: '1000',
};

/** n8n's other engine starts a V8 isolate for each execution: four times the CPU of all else that a worker does here. */
const EXPRESSIONS = { N8N_EXPRESSION_ENGINE: 'legacy' };

/** Sets the stage `name` in queue mode, without a worker. */
export async function setQueueStage(name: string): Promise<QueueStage> {
	const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
	const env = {
		EXECUTIONS_MODE: 'queue',
		N8N_ENCRYPTION_KEY: 'one-encryption-key-for-all',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redis.port),
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: '127.0.0.1',
		DB_POSTGRESDB_PORT: String(postgres.port),
		DB_POSTGRESDB_USER: postgres.user,
		DB_POSTGRESDB_DATABASE: postgres.database,
		...STALLED_JOBS,
		...FINISHED_JOBS,
		...EXPRESSIONS,
	};
	const stage = await setStage(name, { env });
	const workers: N8n[] = [];
	return {
		...stage,
		workers,
		async startWorker(workerName, concurrency) {
			const userFolder = await freshHome(workerName);
			const port = await freePort();
			const worker = await N8n.start(stage.app, {
				userFolder,
				logFile: join(WORK, `${workerName}.log`),
				command: ['worker', `--concurrency=${concurrency}`],
				port,
				env: {
					...env,
					QUEUE_HEALTH_CHECK_ACTIVE: 'true',
					QUEUE_HEALTH_CHECK_PORT: String(port),
					N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
				},
			});
			workers.push(worker);
			return worker;
		},
		async close() {
			await Promise.all(workers.map((worker) => worker.stop()));
			await stage.close();
			await Promise.all([redis.stop(), postgres.stop()]);
		},
	};
}
