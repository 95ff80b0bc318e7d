/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Open needs by their titles. need_title holds a few bits of a title's hash, so that a need's double is looked up and not searched
 * among all that its asker ever wrote; which of those found is the same, its title itself decides.
 */
#include "modules/needs/needs_queries.h"

const struct lx_table lx_need_tables[] = {
	{ "need_title", LX_DERIVED, "need INTEGER PRIMARY KEY, mark INTEGER NOT NULL",
		"CREATE INDEX IF NOT EXISTS need_title_by_mark ON need_title (mark)", false },
	{ 0 },
};

const struct lx_query lx_q_need_title_put = { "need.title_put",
	"INSERT INTO need_title (need, mark) VALUES ($1, $2) ON CONFLICT (need) DO UPDATE SET mark "
	"= excluded.mark",
	"ii", "" };

const struct lx_query lx_q_need_title_gone = { "need.title_gone",
	"DELETE FROM need_title WHERE need = $1", "i", "" };

/* those with this mark that a person asked for; EXISTS, so that the mark leads whatever a planner believes of the vault */
const struct lx_query lx_q_need_titled = { "need.titled",
	"SELECT t.need FROM need_title t WHERE t.mark = $1 AND EXISTS (SELECT 1 FROM standing s "
	"WHERE s.person = $2 AND s.type = 'need' AND s.record = t.need AND s.relation = 'asker') "
	"ORDER BY t.need LIMIT $3",
	"iii", "i" };

const struct lx_query *const lx_need_queries[] = { &lx_q_need_title_put, &lx_q_need_title_gone,
	&lx_q_need_titled, NULL };
