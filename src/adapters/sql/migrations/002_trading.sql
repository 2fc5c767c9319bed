-- Money is NUMERIC(20,4): sub-dollar shares are priced in hundredths of a cent, quantities are whole.
-- The CHECKs are the last line: whatever the code does, no row of money that makes no sense can be committed.

CREATE TABLE accounts (
  user_id uuid PRIMARY KEY REFERENCES users (id),
  deposits numeric(20, 4) NOT NULL CHECK (deposits >= 0),
  cash numeric(20, 4) NOT NULL CHECK (cash >= 0),
  reserved numeric(20, 4) NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  cost numeric(20, 4) NOT NULL DEFAULT 0 CHECK (cost >= 0),
  realized numeric(20, 4) NOT NULL DEFAULT 0,
  CONSTRAINT accounts_reserved_is_there CHECK (reserved <= cash),
  CONSTRAINT accounts_balance CHECK (cash + cost = deposits + realized)
);

CREATE TABLE positions (
  user_id uuid NOT NULL REFERENCES accounts (user_id),
  symbol text NOT NULL,
  quantity bigint NOT NULL CHECK (quantity >= 0),
  cost numeric(20, 4) NOT NULL CHECK (cost >= 0),
  realized numeric(20, 4) NOT NULL,
  -- Trading day (New York) of the last fill, and how that day began and went.
  day text NOT NULL,
  day_start_quantity bigint NOT NULL CHECK (day_start_quantity >= 0),
  day_start_realized numeric(20, 4) NOT NULL,
  day_flow numeric(20, 4) NOT NULL,
  PRIMARY KEY (user_id, symbol),
  CONSTRAINT positions_cost_of_nothing CHECK (quantity > 0 OR cost = 0)
);

CREATE TABLE orders (
  id uuid PRIMARY KEY,
  -- Order of arrival: who came first is claimed first.
  number bigint GENERATED ALWAYS AS IDENTITY,
  user_id uuid NOT NULL REFERENCES accounts (user_id),
  client_order_id text NOT NULL,
  -- sha256 of the request: tells a repeat from another request under a used key.
  fingerprint text NOT NULL,
  source text NOT NULL,
  symbol text NOT NULL,
  side text NOT NULL CHECK (side IN ('buy', 'sell')),
  type text NOT NULL CHECK (type IN ('market', 'limit', 'stop')),
  time_in_force text NOT NULL CHECK (time_in_force IN ('day', 'gtc')),
  quantity bigint NOT NULL CHECK (quantity > 0),
  limit_price numeric(20, 4) CHECK (limit_price > 0),
  stop_price numeric(20, 4) CHECK (stop_price > 0),
  bound_price numeric(20, 4) CHECK (bound_price > 0),
  reserved numeric(20, 4) NOT NULL CHECK (reserved >= 0),
  filled_quantity bigint NOT NULL DEFAULT 0 CHECK (filled_quantity >= 0),
  filled_value numeric(20, 4) NOT NULL DEFAULT 0 CHECK (filled_value >= 0),
  status text NOT NULL CHECK (status IN ('accepted', 'submitting', 'working', 'partially_filled', 'filled',
                                         'cancelled', 'expired', 'denied', 'rejected')),
  reason text,
  message text,
  -- Why an open order is to end; the broker has the last word.
  end_reason text CHECK (end_reason IN ('CANCELLED_BY_USER', 'TRADING_HALTED', 'EXPIRED')),
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT orders_key UNIQUE (user_id, client_order_id),
  CONSTRAINT orders_not_overfilled CHECK (filled_quantity <= quantity),
  CONSTRAINT orders_final_reserve_nothing CHECK (reserved = 0 OR status IN ('accepted', 'submitting', 'working', 'partially_filled')),
  CONSTRAINT orders_denied_without_price CHECK (bound_price IS NOT NULL OR status = 'denied')
);

-- All partial, each for one query that repeats its predicate: a plan made while the table was empty sees no
-- difference between two indexes that start with user_id, and would keep the wrong one for the key look-up.
CREATE INDEX orders_recent ON orders (user_id, number DESC) WHERE number > 0;
CREATE INDEX orders_waiting ON orders (number) WHERE status = 'accepted';
CREATE INDEX orders_open ON orders (user_id, symbol)
  WHERE status IN ('accepted', 'submitting', 'working', 'partially_filled');
CREATE INDEX orders_look_alikes ON orders (user_id, symbol, quantity, created_at) WHERE status <> 'denied';

CREATE TABLE fills (
  execution_id text PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders (id),
  user_id uuid NOT NULL,
  quantity bigint NOT NULL CHECK (quantity > 0),
  price numeric(20, 4) NOT NULL CHECK (price > 0),
  executed_at timestamptz NOT NULL
);

CREATE INDEX fills_order ON fills (order_id);

CREATE TABLE journal_heads (
  user_id uuid PRIMARY KEY REFERENCES users (id),
  -- Another epoch is another numbering: a client that knows the old one has to start over.
  epoch text NOT NULL,
  seq bigint NOT NULL DEFAULT 0 CHECK (seq >= 0),
  floor bigint NOT NULL DEFAULT 0,
  CONSTRAINT journal_heads_floor CHECK (floor BETWEEN 0 AND seq)
);

-- json, not jsonb: it is read back as it was written and never looked into.
CREATE TABLE journal (
  user_id uuid NOT NULL,
  seq bigint NOT NULL,
  event text NOT NULL,
  payload json NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, seq)
);

CREATE INDEX journal_age ON journal (recorded_at);

-- Accounts that are kept elsewhere: the last reported view, as the wire tells it.
CREATE TABLE external_portfolios (
  user_id uuid PRIMARY KEY REFERENCES accounts (user_id),
  portfolio json NOT NULL,
  reported_at timestamptz NOT NULL
);

-- Kill switches: scope is a user id, or 'everyone'.
CREATE TABLE halts (
  scope text PRIMARY KEY,
  reason text NOT NULL,
  halted_at timestamptz NOT NULL
);

-- Who is the engine. The fencing number rises with every change of holder; writes of an older one are refused.
CREATE TABLE leases (
  name text PRIMARY KEY,
  fencing bigint NOT NULL CHECK (fencing >= 0),
  holder text,
  expires_at timestamptz NOT NULL
);

INSERT INTO leases (name, fencing, holder, expires_at) VALUES ('engine', 0, NULL, to_timestamp(0));
