-- +goose Up
-- modify "heads" table
ALTER TABLE "heads" ADD COLUMN "suspended_until" bigint NOT NULL DEFAULT 0, ADD COLUMN "outreach_until" bigint NOT NULL DEFAULT 0;
-- create "audit_log" table
CREATE TABLE "audit_log" ("id" uuid NOT NULL, "at" bigint NOT NULL, "actor" character varying NOT NULL, "act" smallint NOT NULL, "report_id" uuid NULL, "user_id" uuid NOT NULL, "request_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "auditentry_at_id" to table: "audit_log"
CREATE INDEX "auditentry_at_id" ON "audit_log" ("at", "id");
-- create index "auditentry_report_id_at_id" to table: "audit_log"
CREATE INDEX "auditentry_report_id_at_id" ON "audit_log" ("report_id", "at", "id");
-- create "evidence" table
CREATE TABLE "evidence" ("id" uuid NOT NULL, "sealed" text NOT NULL, "digest" character varying NOT NULL, "messages" integer NOT NULL, PRIMARY KEY ("id"));
-- create "reports" table
CREATE TABLE "reports" ("id" uuid NOT NULL, "reporter_id" uuid NOT NULL, "reported_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "client_report_id" character varying NOT NULL, "fingerprint" character varying NOT NULL, "category" smallint NOT NULL, "messages" integer NOT NULL, "digest" character varying NOT NULL, "created_at" bigint NOT NULL, "state" smallint NOT NULL, "claimed_by" character varying NOT NULL, "claimed_until" bigint NOT NULL, "action" smallint NOT NULL, "statement" text NOT NULL, "decided_by" character varying NOT NULL, "decided_at" bigint NOT NULL, "ends_at" bigint NOT NULL, "appealable_until" bigint NOT NULL, "appeal" text NOT NULL, "appealed_at" bigint NOT NULL, "appeal_outcome" smallint NOT NULL, "appeal_statement" text NOT NULL, "appeal_decided_by" character varying NOT NULL, "appeal_decided_at" bigint NOT NULL, "settled_at" bigint NOT NULL, PRIMARY KEY ("id"));
-- create index "report_once" to table: "reports"
CREATE UNIQUE INDEX "report_once" ON "reports" ("reporter_id", "client_report_id");
-- create index "report_reported_id_decided_at_id" to table: "reports"
CREATE INDEX "report_reported_id_decided_at_id" ON "reports" ("reported_id", "decided_at", "id");
-- create index "report_reporter_id_created_at_id" to table: "reports"
CREATE INDEX "report_reporter_id_created_at_id" ON "reports" ("reporter_id", "created_at", "id");
-- create index "report_settled_at" to table: "reports"
CREATE INDEX "report_settled_at" ON "reports" ("settled_at");
-- create index "report_state_created_at_id" to table: "reports"
CREATE INDEX "report_state_created_at_id" ON "reports" ("state", "created_at", "id");

-- +goose Down
-- reverse: create index "report_state_created_at_id" to table: "reports"
DROP INDEX "report_state_created_at_id";
-- reverse: create index "report_settled_at" to table: "reports"
DROP INDEX "report_settled_at";
-- reverse: create index "report_reporter_id_created_at_id" to table: "reports"
DROP INDEX "report_reporter_id_created_at_id";
-- reverse: create index "report_reported_id_decided_at_id" to table: "reports"
DROP INDEX "report_reported_id_decided_at_id";
-- reverse: create index "report_once" to table: "reports"
DROP INDEX "report_once";
-- reverse: create "reports" table
DROP TABLE "reports";
-- reverse: create "evidence" table
DROP TABLE "evidence";
-- reverse: create index "auditentry_report_id_at_id" to table: "audit_log"
DROP INDEX "auditentry_report_id_at_id";
-- reverse: create index "auditentry_at_id" to table: "audit_log"
DROP INDEX "auditentry_at_id";
-- reverse: create "audit_log" table
DROP TABLE "audit_log";
-- reverse: modify "heads" table
ALTER TABLE "heads" DROP COLUMN "outreach_until", DROP COLUMN "suspended_until";
