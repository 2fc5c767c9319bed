-- For whom an order of a hook was taken: a repeat is for the same user, also when the Discord account that names the user
-- has been linked to another one since.
ALTER TABLE hook_events ADD COLUMN user_id uuid;
