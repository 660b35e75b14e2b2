-- +goose Up
-- add columns to table: "heads"
ALTER TABLE `heads` ADD COLUMN `suspended_until` integer NOT NULL DEFAULT 0;
ALTER TABLE `heads` ADD COLUMN `outreach_until` integer NOT NULL DEFAULT 0;
-- create "audit_log" table
CREATE TABLE `audit_log` (`id` uuid NOT NULL, `at` integer NOT NULL, `actor` text NOT NULL, `act` integer NOT NULL, `report_id` uuid NULL, `user_id` uuid NOT NULL, `request_id` text NOT NULL, PRIMARY KEY (`id`));
-- create index "auditentry_at_id" to table: "audit_log"
CREATE INDEX `auditentry_at_id` ON `audit_log` (`at`, `id`);
-- create index "auditentry_report_id_at_id" to table: "audit_log"
CREATE INDEX `auditentry_report_id_at_id` ON `audit_log` (`report_id`, `at`, `id`);
-- create "evidence" table
CREATE TABLE `evidence` (`id` uuid NOT NULL, `sealed` text NOT NULL, `digest` text NOT NULL, `messages` integer NOT NULL, PRIMARY KEY (`id`));
-- create "reports" table
CREATE TABLE `reports` (`id` uuid NOT NULL, `reporter_id` uuid NOT NULL, `reported_id` uuid NOT NULL, `conversation_id` uuid NOT NULL, `client_report_id` text NOT NULL, `fingerprint` text NOT NULL, `category` integer NOT NULL, `messages` integer NOT NULL, `digest` text NOT NULL, `created_at` integer NOT NULL, `state` integer NOT NULL, `claimed_by` text NOT NULL, `claimed_until` integer NOT NULL, `action` integer NOT NULL, `statement` text NOT NULL, `decided_by` text NOT NULL, `decided_at` integer NOT NULL, `ends_at` integer NOT NULL, `appealable_until` integer NOT NULL, `appeal` text NOT NULL, `appealed_at` integer NOT NULL, `appeal_outcome` integer NOT NULL, `appeal_statement` text NOT NULL, `appeal_decided_by` text NOT NULL, `appeal_decided_at` integer NOT NULL, `settled_at` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "report_once" to table: "reports"
CREATE UNIQUE INDEX `report_once` ON `reports` (`reporter_id`, `client_report_id`);
-- create index "report_reporter_id_created_at_id" to table: "reports"
CREATE INDEX `report_reporter_id_created_at_id` ON `reports` (`reporter_id`, `created_at`, `id`);
-- create index "report_reported_id_decided_at_id" to table: "reports"
CREATE INDEX `report_reported_id_decided_at_id` ON `reports` (`reported_id`, `decided_at`, `id`);
-- create index "report_state_created_at_id" to table: "reports"
CREATE INDEX `report_state_created_at_id` ON `reports` (`state`, `created_at`, `id`);
-- create index "report_settled_at" to table: "reports"
CREATE INDEX `report_settled_at` ON `reports` (`settled_at`);

-- +goose Down
-- reverse: create index "report_settled_at" to table: "reports"
DROP INDEX `report_settled_at`;
-- reverse: create index "report_state_created_at_id" to table: "reports"
DROP INDEX `report_state_created_at_id`;
-- reverse: create index "report_reported_id_decided_at_id" to table: "reports"
DROP INDEX `report_reported_id_decided_at_id`;
-- reverse: create index "report_reporter_id_created_at_id" to table: "reports"
DROP INDEX `report_reporter_id_created_at_id`;
-- reverse: create index "report_once" to table: "reports"
DROP INDEX `report_once`;
-- reverse: create "reports" table
DROP TABLE `reports`;
-- reverse: create "evidence" table
DROP TABLE `evidence`;
-- reverse: create index "auditentry_report_id_at_id" to table: "audit_log"
DROP INDEX `auditentry_report_id_at_id`;
-- reverse: create index "auditentry_at_id" to table: "audit_log"
DROP INDEX `auditentry_at_id`;
-- reverse: create "audit_log" table
DROP TABLE `audit_log`;
-- reverse: add columns to table: "heads"
ALTER TABLE `heads` DROP COLUMN `outreach_until`;
ALTER TABLE `heads` DROP COLUMN `suspended_until`;
