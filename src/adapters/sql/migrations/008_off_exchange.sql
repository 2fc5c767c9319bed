-- Sums of off-exchange prints, apart for each source of market data: an invented market must not be added to a real one.
-- Amounts are dollars, exact: prices and sizes have six decimals each.
CREATE TABLE off_exchange_symbols (
  source text NOT NULL,
  -- The day in New York.
  day date NOT NULL,
  symbol text NOT NULL,
  -- Prints that arrived late count in no other number.
  late_prints bigint NOT NULL CHECK (late_prints >= 0),
  late_notional numeric(40, 12) NOT NULL CHECK (late_notional >= 0),
  -- The largest prints one by one.
  largest json NOT NULL,
  -- Upstream's number of the last print that was counted.
  sequence bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  -- Our time, by which rows are pruned: a recording has days of its own.
  written_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, day, symbol)
);

CREATE INDEX off_exchange_symbols_age ON off_exchange_symbols (written_at);

CREATE TABLE off_exchange_minutes (
  source text NOT NULL,
  day date NOT NULL,
  symbol text NOT NULL,
  minute timestamptz NOT NULL,
  bullish numeric(40, 12) NOT NULL CHECK (bullish >= 0),
  bearish numeric(40, 12) NOT NULL CHECK (bearish >= 0),
  unknown numeric(40, 12) NOT NULL CHECK (unknown >= 0),
  prints bigint NOT NULL CHECK (prints > 0),
  PRIMARY KEY (source, day, symbol, minute)
);

-- Times in which prints may be missing from the sums.
CREATE TABLE off_exchange_gaps (
  source text NOT NULL,
  day date NOT NULL,
  began_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL CHECK (ended_at > began_at),
  PRIMARY KEY (source, day, began_at)
);

-- Every print that upstream sent up to here is counted.
CREATE TABLE off_exchange_coverage (
  source text PRIMARY KEY,
  covered_until timestamptz NOT NULL
);
