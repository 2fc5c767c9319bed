-- When the last command of operators about one thing ("halt everyone", "tier <user>") was signed: an older one that
-- arrives after it is refused. The row also is the lock under which such commands follow each other.
CREATE TABLE operator_turns (
  subject text PRIMARY KEY,
  signed_at timestamptz NOT NULL
);
