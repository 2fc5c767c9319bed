CREATE TABLE users (
  id uuid PRIMARY KEY,
  username text NOT NULL CHECK (username ~ '^[A-Za-z0-9_.-]{3,32}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  tier text NOT NULL CHECK (tier IN ('member', 'admin')),
  password_hash text NOT NULL,
  discord_user_id text UNIQUE CHECK (discord_user_id ~ '^[0-9]{5,20}$'),
  banned_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Usernames are ASCII, so lower() folds them completely.
CREATE UNIQUE INDEX users_username_key ON users (lower(username));

-- The table of connect-pg-simple; express-session owns what is in "sess".
CREATE TABLE session (
  sid varchar NOT NULL PRIMARY KEY,
  sess json NOT NULL,
  expire timestamptz(6) NOT NULL
);

CREATE INDEX session_by_expiry ON session (expire);
-- Ending every session of one user (ban, new password) must not read the whole table.
CREATE INDEX session_by_user ON session ((sess ->> 'userId'));
