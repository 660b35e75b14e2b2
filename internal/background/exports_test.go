package background_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/aparte-im/aparte/internal/background"
)

// Exports go only into a directory that no other user of the machine can write.
func TestTheDirectoryOfExportsIsPrivate(t *testing.T) {
	for mode, ok := range map[os.FileMode]bool{
		0o700: true, 0o750: true, 0o770: true, 0o755: true, 0o777: false, 0o702: false, 0o777 | os.ModeSticky: false,
	} {
		dir := filepath.Join(t.TempDir(), "exports")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := background.OpenExports(dir); (err == nil) != ok {
			t.Errorf("%v: %v", mode, err)
		}
	}
	fresh := filepath.Join(t.TempDir(), "a", "b")
	if _, err := background.OpenExports(fresh); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(fresh); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}
