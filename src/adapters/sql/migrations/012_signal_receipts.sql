-- When the request of a signal came: deliveries are measured from it. A row of an earlier release does not know it.
ALTER TABLE signals ADD COLUMN received_at timestamptz;
