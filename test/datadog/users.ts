/** A user as search returns it. Each text may be blank. */
export interface User {
	id: string;
	attributes: UserAttributes;
}

export interface UserAttributes {
	active: boolean;
	email: string;
	handle: string;
	name: string;
}

/** The users cases are assigned to. The last three are of kinds that were recorded. */
export const USERS: User[] = [
	{
		id: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b01',
		attributes: {
			active: true,
			email: 'ada@example.com',
			handle: 'ada@example.com',
			name: 'Ada Moreau',
		},
	},
	// A service account: its handle is its id.
	{
		id: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b02',
		attributes: {
			active: true,
			email: 'pager@example.com',
			handle: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b02',
			name: 'Pager Bot',
		},
	},
	// Invited, and without a name yet.
	{
		id: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b03',
		attributes: {
			active: true,
			email: 'chiara@example.com',
			handle: 'chiara@example.com',
			name: '',
		},
	},
	// Left the organization.
	{
		id: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b04',
		attributes: { active: false, email: '', handle: '', name: '' },
	},
];
