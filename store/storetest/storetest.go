package storetest

import (
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
)

// Store is what is tested.
type Store interface {
	dm.Store
	// Close answers every send that waits and closes the database.
	Close() error
}

// Config is what a test wants of a store.
type Config struct {
	Rules     dm.Rules
	Publisher dm.Publisher
	Clock     func() time.Time
}

// Backend is one kind of database.
type Backend struct {
	// Fresh returns the URL of an empty migrated database that lives as long as the test.
	Fresh func(t testing.TB) string
	// Open opens a store on it.
	Open func(t testing.TB, url string, c Config) Store
	// Shared: several stores may be open on one database at once, as the nodes of an installation
	// are.
	Shared bool
}

// Run tests a backend.
func Run(t *testing.T, b Backend) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Backend)
	}{
		{"Send", testSend},
		{"SendAgain", testSendAgain},
		{"SendRefused", testSendRefused},
		{"SendByConversation", testSendByConversation},
		{"RequestQuota", testRequestQuota},
		{"Accept", testAccept},
		{"AnswerAccepts", testAnswerAccepts},
		{"Decline", testDecline},
		{"DeclineSeveral", testDeclineSeveral},
		{"RequestLeaksNothing", testRequestLeaksNothing},
		{"MarkRead", testMarkRead},
		{"MuteAndArchive", testMuteAndArchive},
		{"Unsend", testUnsend},
		{"UnsendScope", testUnsendScope},
		{"Report", testReport},
		{"ReportScope", testReportScope},
		{"Moderation", testModeration},
		{"Restrictions", testRestrictions},
		{"Erase", testErase},
		{"EraseWhoWasDeleted", testEraseWhoWasDeleted},
		{"Export", testExport},
		{"ExportSettings", testExportSettings},
		{"Settings", testSettings},
		{"NoOneInOldConversations", testNoOneInOldConversations},
		{"Block", testBlock},
		{"BlockWithUnreadAndRequests", testBlockWithUnreadAndRequests},
		{"BlockInUncountedFolders", testBlockInUncountedFolders},
		{"ContactCode", testContactCode},
		{"ContactCodeStops", testContactCodeStops},
		{"ContactCodeBounds", testContactCodeBounds},
		{"ContactCodeRace", testContactCodeRace},
		{"ContactCodeData", testContactCodeData},
		{"ContactCodeUses", testContactCodeUses},
		{"ContactCodeUsesLookedAt", testContactCodeUsesLookedAt},
		{"Explain", testExplain},
		{"ExplainPrivate", testExplainPrivate},
		{"Acquaintance", testAcquaintance},
		{"AcquaintanceOfMany", testAcquaintanceOfMany},
		{"Reach", testReach},
		{"ReachCapped", testReachCapped},
		{"HiddenWords", testHiddenWords},
		{"HiddenWordsAnswered", testHiddenWordsAnswered},
		{"HiddenWordsChange", testHiddenWordsChange},
		{"HiddenWordsSort", testHiddenWordsSort},
		{"UndoWords", testUndoWords},
		{"SortInTheBackground", testSortInTheBackground},
		{"AcceptedKinds", testAcceptedKinds},
		{"UndoSettings", testUndoSettings},
		{"YoungPeople", testYoungPeople},
		{"Restrict", testRestrict},
		{"RestrictStranger", testRestrictStranger},
		{"NamedLists", testNamedLists},
		{"ListAfterDecline", testListAfterDecline},
		{"ListUnder18", testListUnder18},
		{"Follow", testFollow},
		{"SharedFriends", testSharedFriends},
		{"UpsertUsers", testUpsertUsers},
		{"UpsertUsersAllOrNothing", testUpsertUsersAllOrNothing},
		{"UpsertUsersWithoutHandles", testUpsertUsersWithoutHandles},
		{"SetEdges", testSetEdges},
		{"DeleteUser", testDeleteUser},
		{"CreateUser", testCreateUser},
		{"BlockedAndGone", testBlockedAndGone},
		{"Revocations", testRevocations},
		{"AgeBandOfAToken", testAgeBandOfAToken},
		{"SearchUsers", testSearchUsers},
		{"SearchFolded", testSearchFolded},
		{"SearchNearFirst", testSearchNearFirst},
		{"SearchAmongMany", testSearchAmongMany},
		{"SearchFollowsProfiles", testSearchFollowsProfiles},
		{"PagesOfPeople", testPagesOfPeople},
		{"PagesOfTheInbox", testPagesOfTheInbox},
		{"PagesOfMessages", testPagesOfMessages},
		{"ManyAtOnce", testManyAtOnce},
		{"ScopedReads", testScopedReads},
		{"ForgedInput", testForgedInput},
		{"Import", testImport},
		{"ImportAllOrNothing", testImportAllOrNothing},
		{"ImportOlder", testImportOlder},
		{"ImportRead", testImportRead},
		{"ImportAfterDecline", testImportAfterDecline},
		{"Log", testLog},
		{"Trim", testTrim},
		{"WatchFromNowOn", testWatchFromNowOn},
		{"WatchAfter", testWatchAfter},
		{"WatchReset", testWatchReset},
		{"WatchInvalidCursor", testWatchInvalidCursor},
		{"WatchWithoutWakes", testWatchWithoutWakes},
		{"WatchCostsNoQuery", testWatchCostsNoQuery},
		{"Reopen", testReopen},
		{"CloseAnswersWaitingSends", testCloseAnswersWaitingSends},
		{"RetriesAtOnce", testRetriesAtOnce},
		{"EverythingAtOnce", testEverythingAtOnce},
		{"ConsentIsLinearizable", testConsentIsLinearizable},
		{"TimesRise", testTimesRise},
		{"FollowWhileDeleted", testFollowWhileDeleted},
		{"Model", testModel},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, b)
		})
	}
}
