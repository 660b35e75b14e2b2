-- +goose Up
-- Text keys sort by bytes, as the prefix search and its cursors need, whatever the database's locale.
ALTER TABLE users
    ALTER COLUMN external_id TYPE varchar COLLATE "C",
    ALTER COLUMN handle TYPE varchar COLLATE "C",
    ALTER COLUMN name_key TYPE varchar COLLATE "C";
ALTER TABLE messages ALTER COLUMN client_message_id TYPE varchar COLLATE "C";
-- Every send updates two heads in place: room on the page keeps the update out of the index (HOT).
ALTER TABLE heads SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE conversations SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE events SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);

-- +goose Down
ALTER TABLE events RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor);
ALTER TABLE conversations RESET (fillfactor, autovacuum_vacuum_scale_factor);
ALTER TABLE heads RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay);
