/** n8n polls no more than once a minute at one Poll Time, but takes many: these make one poll every three seconds. */
export const OFTEN = Array.from({ length: 20 }, (_, i) => ({
	mode: 'custom',
	cronExpression: `${3 * i} * * * * *`,
}));
