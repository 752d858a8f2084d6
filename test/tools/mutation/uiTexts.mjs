/** Leaves out the texts that the editor shows to people beside a field: no behaviour depends on their words. */
const KEYS = ['description', 'placeholder'];

const isText = ({ node, parentPath }) =>
	(node.type === 'StringLiteral' || node.type === 'TemplateLiteral') &&
	parentPath?.node.type === 'ObjectProperty' &&
	parentPath.node.value === node &&
	KEYS.includes(parentPath.node.key.name);

export const strykerPlugins = [
	{
		kind: 'Ignore',
		name: 'uiTexts',
		value: { shouldIgnore: (path) => (isText(path) ? 'a text for people' : undefined) },
	},
];
