/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The statements of the members' board: counts over the derived tables of needs, commitments and terms. */
#include "modules/duty/board_queries.h"

#include <stddef.h>

const struct lx_query lx_q_board_needs = { "duty.needs",
	"SELECT n.f_lead, count(*), sum(CASE WHEN n.f_outcome IS NULL THEN 0 ELSE 1 END), "
	"sum(CASE WHEN n.f_outcome IS NOT NULL AND t.late_n = 0 THEN 1 ELSE 0 END), "
	"sum(CASE WHEN n.f_outcome IS NULL AND t.stage = 'late' THEN 1 ELSE 0 END), "
	"sum(CASE WHEN n.f_solved IS NULL THEN 0 ELSE 1 END), "
	"sum(CASE WHEN n.f_solved = 'yes' THEN 1 ELSE 0 END), "
	"sum(CASE WHEN n.f_satisfied = 'yes' THEN 1 ELSE 0 END) "
	"FROM need AS n LEFT JOIN term AS t ON t.type = 'need' AND t.record = n.id AND t.field = "
	"'answer_by' "
	"WHERE n.hidden = 0 AND n.f_lead IS NOT NULL AND n.state <> 'withdrawn' GROUP BY n.f_lead",
	"", "tiiiiiii" };
const struct lx_query lx_q_board_commitments = { "duty.commitments",
	"SELECT c.f_owner, count(*), sum(CASE WHEN c.state = 'kept' THEN 1 ELSE 0 END), "
	"sum(CASE WHEN t.stage = 'late' THEN 1 ELSE 0 END), "
	"sum(CASE WHEN c.state = 'broken' THEN 1 ELSE 0 END) "
	"FROM commitment AS c LEFT JOIN term AS t ON t.type = 'commitment' AND t.record = c.id AND "
	"t.field = 'due' "
	"WHERE c.hidden = 0 AND c.state <> 'released' GROUP BY c.f_owner",
	"", "tiiii" };
const struct lx_query lx_q_board_overdue = { "duty.overdue",
	"SELECT c.id FROM commitment AS c JOIN term AS t ON t.type = 'commitment' AND t.record = "
	"c.id AND t.field = 'due' "
	"WHERE c.hidden = 0 AND t.stage = 'late' ORDER BY t.moment, c.id LIMIT $1",
	"i", "i" };
/* open needs are few beside all there ever were: the index of states leads */
const struct lx_query lx_q_board_in_hand = { "duty.in_hand",
	"SELECT n.f_lead, count(*), sum(CASE WHEN EXISTS (SELECT 1 FROM term AS t WHERE t.type = "
	"'need' AND t.record = n.id AND t.stage = 'late') THEN 1 ELSE 0 END), "
	"sum(CASE WHEN EXISTS (SELECT 1 FROM term AS t WHERE t.type = 'need' AND t.record = n.id "
	"AND t.stage = 'soon') THEN 1 ELSE 0 END) "
	"FROM need AS n WHERE n.hidden = 0 AND n.state IN ('routed', 'signed', 'asked') AND "
	"n.f_lead IS NOT NULL GROUP BY n.f_lead",
	"", "tiii" };

const struct lx_query *const lx_board_queries[] = { &lx_q_board_needs, &lx_q_board_commitments,
	&lx_q_board_overdue, &lx_q_board_in_hand, NULL };
