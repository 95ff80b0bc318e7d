/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The urn and its statements. A box has no number, no moment and no voter; its key is its own hash. Derived tables of the types
 * are read here, never written.
 */
#include "modules/rounds/round_queries.h"

#include "modules/rounds/rounds.h"

const struct lx_table lx_round_tables[] = {
	/* lot: 0 until an entry commits to the box */
	{ "round_urn", LX_KEPT,
		"round INTEGER NOT NULL, hash BLOB NOT NULL, lot INTEGER NOT NULL, box BLOB NOT "
		"NULL, PRIMARY KEY (round, hash)",
		"CREATE INDEX IF NOT EXISTS round_urn_by_lot ON round_urn (round, lot, hash)",
		true },
	/* a roll on its way into entries, part by part; emptied when it is there. person 0: of a register */
	{ "round_enrolling", LX_SCRATCH,
		"round INTEGER NOT NULL, number INTEGER NOT NULL, member INTEGER NOT NULL, person "
		"INTEGER NOT NULL DEFAULT 0, district TEXT, PRIMARY KEY (round, number)",
		NULL, true },
	/* an electoral register: keyed hashes of identity numbers, in their order; emptied when the round closes */
	{ "round_register", LX_KEPT,
		"round INTEGER NOT NULL, hash BLOB NOT NULL, number INTEGER NOT NULL, member "
		"INTEGER NOT NULL, district TEXT, PRIMARY KEY (round, hash)",
		NULL, true },
	{ "round_register_key", LX_KEPT, "round INTEGER PRIMARY KEY, secret BLOB NOT NULL", NULL,
		false },
	{ 0 },
};

const struct lx_query lx_q_box_put = { "round.box_put",
	"INSERT INTO round_urn (round, hash, lot, box) VALUES ($1, $2, 0, $3)", "ibb", "" };
const struct lx_query lx_q_boxes_loose = { "round.boxes_loose",
	"SELECT hash FROM round_urn WHERE round = $1 AND lot = 0 ORDER BY hash LIMIT $2", "ii",
	"b" };
const struct lx_query lx_q_box_lot = { "round.box_lot",
	"UPDATE round_urn SET lot = $3 WHERE round = $1 AND hash = $2", "ibi", "" };
const struct lx_query lx_q_boxes = { "round.boxes",
	"SELECT box FROM round_urn WHERE round = $1 ORDER BY hash", "i", "b" };
const struct lx_query lx_q_boxes_of_lot = { "round.boxes_of_lot",
	"SELECT hash, box FROM round_urn WHERE round = $1 AND lot = $2 ORDER BY hash", "ii", "bb" };
const struct lx_query lx_q_boxes_n = { "round.boxes_n",
	"SELECT count(*) FROM round_urn WHERE round = $1", "i", "i" };

const struct lx_query lx_q_electors = { "round.electors",
	"SELECT id, f_home FROM person WHERE state = 'verified' AND f_home IS NOT NULL ORDER BY id",
	"", "iT" };
const struct lx_query lx_q_elector_put = { "round.elector_put",
	"INSERT INTO round_enrolling (round, number, person, member, district) VALUES ($1, $2, $3, "
	"$4, $5)",
	"iiiiT", "" };
const struct lx_query lx_q_elector_page = { "round.elector_page",
	"SELECT number, person, member, district FROM round_enrolling WHERE round = $1 AND number "
	"> "
	"$2 ORDER BY number LIMIT $3",
	"iii", "iiiT" };
const struct lx_query lx_q_electors_laid = { "round.electors_laid",
	"SELECT member FROM round_enrolling WHERE round = $1 ORDER BY number", "i", "i" };
const struct lx_query lx_q_elector_last = { "round.elector_last",
	"SELECT number FROM round_enrolling WHERE round = $1 ORDER BY number DESC LIMIT 1", "i",
	"i" };
const struct lx_query lx_q_residents = { "round.residents",
	"SELECT count(*) FROM (SELECT id FROM person WHERE state = 'verified' AND f_home IS NOT "
	"NULL LIMIT 1) AS any_one",
	"", "i" };
const struct lx_query lx_q_electors_done = { "round.electors_done",
	"DELETE FROM round_enrolling WHERE round = $1", "i", "" };

const struct lx_query lx_q_register_put = { "round.register_put",
	"INSERT INTO round_register (round, hash, number, member, district) VALUES ($1, $2, $3, "
	"$4, $5)",
	"ibiiT", "" };
const struct lx_query lx_q_register = { "round.register",
	"SELECT number, member, district FROM round_register WHERE round = $1 ORDER BY number", "i",
	"iiT" };
const struct lx_query lx_q_register_one = { "round.register_one",
	"SELECT number FROM round_register WHERE round = $1 AND hash = $2", "ib", "i" };
const struct lx_query lx_q_register_gone = { "round.register_gone",
	"DELETE FROM round_register WHERE round = $1", "i", "" };
const struct lx_query lx_q_register_key = { "round.register_key",
	"SELECT secret FROM round_register_key WHERE round = $1", "i", "b" };
const struct lx_query lx_q_register_key_put = { "round.register_key_put",
	"INSERT INTO round_register_key (round, secret) VALUES ($1, $2)", "ib", "" };
const struct lx_query lx_q_register_key_gone = { "round.register_key_gone",
	"DELETE FROM round_register_key WHERE round = $1", "i", "" };
/* what a resident whose residence is verified proved it by */
const struct lx_query lx_q_proof_of = { "round.proof_of",
	"SELECT f_proof FROM person WHERE id = $1 AND state = 'verified' AND f_proof IS NOT NULL",
	"i", "I" };

const struct lx_query lx_q_rounds_due = { "round.due",
	"SELECT id FROM round WHERE state IN ('freezing', 'closed') OR (f_secret = 'kept' AND "
	"state IN "
	"('counted', 'confirmed', 'void')) ORDER BY id LIMIT $1",
	"i", "i" };

const struct lx_query lx_q_roll_page = { "round.roll_page",
	"SELECT f_number, f_voted FROM round_roll WHERE record = $1 AND row > $2 ORDER BY row "
	"LIMIT $3",
	"iii", "IT" };
const struct lx_query lx_q_roll_one = { "round.roll_one",
	"SELECT f_voted FROM round_roll WHERE record = $1 AND row = $2", "ii", "T" };
const struct lx_query lx_q_turnout = { "round.turnout",
	"SELECT f_member, count(*), sum(CASE WHEN f_voted = 'yes' THEN 1 ELSE 0 END) FROM "
	"round_roll WHERE record = $1 GROUP BY f_member ORDER BY f_member",
	"i", "TiI" };
const struct lx_query lx_q_lots = { "round.lots",
	"SELECT row, f_ballots, f_hash FROM round_lot WHERE record = $1 ORDER BY row", "i", "iIT" };

const struct lx_query *const lx_round_queries[] = { &lx_q_box_put, &lx_q_boxes_loose, &lx_q_box_lot,
	&lx_q_boxes, &lx_q_boxes_of_lot, &lx_q_boxes_n, &lx_q_electors, &lx_q_elector_put,
	&lx_q_elector_page, &lx_q_electors_laid, &lx_q_elector_last, &lx_q_residents,
	&lx_q_electors_done, &lx_q_register_put, &lx_q_register, &lx_q_register_one,
	&lx_q_register_gone, &lx_q_register_key, &lx_q_register_key_put, &lx_q_register_key_gone,
	&lx_q_proof_of, &lx_q_rounds_due, &lx_q_roll_page, &lx_q_roll_one, &lx_q_turnout,
	&lx_q_lots, NULL };
