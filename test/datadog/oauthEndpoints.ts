import { parse } from 'node:querystring';
import OAuth2Server from '@node-oauth/oauth2-server';
import type { FastifyInstance } from 'fastify';
import type { AuthorizationServer, Fields } from './oauth';

const AUTHORIZE = '/oauth2/v1/authorize';
const TEXTS = { type: 'object', additionalProperties: { type: 'string' } };
const FORM = 'application/x-www-form-urlencoded';

/** The consent form. A scope that is unticked is not granted, which is an assumption. */
interface Choice {
	allowed: 'true' | 'false';
	granted?: string | string[];
}

/** Datadog's three OAuth2 paths. What they answer is Datadog's where documented, else that of RFC 6749 and 7009. */
export function addOAuthEndpoints(app: FastifyInstance, oauth: AuthorizationServer): void {
	void app.register(async (paths) => {
		paths.addContentTypeParser(FORM, { parseAs: 'string' }, (_request, text, done) =>
			done(null, { ...parse(text as string) }),
		);
		paths.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
			const { name, code } =
				error instanceof OAuth2Server.OAuthError
					? error
					: { name: 'invalid_request', code: error.statusCode ?? 500 };
			reply.code(code);
			// A person reads this one.
			if (request.url.startsWith(AUTHORIZE)) return reply.type('text/plain').send(error.message);
			return reply.send({ error: name, error_description: error.message });
		});

		paths.get<{ Querystring: Fields }>(
			AUTHORIZE,
			{ schema: { querystring: TEXTS } },
			async ({ query }, reply) => {
				const back = await oauth.authorize(query);
				return back
					? reply.redirect(back.href)
					: reply.type('text/html').send(consentPage(query.scope.split(' ')));
			},
		);
		paths.post<{ Querystring: Fields; Body: Choice }>(
			AUTHORIZE,
			{ schema: { querystring: TEXTS } },
			async ({ query, body, host }, reply) => {
				const scopes = [body.granted ?? []].flat();
				const back = (await oauth.authorize(query, {
					isAllowed: body.allowed === 'true',
					scopes,
				}))!;
				// What these hold is an assumption; Datadog documents that they come.
				if (back.searchParams.has('code')) {
					back.searchParams.set('domain', host);
					back.searchParams.set('site', `http://${host}`);
				}
				return reply.redirect(back.href);
			},
		);
		paths.post<{ Body: Fields }>(
			'/oauth2/v1/token',
			{ schema: { body: TEXTS } },
			async ({ headers, body }, reply) => {
				reply.header('cache-control', 'no-store');
				return oauth.token(headers as Fields, body);
			},
		);
		paths.post<{ Body: Fields }>(
			'/oauth2/v1/revoke',
			{ schema: { body: TEXTS } },
			async ({ headers, body }) => {
				oauth.revoke(headers as Fields, body);
				return {};
			},
		);
	});
}

/** Takes scopes that are known. */
function consentPage(scopes: string[]): string {
	const boxes = scopes.map(
		(scope) =>
			`<p><label><input type="checkbox" name="granted" value="${scope}" checked> ${scope}</label></p>`,
	);
	return `<!doctype html>
<title>Datadog</title>
<h1>An application asks for access to your Datadog account</h1>
<form method="post">
${boxes.join('\n')}
<button name="allowed" value="true">Authorize</button>
<button name="allowed" value="false">Deny</button>
</form>`;
}
