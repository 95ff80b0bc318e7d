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
	/* a roll on its way into entries; emptied when it is there */
	{ "round_enrolling", LX_SCRATCH,
		"round INTEGER NOT NULL, number INTEGER NOT NULL, member INTEGER NOT NULL, PRIMARY "
		"KEY (round, number)",
		NULL, true },
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
	"INSERT INTO round_enrolling (round, number, member) VALUES ($1, $2, $3)", "iii", "" };
const struct lx_query lx_q_elector_page = { "round.elector_page",
	"SELECT number, member FROM round_enrolling WHERE round = $1 AND number > $2 ORDER BY "
	"number LIMIT $3",
	"iii", "ii" };
const struct lx_query lx_q_electors_done = { "round.electors_done",
	"DELETE FROM round_enrolling WHERE round = $1", "i", "" };

const struct lx_query lx_q_rounds_due = { "round.due",
	"SELECT id FROM round WHERE state = 'closed' OR (f_secret = 'kept' AND state IN "
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
	&lx_q_elector_page, &lx_q_electors_done, &lx_q_rounds_due, &lx_q_roll_page, &lx_q_roll_one,
	&lx_q_turnout, &lx_q_lots, NULL };
