-- Changes of positions that are no fill: with them, fills give the quantities of the books. A row stays for good.
CREATE TABLE position_adjustments (
  user_id uuid NOT NULL REFERENCES accounts (user_id),
  symbol text NOT NULL,
  reason text NOT NULL,
  -- What caused it: the event id of an operator.
  reference text NOT NULL,
  quantity_before bigint NOT NULL CHECK (quantity_before >= 0),
  quantity_after bigint NOT NULL CHECK (quantity_after >= 0),
  cash numeric(20, 4) NOT NULL,
  -- What the operator wrote about it.
  note text,
  adjusted_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, symbol, reason, reference)
);
