package store

import (
	"slices"
	"testing"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/ent/migrations"
)

// A column of a hot table that the entities have and the fields lack, or the other way round, is
// named here. A nullable column may wait for the code that uses it.
func TestFieldsNameTheColumnsOfTheEntities(t *testing.T) {
	tables, err := migrations.Tables()
	if err != nil {
		t.Fatal(err)
	}
	bound := map[string]shape{
		"heads": headRead.shape(), "conversations": conversationFields.shape(), "messages": messageFields.shape(),
		"events": eventFields.shape(),
	}
	for _, table := range tables {
		shape, hot := bound[table.Name]
		if !hot {
			continue
		}
		delete(bound, table.Name)
		for _, c := range table.Columns {
			if !c.Nullable && !slices.ContainsFunc(shape, func(f column) bool { return f.name == c.Name }) {
				t.Errorf("the entity has %s.%s; no field binds it", table.Name, c.Name)
			}
		}
		for _, f := range shape {
			if _, ok := table.Column(f.name); !ok {
				t.Errorf("a field binds %s.%s; the entity does not have it", table.Name, f.name)
			}
		}
	}
	for name := range bound {
		t.Errorf("no entity has the table %s", name)
	}
}

func TestKindsAreReadAsTheyWereWritten(t *testing.T) {
	for _, want := range []policy.KindGrid{
		{},
		{policy.Known: policy.KindVideo},
		{policy.Known: 1<<16 - 1, policy.Friend: 1 << 31, policy.Stranger: policy.AllKinds},
	} {
		text, err := packKinds(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unpackKinds(text); err != nil || got != want {
			t.Errorf("%v is written as %q and read as %v (%v)", want, text, got, err)
		}
	}
	if got, err := unpackKinds("{"); err == nil {
		t.Errorf("a text that is no array is read as %v", got)
	}
}
