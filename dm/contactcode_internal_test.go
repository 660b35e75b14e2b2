package dm

import "testing"

// A code is parsed however people type it, and different secrets have different hashes.
func TestContactCodesAreParsedAsTyped(t *testing.T) {
	same := ParseContactCode("0O1IL-abcde-fghjk-MNPQR")
	for _, typed := range []string{"00111ABCDEFGHJKMNPQR", " 0o1 il abcde fghjk mnpqr ", "OOIIIABCDEFGHJKMNPQR"} {
		if ParseContactCode(typed) != same {
			t.Errorf("%q is parsed as another code", typed)
		}
	}
	if ParseContactCode("00111ABCDEFGHJKMNPQS") == same || ParseContactCode("") == (CodeHash{}) {
		t.Error("two policytest.Codes are one, or none is no code")
	}
}
