-- How far each replica delivered each signal. A replica without readers has a row, too: one that is missing is not known.
CREATE TABLE signal_deliveries (
  stream text NOT NULL,
  seq bigint NOT NULL,
  replica text NOT NULL,
  eligible integer NOT NULL,
  told integer NOT NULL,
  -- [[bin, readers]…]: the bins of src/domain/signals/delivery/latency-bins.ts.
  latencies json NOT NULL,
  -- Every replica that was known to this one when it heard of the signal, and whether that was all of them for sure.
  known text[] NOT NULL,
  exact boolean NOT NULL,
  PRIMARY KEY (stream, seq, replica),
  FOREIGN KEY (stream, seq) REFERENCES signals
);
