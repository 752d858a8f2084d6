import { randomUUID } from 'node:crypto';
import OAuth2Server from '@node-oauth/oauth2-server';
import {
	type Access,
	CLIENT_SECRET,
	CONFIDENTIAL_CLIENT_ID,
	type Account,
	PUBLIC_CLIENT_ID,
} from './accounts';

const { InvalidClientError, InvalidGrantError, InvalidRequestError, Request, Response } =
	OAuth2Server;

/** What the token endpoint answers. */
export interface IssuedToken {
	access_token: string;
	token_type: 'Bearer';
	/** Seconds. */
	expires_in: number;
	refresh_token: string;
	/** Separated by spaces. */
	scope: string;
}

/** What a person chose on the consent page. */
export interface Consent {
	isAllowed: boolean;
	/** The scopes that stayed ticked. */
	scopes: string[];
}

/** A form or a query: every name once. */
export type Fields = Record<string, string>;

/** What a person consented to. All of its tokens end with it. */
interface Grant {
	account: Account;
	scopes: string[];
	isRevoked: boolean;
}

interface Client extends OAuth2Server.Client {
	secret?: string;
}

/** The moments are milliseconds of the server's own time. */
interface Code {
	code: OAuth2Server.AuthorizationCode;
	expiresAt: number;
}
interface AccessToken {
	client: Client;
	grant: Grant;
	scopes: string[];
	expiresAt: number;
}
interface RefreshToken {
	client: Client;
	grant: Grant;
	scopes: string[];
}

/** Datadog's last an hour; these are short. */
export const TOKEN_LIFETIME_SECONDS = 60;
/** An assumption. */
const CODE_LIFETIME_SECONDS = 300;
/** Those of the case endpoints. That a person may untick one is an assumption. */
export const SCOPES = ['cases_read', 'cases_write'];
/** n8n's, with any port: for an address of the own machine an assumption, after RFC 8252, section 7.3. */
const REDIRECT_URIS = ['localhost', '127.0.0.1'].map(
	(host) => `http://${host}/rest/oauth2-credential/callback`,
);
const CLIENTS: Client[] = [
	{ id: PUBLIC_CLIENT_ID, secret: undefined },
	{ id: CONFIDENTIAL_CLIENT_ID, secret: CLIENT_SECRET },
].map((client) => ({
	...client,
	grants: ['authorization_code', 'refresh_token'],
	redirectUris: REDIRECT_URIS,
}));

/** Datadog as OAuth2 authorization server: who may have which token, and for how long. */
export class AuthorizationServer {
	private readonly codes = new Map<string, Code>();

	private readonly accessTokens = new Map<string, AccessToken>();

	private readonly refreshTokens = new Map<string, RefreshToken>();

	private readonly server = new OAuth2Server({
		model: this.model(),
		authorizationCodeLifetime: CODE_LIFETIME_SECONDS,
		requireClientAuthentication: { authorization_code: false, refresh_token: false },
	});

	/**
	 * @param now milliseconds
	 * @param lifetimeSeconds how long the next access token lasts
	 */
	constructor(
		private readonly now: () => number,
		private readonly lifetimeSeconds: () => number,
	) {}

	/** Issues a token as if a person had just consented. The scopes are separated by spaces. */
	issue(
		options: { clientId?: string; scope?: string; lifetimeSeconds?: number } = {},
	): IssuedToken {
		const { clientId = PUBLIC_CLIENT_ID, scope = 'cases_read' } = options;
		const lifetimeSeconds = options.lifetimeSeconds ?? this.lifetimeSeconds();
		const client = clientOf(clientId);
		if (!client) throw new Error(`There is no client "${clientId}".`);
		const scopes = scope.split(' ').filter(Boolean);
		const accessToken = randomUUID();
		const refreshToken = randomUUID();
		this.store(
			{ accessToken, refreshToken, scopes, client, grant: grantOf(scopes) },
			lifetimeSeconds,
		);
		return {
			access_token: accessToken,
			token_type: 'Bearer',
			expires_in: lifetimeSeconds,
			refresh_token: refreshToken,
			scope,
		};
	}

	/** Ends the lifetime of an access token. */
	expire(accessToken: string): void {
		const token = this.accessTokens.get(accessToken);
		if (!token) throw new Error('There is no such access token.');
		token.expiresAt = this.now();
	}

	/** Ends what a person consented to, as this person does in Datadog. Takes any token of it that was not used up. */
	revokeGrant(token: string): void {
		const found = this.accessTokens.get(token) ?? this.refreshTokens.get(token);
		if (!found) throw new Error('There is no such token.');
		found.grant.isRevoked = true;
	}

	/** What a bearer token is good for, while it is good. */
	accessOf(accessToken: string): Access | undefined {
		const token = this.accessTokens.get(accessToken);
		if (!token || token.grant.isRevoked || this.now() >= token.expiresAt) return undefined;
		return { account: token.grant.account, casesRead: token.scopes.includes('cases_read') };
	}

	/** Everything as after the start. */
	reset(): void {
		this.codes.clear();
		this.accessTokens.clear();
		this.refreshTokens.clear();
	}

	/**
	 * Judges an authorization request, and answers it when the person has chosen.
	 * Resolves with the address to send the person back to, or with undefined when the person is to be asked.
	 * @throws an OAuthError when there is no address to send the person back to
	 */
	async authorize(query: Fields, consent?: Consent): Promise<URL | undefined> {
		if (!query.redirect_uri) throw new InvalidRequestError('Missing parameter: `redirect_uri`');
		const { isAllowed = true, scopes = SCOPES } = consent ?? {};
		const body = { allowed: String(isAllowed) };
		const request = new Request({ method: 'GET', headers: {}, query, body });
		const response = new Response();
		const authenticateHandler = { handle: () => grantOf(scopes) };
		try {
			const code = await this.server.authorize(request, response, { authenticateHandler });
			if (!consent) {
				this.codes.delete(code.authorizationCode);
				return undefined;
			}
		} catch (error) {
			if (!response.get('location')) throw error;
		}
		return new URL(response.get('location') as string);
	}

	/**
	 * Answers a token request.
	 * @throws an OAuthError
	 */
	async token(headers: Fields, form: Fields): Promise<IssuedToken> {
		const request = new Request({ method: 'POST', headers, query: {}, body: form });
		const response = new Response();
		authenticate(headers, form);
		await this.server.token(request, response);
		return { ...(response.body as IssuedToken), expires_in: this.lifetimeSeconds() };
	}

	/**
	 * Carries out a revocation request (RFC 7009): a refresh token takes its grant with it.
	 * @throws an OAuthError
	 */
	revoke(headers: Fields, form: Fields): void {
		const client = authenticate(headers, form);
		if (!form.token) throw new InvalidRequestError('Missing parameter: `token`');
		const refreshToken = this.refreshTokens.get(form.token);
		const found = refreshToken ?? this.accessTokens.get(form.token);
		if (found && found.client !== client) {
			throw new InvalidGrantError('Invalid grant: token was issued to another client');
		}
		if (refreshToken) refreshToken.grant.isRevoked = true;
		this.accessTokens.delete(form.token);
	}

	private store(
		token: RefreshToken & { accessToken: string; refreshToken: string },
		lifetimeSeconds: number,
	): void {
		const { accessToken, refreshToken, ...rest } = token;
		const expiresAt = this.now() + lifetimeSeconds * 1000;
		this.accessTokens.set(accessToken, { ...rest, expiresAt });
		this.refreshTokens.set(refreshToken, rest);
	}

	/** What the library asks for and hands over. Its user is the grant; its own time is not used. */
	private model(): OAuth2Server.AuthorizationCodeModel & OAuth2Server.RefreshTokenModel {
		return {
			// For the library's own check of bearer tokens, which is not used.
			getAccessToken: async () => undefined,
			getClient: async (id) => clientOf(id),
			validateRedirectUri: async (uri) => isRegistered(uri),
			validateScope: async (grant, _client, scopes) =>
				scopes?.every((scope) => SCOPES.includes(scope)) &&
				scopes.filter((scope) => (grant as Grant).scopes.includes(scope)),
			saveAuthorizationCode: async (saved, client, user) => {
				if (!client.secret && !saved.codeChallenge) {
					throw new InvalidRequestError('Missing parameter: `code_challenge`');
				}
				const code = { ...saved, client, user };
				const expiresAt = this.now() + CODE_LIFETIME_SECONDS * 1000;
				this.codes.set(code.authorizationCode, { code, expiresAt });
				return code;
			},
			getAuthorizationCode: async (code) => {
				const found = this.codes.get(code);
				return found && this.now() < found.expiresAt && found.code;
			},
			revokeAuthorizationCode: async ({ authorizationCode }) =>
				this.codes.delete(authorizationCode),
			saveToken: async (token, client, user) => {
				const { accessToken, refreshToken = '', scope: scopes = [] } = token;
				const grant = user as Grant;
				this.store({ accessToken, refreshToken, scopes, client, grant }, this.lifetimeSeconds());
				return { ...token, client, user };
			},
			getRefreshToken: async (refreshToken) => {
				const found = this.refreshTokens.get(refreshToken);
				if (!found || found.grant.isRevoked) return undefined;
				const { client, grant: user, scopes: scope } = found;
				return { refreshToken, client, user, scope };
			},
			revokeToken: async ({ refreshToken }) => this.refreshTokens.delete(refreshToken),
		};
	}
}

/** Who consents: the default account. */
function grantOf(scopes: string[]): Grant {
	return { account: 'default', scopes, isRevoked: false };
}

function clientOf(clientId: string): Client | undefined {
	return CLIENTS.find(({ id }) => id === clientId);
}

function isRegistered(redirectUri: string): boolean {
	const address = new URL(redirectUri);
	address.port = '';
	return REDIRECT_URIS.includes(address.href);
}

/** Datadog documents the form only, and 401 for a missing secret; 401 for a wrong one is an assumption. */
function authenticate(headers: Fields, form: Fields): Client {
	if (/^basic /i.test(headers.authorization ?? '')) {
		throw new InvalidRequestError('Invalid request: client credentials belong in the body');
	}
	const client = clientOf(form.client_id);
	if (!client) throw new InvalidClientError('Invalid client: client is invalid');
	// An empty secret may be left out (RFC 6749, section 2.3.1), and n8n 1.85 sends it.
	if ((client.secret ?? '') !== (form.client_secret ?? '')) {
		throw new InvalidClientError('Invalid client: client secret is invalid', { code: 401 });
	}
	return client;
}
