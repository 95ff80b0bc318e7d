/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The tables and statements that all types share. */
#include "kernel/types/types_queries.h"

#include "kernel/types/consent.h"
#include "kernel/types/decide.h"
#include "kernel/types/record.h"

const struct lx_table lx_common_tables[] = {
	/* due: the moment at which the clock has something to do (soon, then passing), 0: nothing */
	{ "term", LX_DERIVED,
		"type TEXT NOT NULL, record INTEGER NOT NULL, field TEXT NOT NULL, stage TEXT NOT "
		"NULL, "
		"moment INTEGER NOT NULL, warn INTEGER NOT NULL, due INTEGER NOT NULL, late_n "
		"INTEGER NOT NULL, "
		"PRIMARY KEY (type, record, field)",
		"CREATE INDEX IF NOT EXISTS term_by_due ON term (due, type, record, field)", true },
	{ "consent", LX_DERIVED,
		"type TEXT NOT NULL, record INTEGER NOT NULL, number INTEGER NOT NULL, act TEXT "
		"NOT NULL, "
		"stage TEXT NOT NULL, rule TEXT NOT NULL, input TEXT NOT NULL, voices TEXT NOT "
		"NULL, day TEXT, "
		"reason TEXT, actor TEXT NOT NULL, holder TEXT, relation TEXT, until INTEGER NOT "
		"NULL, "
		"opened_n INTEGER NOT NULL, closed_n INTEGER NOT NULL, PRIMARY KEY (type, record, "
		"number)",
		"CREATE INDEX IF NOT EXISTS consent_by_until ON consent (stage, until, type, "
		"record, number)",
		true },
	{ "voice", LX_DERIVED,
		"type TEXT NOT NULL, record INTEGER NOT NULL, number INTEGER NOT NULL, voice TEXT "
		"NOT NULL, "
		"says TEXT NOT NULL, content TEXT, day TEXT, n INTEGER NOT NULL, "
		"PRIMARY KEY (type, record, number, voice)",
		NULL, true },
	/* how many records of a type stand in a state, hidden ones left out: lists of any length say it at once */
	{ "count_by_state", LX_DERIVED,
		"type TEXT NOT NULL, state TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (type, "
		"state)",
		NULL, true },
	/* the last entry on any record of a type (record 0), or on any record that leads to this one */
	{ "mark", LX_DERIVED,
		"type TEXT NOT NULL, record INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY "
		"(type, record)",
		NULL, true },
	/* contents that an entry binds in the open, by commitment (base64): what may be served to everyone unless its record is hidden */
	{ "open_content", LX_DERIVED,
		"commitment TEXT NOT NULL PRIMARY KEY, content INTEGER NOT NULL, type TEXT NOT "
		"NULL, record INTEGER NOT NULL",
		NULL, true },
	/* shown 0: the entry says nothing in public but that it is there */
	{ "timeline", LX_DERIVED,
		"n INTEGER PRIMARY KEY, type TEXT NOT NULL, record INTEGER NOT NULL, act TEXT NOT "
		"NULL, "
		"at INTEGER NOT NULL, actor TEXT NOT NULL, shown INTEGER NOT NULL, undoes INTEGER "
		"NOT NULL",
		"CREATE INDEX IF NOT EXISTS timeline_by_record ON timeline (type, record, n);"
		"CREATE INDEX IF NOT EXISTS timeline_by_type ON timeline (type, n)" },
	/* what was signed by whoever acted: a nonce of a key enters once (proof.c) */
	{ "signed_entry", LX_DERIVED,
		"signing_key TEXT NOT NULL, nonce TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY "
		"(signing_key, nonce)",
		NULL, true },
	{ 0 },
};

const struct lx_table lx_order_tables[] = {
	/* what a key was answered with; `request` tells a repetition from another request under the same key */
	{ "answer", LX_KEPT,
		"caller TEXT NOT NULL, name TEXT NOT NULL, request TEXT NOT NULL, record INTEGER "
		"NOT NULL, "
		"entry INTEGER NOT NULL, pending INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY "
		"KEY (caller, name)",
		"CREATE INDEX IF NOT EXISTS answer_by_at ON answer (at)", true },
	{ 0 },
};

const struct lx_query lx_q_terms = { "types.terms",
	"SELECT field, stage, moment, warn, late_n FROM term WHERE type = $1 AND record = $2 ORDER "
	"BY field",
	"ti", "ttiii" };
const struct lx_query lx_q_term_put = { "types.term_put",
	"INSERT INTO term (type, record, field, stage, moment, warn, due, late_n) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (type, record, field) DO UPDATE SET "
	"stage = excluded.stage, moment = excluded.moment, warn = excluded.warn, due = "
	"excluded.due, "
	"late_n = excluded.late_n",
	"tittiiii", "" };
const struct lx_query lx_q_terms_due = { "types.terms_due",
	"SELECT due, type, record, field FROM term WHERE due > 0 AND due <= $1 ORDER BY due, type, "
	"record, field "
	"LIMIT $2",
	"ii", "itit" };
const struct lx_query lx_q_consents = { "types.consents",
	"SELECT number, act, stage, rule, input, voices, day, reason, actor, holder, relation, "
	"until, opened_n, closed_n "
	"FROM consent WHERE type = $1 AND record = $2 ORDER BY number",
	"ti", "itttttTTtTTiii" };
const struct lx_query lx_q_consent_put = { "types.consent_put",
	"INSERT INTO consent (type, record, number, act, stage, rule, input, voices, day, reason, "
	"actor, holder, relation, "
	"until, opened_n, closed_n) VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8, $9, $10, $11, "
	"$12, $13, $14, 0)",
	"tiittttTTtTTii", "" };
const struct lx_query lx_q_consent_close = { "types.consent_close",
	"UPDATE consent SET stage = $4, closed_n = $5 WHERE type = $1 AND record = $2 AND number = "
	"$3",
	"tiiti", "" };
const struct lx_query lx_q_consents_due = { "types.consents_due",
	"SELECT until, type, record, number FROM consent WHERE stage = 'open' AND until > 0 AND "
	"until <= $1 "
	"ORDER BY until, type, record, number LIMIT $2",
	"ii", "itii" };
const struct lx_query lx_q_voices = { "types.voices",
	"SELECT number, voice, says, content, day, n FROM voice WHERE type = $1 AND record = $2 "
	"ORDER BY n, voice",
	"ti", "ittTTi" };
const struct lx_query lx_q_voice_put = { "types.voice_put",
	"INSERT INTO voice (type, record, number, voice, says, content, day, n) VALUES ($1, $2, "
	"$3, $4, $5, $6, $7, $8)",
	"tiittTTi", "" };
const struct lx_query lx_q_count_add = { "types.count_add",
	"INSERT INTO count_by_state (type, state, n) VALUES ($1, $2, $3) "
	"ON CONFLICT (type, state) DO UPDATE SET n = count_by_state.n + excluded.n",
	"tti", "" };
const struct lx_query lx_q_counts = { "types.counts",
	"SELECT state, n FROM count_by_state WHERE type = $1 ORDER BY state", "t", "ti" };
const struct lx_query lx_q_mark = { "types.mark",
	"SELECT n FROM mark WHERE type = $1 AND record = $2", "ti", "i" };
const struct lx_query lx_q_mark_put = { "types.mark_put",
	"INSERT INTO mark (type, record, n) VALUES ($1, $2, $3) "
	"ON CONFLICT (type, record) DO UPDATE SET n = excluded.n",
	"tii", "" };
const struct lx_query lx_q_signed = { "types.signed",
	"SELECT n FROM signed_entry WHERE signing_key = $1 AND nonce = $2", "tt", "i" };
const struct lx_query lx_q_signed_put = { "types.signed_put",
	"INSERT INTO signed_entry (signing_key, nonce, n) VALUES ($1, $2, $3)", "tti", "" };
const struct lx_query lx_q_timeline_put = { "types.timeline_put",
	"INSERT INTO timeline (n, type, record, act, at, actor, shown, undoes) VALUES ($1, $2, $3, "
	"$4, $5, $6, $7, $8)",
	"ititi"
	"tii",
	"" };
const struct lx_query lx_q_open_content_put = { "types.open_content_put",
	"INSERT INTO open_content (commitment, content, type, record) VALUES ($1, $2, $3, $4) ON "
	"CONFLICT (commitment) DO NOTHING",
	"titi", "" };
const struct lx_query lx_q_open_content = { "types.open_content",
	"SELECT content, type, record FROM open_content WHERE commitment = $1", "t", "iti" };
const struct lx_query lx_q_timeline = { "types.timeline",
	"SELECT n, act, at, actor, shown, undoes FROM timeline WHERE type = $1 AND record = $2 AND "
	"n > $3 ORDER BY n LIMIT $4",
	"tiii", "ititii" };
const struct lx_query lx_q_latest = { "types.latest",
	"SELECT n, type, record, act, at FROM timeline WHERE shown = 1 AND n < $1 ORDER BY n DESC "
	"LIMIT $2",
	"ii", "ititi" };
const struct lx_query lx_q_latest_of_type = { "types.latest_of_type",
	"SELECT n, type, record, act, at FROM timeline WHERE shown = 1 AND type = $1 AND n < $2 "
	"ORDER BY n DESC LIMIT $3",
	"tii", "ititi" };
const struct lx_query lx_q_latest_of_record = { "types.latest_of_record",
	"SELECT n, type, record, act, at FROM timeline WHERE shown = 1 AND type = $1 AND record = "
	"$2 AND n < $3 ORDER BY n DESC LIMIT $4",
	"tiii", "ititi" };
const struct lx_query lx_q_undone = { "types.undone",
	"SELECT max(n) FROM timeline WHERE type = $1 AND record = $2 AND act = $3", "tit", "I" };
const struct lx_query lx_q_entries = { "types.entries",
	"SELECT n FROM timeline WHERE type = $1 AND record = $2 AND n > $3 ORDER BY n LIMIT $4",
	"tiii", "i" };
const struct lx_query lx_q_key = { "types.key",
	"SELECT request, record, entry, pending FROM answer WHERE caller = $1 AND name = $2", "tt",
	"tiii" };
const struct lx_query lx_q_key_put = { "types.key_put",
	"INSERT INTO answer (caller, name, request, record, entry, pending, at) VALUES ($1, $2, "
	"$3, $4, $5, $6, $7)",
	"tttiiii", "" };

const struct lx_query lx_q_consents_open = { "types.consents_open",
	"SELECT DISTINCT type, record FROM consent WHERE stage = 'open' ORDER BY type, record "
	"LIMIT $1",
	"i", "ti" };
const struct lx_query lx_q_log = { "types.log",
	"SELECT n, type, record, act, at, shown FROM timeline WHERE n < $1 ORDER BY n DESC LIMIT "
	"$2",
	"ii", "ititii" };

const struct lx_query lx_q_next_due = { "types.next_due",
	"SELECT min(moment) FROM (SELECT min(due) AS moment FROM term WHERE due > 0 UNION ALL "
	"SELECT min(until) FROM consent WHERE stage = 'open' AND until > 0) AS waiting",
	"", "I" };

const struct lx_query lx_q_charter_last = { "types.charter_last",
	"SELECT last_n, last_at FROM charter WHERE id = 1", "", "ii" };

enum lx_code lx_consents_open(struct lx_tx *tx, size_t most, struct lx_value **cells, size_t *n)
{
	return lx_all(tx, &lx_q_consents_open, (struct lx_value[]){ LX_I((int64_t)most) }, most,
		cells, n);
}

const struct lx_query *const lx_types_queries[] = { &lx_q_terms, &lx_q_term_put, &lx_q_terms_due,
	&lx_q_consents, &lx_q_consent_put, &lx_q_consent_close, &lx_q_consents_due, &lx_q_voices,
	&lx_q_voice_put, &lx_q_open_content_put, &lx_q_open_content, &lx_q_timeline_put,
	&lx_q_timeline, &lx_q_latest, &lx_q_latest_of_type, &lx_q_latest_of_record, &lx_q_undone,
	&lx_q_entries, &lx_q_consents_open, &lx_q_log, &lx_q_next_due, &lx_q_charter_last,
	&lx_q_key, &lx_q_key_put, &lx_q_count_add, &lx_q_counts, &lx_q_mark, &lx_q_mark_put,
	&lx_q_signed, &lx_q_signed_put, NULL };
