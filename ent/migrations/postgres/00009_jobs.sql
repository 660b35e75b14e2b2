-- +goose Up
-- create "jobs" table
CREATE TABLE "jobs" ("id" uuid NOT NULL, "user_id" uuid NOT NULL, "kind" smallint NOT NULL, "state" smallint NOT NULL, "requested_at" bigint NOT NULL, "done" bigint NOT NULL, "total" bigint NOT NULL, "at_conversation" uuid NOT NULL, "at_seq" bigint NOT NULL, "tries" integer NOT NULL, "lease_by" character varying NOT NULL, "lease_until" bigint NOT NULL, "finished_at" bigint NOT NULL, "expires_at" bigint NOT NULL, "size" bigint NOT NULL, PRIMARY KEY ("id"));
-- create index "job_kind_state_requested_at" to table: "jobs"
CREATE INDEX "job_kind_state_requested_at" ON "jobs" ("kind", "state", "requested_at");
-- create index "job_user_id_kind_requested_at" to table: "jobs"
CREATE INDEX "job_user_id_kind_requested_at" ON "jobs" ("user_id", "kind", "requested_at");

-- +goose Down
-- reverse: create index "job_user_id_kind_requested_at" to table: "jobs"
DROP INDEX "job_user_id_kind_requested_at";
-- reverse: create index "job_kind_state_requested_at" to table: "jobs"
DROP INDEX "job_kind_state_requested_at";
-- reverse: create "jobs" table
DROP TABLE "jobs";
