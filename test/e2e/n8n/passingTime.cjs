// Loaded into n8n before anything else: its clock then goes on by an hour with each signal.
const HOUR_MS = 3_600_000;
const now = Date.now;
let passed = 0;
Date.now = () => now() + passed;
process.on('SIGUSR2', () => (passed += HOUR_MS));
