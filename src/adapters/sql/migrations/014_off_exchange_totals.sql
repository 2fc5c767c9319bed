-- The totals of the day: an engine goes on from one row per symbol, and does not read the minutes.
ALTER TABLE off_exchange_symbols
  ADD COLUMN bullish numeric(40, 12) NOT NULL DEFAULT 0 CHECK (bullish >= 0),
  ADD COLUMN bearish numeric(40, 12) NOT NULL DEFAULT 0 CHECK (bearish >= 0),
  ADD COLUMN unknown numeric(40, 12) NOT NULL DEFAULT 0 CHECK (unknown >= 0),
  ADD COLUMN prints bigint NOT NULL DEFAULT 0 CHECK (prints >= 0),
  -- Null where no print was large enough.
  ALTER COLUMN largest DROP NOT NULL;

UPDATE off_exchange_symbols s
SET bullish = m.bullish, bearish = m.bearish, unknown = m.unknown, prints = m.prints
FROM (
  SELECT source, day, symbol, sum(bullish) AS bullish, sum(bearish) AS bearish, sum(unknown) AS unknown,
    sum(prints) AS prints
  FROM off_exchange_minutes GROUP BY source, day, symbol
) m
WHERE s.source = m.source AND s.day = m.day AND s.symbol = m.symbol;

-- What an engine counted of a minute, by the lease number with which its sums began: a minute is the sum of its parts.
-- So each engine writes absolute numbers without having read those of the engines before.
ALTER TABLE off_exchange_minutes
  ADD COLUMN part bigint NOT NULL DEFAULT 0,
  DROP CONSTRAINT off_exchange_minutes_pkey,
  ADD PRIMARY KEY (source, day, symbol, minute, part);
