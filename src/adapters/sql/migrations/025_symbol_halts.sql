-- Trading halts of symbols that have not ended, by the feed that told them. Upstream says each halt once: the engine that
-- begins next, after a restart or in another replica, has them from here. A row goes when its halt ends.
CREATE TABLE symbol_halts (
  source text NOT NULL,
  symbol text NOT NULL,
  -- Time of the source.
  halted_at timestamptz NOT NULL,
  PRIMARY KEY (source, symbol)
);
