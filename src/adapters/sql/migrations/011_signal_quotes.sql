-- What a follower of a signal could have traded at: the next quote after it was accepted, and after it expired.
CREATE TABLE signal_quotes (
  stream text NOT NULL,
  seq bigint NOT NULL,
  moment text NOT NULL CHECK (moment IN ('accepted', 'expired')),
  bid numeric NOT NULL,
  ask numeric NOT NULL,
  quoted_at timestamptz NOT NULL,
  PRIMARY KEY (stream, seq, moment),
  FOREIGN KEY (stream, seq) REFERENCES signals
);

CREATE INDEX signals_by_source ON signals (source, accepted_at DESC);
CREATE INDEX signals_by_expiry ON signals (expires_at) WHERE expires_at IS NOT NULL;
