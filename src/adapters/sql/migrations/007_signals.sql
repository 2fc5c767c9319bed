-- Signals of sources outside, in two streams that count for themselves: a reader of one learns nothing of the other.
CREATE TABLE signal_streams (
  stream text PRIMARY KEY CHECK (stream IN ('free', 'premium')),
  -- Another epoch is another numbering: a client that knows the old one has to start over.
  epoch text NOT NULL DEFAULT gen_random_uuid()::text,
  seq bigint NOT NULL DEFAULT 0
);
INSERT INTO signal_streams (stream) VALUES ('free'), ('premium');

-- Every accepted revision, for good: the key of a signal stands for exactly these bytes.
CREATE TABLE signals (
  stream text NOT NULL REFERENCES signal_streams,
  seq bigint NOT NULL,
  source text NOT NULL,
  id text NOT NULL,
  revision integer NOT NULL,
  digest text NOT NULL,
  symbol text NOT NULL,
  action text NOT NULL,
  price numeric,
  stop_price numeric,
  target_price numeric,
  quantity numeric,
  confidence numeric,
  author text,
  words text,
  expires_at timestamptz,
  said_at timestamptz NOT NULL,
  accepted_at timestamptz NOT NULL,
  PRIMARY KEY (stream, seq),
  UNIQUE (source, id, revision)
);

CREATE INDEX signals_by_time ON signals (accepted_at DESC, stream DESC, seq DESC);
CREATE INDEX signals_by_symbol ON signals (symbol, accepted_at DESC);
