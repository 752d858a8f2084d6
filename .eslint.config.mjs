import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import parser from '@typescript-eslint/parser';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';

const base = { plugins: { 'n8n-nodes-base': n8nNodesBase }, languageOptions: { parser } };
const { community, credentials, nodes } = n8nNodesBase.configs;

export default [
	{ ...n8nCommunityNodesPlugin.configs.recommended, files: ['{nodes,credentials}/**/*.ts'] },
	{
		...n8nCommunityNodesPlugin.configs.recommended,
		files: ['package.json'],
		languageOptions: { parser, parserOptions: { extraFileExtensions: ['.json'] } },
	},
	{
		...base,
		files: ['package.json'],
		languageOptions: { parser, parserOptions: { extraFileExtensions: ['.json'] } },
		rules: community.rules,
	},
	{
		...base,
		files: ['credentials/**/*.ts'],
		rules: {
			...credentials.rules,
			// Wants a camel-cased name of a page in n8n's own docs; ours is a full URL, as community-nodes demands.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
		},
	},
	{
		...base,
		files: ['nodes/**/*.ts'],
		rules: {
			...nodes.rules,
			// Want the literal ['main']; community-nodes demands NodeConnectionTypes.Main.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
			// Aggregate refuses more than 1,000 groups.
			'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
		},
	},
];
