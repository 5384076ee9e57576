/** What a browser of another origin may do. A list that is not given allows nothing. */
export interface Cors {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds: number | undefined;
  readonly credentials: boolean;
}

/** Who may call a route: bearers of a token of this issuer, for one of these audiences. */
export interface JwtAuthorizer {
  readonly issuer: string;
  readonly audiences: readonly string[];
}

/** A function behind routes, called with payload format 2.0. */
export interface Integration {
  readonly functionArn: string;
  readonly timeoutMs: number;
}

export interface Route {
  /** `GET /v1/things/{id}`, `ANY /{proxy+}` or `$default`. */
  readonly key: string;
  readonly integrationId: string;
  /** Undefined: anyone may call it. */
  readonly authorizerId: string | undefined;
  /** A token must have one of them; none: any token will do. */
  readonly scopes: readonly string[];
}

/** An HTTP API with all that belongs to it so far: a deploy adds one resource after the other. */
export interface HttpApi {
  readonly id: string;
  readonly name: string;
  readonly cors: Cors | undefined;
  readonly integrations: Map<string, Integration>;
  readonly authorizers: Map<string, JwtAuthorizer>;
  readonly routes: Map<string, Route>;
}

/** An answer on its way to the client; header names are lower-case. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body: string | Buffer;
}

/** What API Gateway says itself. */
export const gatewayAnswer = (status: number, message: string, headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ message }),
});
