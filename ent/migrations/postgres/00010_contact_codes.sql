-- +goose Up
-- create "contact_codes" table
CREATE TABLE "contact_codes" ("id" uuid NOT NULL, "owner_id" uuid NOT NULL, "label" character varying NOT NULL, "hash" character varying NOT NULL, "created_at" bigint NOT NULL, "expires_at" bigint NOT NULL, "revoked_at" bigint NOT NULL, "ends_at" bigint NOT NULL, "uses" integer NOT NULL, "max_uses" integer NOT NULL, PRIMARY KEY ("id"));
-- create index "contactcode_ends_at" to table: "contact_codes"
CREATE INDEX "contactcode_ends_at" ON "contact_codes" ("ends_at");
-- create index "contactcode_hash" to table: "contact_codes"
CREATE UNIQUE INDEX "contactcode_hash" ON "contact_codes" ("hash");
-- create index "contactcode_owner_id_created_at_id" to table: "contact_codes"
CREATE INDEX "contactcode_owner_id_created_at_id" ON "contact_codes" ("owner_id", "created_at", "id");
-- create index "contactcode_owner_id_ends_at" to table: "contact_codes"
CREATE INDEX "contactcode_owner_id_ends_at" ON "contact_codes" ("owner_id", "ends_at");
-- create "contact_code_uses" table
CREATE TABLE "contact_code_uses" ("code_id" uuid NOT NULL, "bearer_id" uuid NOT NULL, "used_at" bigint NOT NULL, PRIMARY KEY ("code_id", "bearer_id"));
-- create index "contactcodeuse_bearer_id_code_id" to table: "contact_code_uses"
CREATE INDEX "contactcodeuse_bearer_id_code_id" ON "contact_code_uses" ("bearer_id", "code_id");

-- +goose Down
-- reverse: create index "contactcodeuse_bearer_id_code_id" to table: "contact_code_uses"
DROP INDEX "contactcodeuse_bearer_id_code_id";
-- reverse: create "contact_code_uses" table
DROP TABLE "contact_code_uses";
-- reverse: create index "contactcode_owner_id_ends_at" to table: "contact_codes"
DROP INDEX "contactcode_owner_id_ends_at";
-- reverse: create index "contactcode_owner_id_created_at_id" to table: "contact_codes"
DROP INDEX "contactcode_owner_id_created_at_id";
-- reverse: create index "contactcode_hash" to table: "contact_codes"
DROP INDEX "contactcode_hash";
-- reverse: create index "contactcode_ends_at" to table: "contact_codes"
DROP INDEX "contactcode_ends_at";
-- reverse: create "contact_codes" table
DROP TABLE "contact_codes";
