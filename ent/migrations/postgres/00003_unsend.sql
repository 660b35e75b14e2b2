-- +goose Up
-- modify "messages" table
ALTER TABLE "messages" ADD COLUMN "removed" character varying NULL;

-- +goose Down
-- reverse: modify "messages" table
ALTER TABLE "messages" DROP COLUMN "removed";
