-- Events taken from signed senders. A row stays for good: the same id is never worked twice.
CREATE TABLE hook_events (
  event_id text PRIMARY KEY,
  -- sha256 of route and body: tells a repeat from another event under a used id.
  digest text NOT NULL,
  -- The first answer; null while an order of this event is being placed.
  result jsonb,
  received_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE watchlists (
  user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  symbols text[] NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- One open code per user.
CREATE TABLE discord_link_codes (
  user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  code text NOT NULL UNIQUE,
  expires_at timestamptz NOT NULL
);
