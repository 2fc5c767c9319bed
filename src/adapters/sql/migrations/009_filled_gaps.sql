-- Symbols whose prints of that time were fetched afterwards: for them it is no gap any more.
ALTER TABLE off_exchange_gaps ADD COLUMN filled text[] NOT NULL DEFAULT '{}';
