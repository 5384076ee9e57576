-- What is delivered as the latest is the latest of an entity, and its channel carries so many messages a second at most.
-- Both stay null in what the code before this one writes.
ALTER TABLE millrace.outbox ADD COLUMN entity text COLLATE "C";
ALTER TABLE millrace.outbox ADD COLUMN per_second integer CHECK (per_second > 0);
