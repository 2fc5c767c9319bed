-- Tokens that have opened a socket: each opens one. Rows of expired tokens are removed.
CREATE TABLE socket_tokens (
  id uuid PRIMARY KEY,
  expires_at timestamptz NOT NULL
);

CREATE INDEX socket_tokens_by_expiry ON socket_tokens (expires_at);
