-- When a symbol was first followed on a day: prints of before are not in its sums. Without a row nobody followed it, or
-- every symbol was summed.
CREATE TABLE off_exchange_follows (
  source text NOT NULL,
  -- The day in New York.
  day date NOT NULL,
  symbol text NOT NULL,
  -- The time of the source.
  since timestamptz NOT NULL,
  PRIMARY KEY (source, day, symbol)
);
