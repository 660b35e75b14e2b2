-- +goose Up
-- create "jobs" table
CREATE TABLE `jobs` (`id` uuid NOT NULL, `user_id` uuid NOT NULL, `kind` integer NOT NULL, `state` integer NOT NULL, `requested_at` integer NOT NULL, `done` integer NOT NULL, `total` integer NOT NULL, `at_conversation` uuid NOT NULL, `at_seq` integer NOT NULL, `tries` integer NOT NULL, `lease_by` text NOT NULL, `lease_until` integer NOT NULL, `finished_at` integer NOT NULL, `expires_at` integer NOT NULL, `size` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "job_kind_state_requested_at" to table: "jobs"
CREATE INDEX `job_kind_state_requested_at` ON `jobs` (`kind`, `state`, `requested_at`);
-- create index "job_user_id_kind_requested_at" to table: "jobs"
CREATE INDEX `job_user_id_kind_requested_at` ON `jobs` (`user_id`, `kind`, `requested_at`);

-- +goose Down
-- reverse: create index "job_user_id_kind_requested_at" to table: "jobs"
DROP INDEX `job_user_id_kind_requested_at`;
-- reverse: create index "job_kind_state_requested_at" to table: "jobs"
DROP INDEX `job_kind_state_requested_at`;
-- reverse: create "jobs" table
DROP TABLE `jobs`;
