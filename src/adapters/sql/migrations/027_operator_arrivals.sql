-- When a replica received the command that had the last turn: signatures have whole seconds, and of two commands of the
-- same second the later one counts. NULL where the release before took the turn.
ALTER TABLE operator_turns ADD COLUMN received_at timestamptz;
